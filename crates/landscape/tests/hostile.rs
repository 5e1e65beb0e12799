//! Tables come from users: any text gives a table or an error, never a panic.

use headwaters_landscape::{BurnTable, ColorTable, CoverTable, DisturbedTable, SoilTable, ValueMap};
use proptest::prelude::*;

fn parse_all(text: &str) {
    let _ = BurnTable::parse(text, "t.csv");
    let _ = ColorTable::parse(text, "t.csv");
    let _ = CoverTable::parse(text, "t.csv");
    let _ = DisturbedTable::parse(text, "t.csv");
    let _ = SoilTable::parse(text, "t.csv");
    let _ = ValueMap::parse(text, "t.csv");
    let _ = ValueMap::parse_soils(text, "t.csv");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_text_is_answered(text in "\\PC{0,200}") {
        parse_all(&text);
    }

    /// Built-in tables with one character changed: still no panic, and a soil that is accepted can be built.
    #[test]
    fn damaged_tables_are_answered(at in 0_usize..2000, with in "[0-9a-z,.\"*\n -]") {
        for text in [SoilTable::BUILT_IN, CoverTable::BUILT_IN, DisturbedTable::BUILT_IN, BurnTable::BUILT_IN] {
            let mut damaged: Vec<char> = text.chars().collect();
            let place = at % damaged.len();
            damaged[place] = with.chars().next().unwrap_or('x');
            let damaged: String = damaged.into_iter().collect();
            parse_all(&damaged);
            if let Ok(soils) = SoilTable::parse(&damaged, "t.csv") {
                for soil in soils.soils() {
                    let built = soil.build("forest", None, &Default::default());
                    prop_assert!(built.soil.to_text().is_ok(), "{:?}", built.soil);
                }
            }
        }
    }
}
