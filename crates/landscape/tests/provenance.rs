//! Every row of every built-in table names its source, for which reviewers of a report ask.

use headwaters_landscape::{BurnTable, ColorTable, CoverTable, DisturbedTable, SoilTable, ValueMap};

#[test]
fn every_row_of_every_table_has_a_source() {
    for (name, text, rows) in [
        ("burned", BurnTable::BUILT_IN, 5),
        ("covers", CoverTable::BUILT_IN, 25),
        ("disturbed", DisturbedTable::BUILT_IN, 100),
        ("landfire_evt", ValueMap::LANDFIRE_EVT, 800),
        ("nlcd", ValueMap::NLCD, 20),
        ("sbs_colors", ColorTable::BUILT_IN, 13),
        ("soils", SoilTable::BUILT_IN, 8),
    ] {
        let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(text.as_bytes());
        let source = reader.headers().unwrap().iter().position(|h| h == "source").expect(name);
        let records: Vec<_> = reader.records().map(Result::unwrap).collect();
        assert!(records.len() >= rows, "{name}: {} rows", records.len());
        for record in &records {
            assert!(record[source].trim().len() > 4, "{name}: {record:?}");
        }
    }
    assert!(ValueMap::nlcd().is_ok() && ValueMap::landfire_evt().is_ok());
    assert!(BurnTable::built_in().is_ok() && ColorTable::built_in().is_ok());
    assert!(
        CoverTable::built_in().is_ok() && DisturbedTable::built_in().is_ok() && SoilTable::built_in().is_ok()
    );
}
