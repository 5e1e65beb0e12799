//! Tables of how two engines differ on the same hillslopes.

use headwaters_domain::results::RunResults;
use headwaters_engine::DeviationTable;

use crate::stop::{OrFail, TaskResult};

/// One line per hillslope: mean annual figures of both engines and their ratios, where the reference has enough.
pub fn deviation_table(table: &DeviationTable) -> TaskResult<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let heading = [
        "hillslope",
        "runoff_mm_y",
        "reference_runoff_mm_y",
        "runoff_ratio",
        "sediment_kg_per_m_y",
        "reference_sediment_kg_per_m_y",
        "sediment_ratio",
        "largest_peak_mm_h",
        "reference_largest_peak_mm_h",
    ];
    writer.write_record(heading).or_fail("encode")?;
    for row in &table.rows {
        let ratio = |ratio: Option<f64>| ratio.map_or_else(String::new, |ratio| format!("{ratio:.4}"));
        let number = |value: f64| format!("{value:.4}");
        let ([runoff, reference_runoff], [peak, reference_peak]) = (row.runoff_mm, row.peak_mm_per_h);
        let [sediment, reference_sediment] = row.sediment_kg_per_m;
        let record = [
            row.hillslope.clone(),
            number(runoff),
            number(reference_runoff),
            ratio(row.runoff_ratio),
            number(sediment),
            number(reference_sediment),
            ratio(row.sediment_ratio),
            number(peak),
            number(reference_peak),
        ];
        writer.write_record(record).or_fail("encode")?;
    }
    writer.into_inner().or_fail("encode")
}

/// Watershed figures of both engines side by side.
pub fn figure_table(embedded: &RunResults, external: &RunResults) -> String {
    let mut text = "figure,embedded,external_wepp,difference\n".to_owned();
    type Figure = fn(&RunResults) -> Option<f64>;
    let figures: [(&str, Figure); 3] = [
        ("runoff_mm_y", |results| results.runoff_mm_y),
        ("sediment_t_ha_y", |results| results.sediment_t_ha_y),
        ("sediment_t_y", |results| results.sediment_t_y),
    ];
    for (name, value) in figures {
        let (a, b) = (value(embedded).unwrap_or_default(), value(external).unwrap_or_default());
        text.push_str(&format!("{name},{a:.4},{b:.4},{:.4}\n", a - b));
    }
    text
}
