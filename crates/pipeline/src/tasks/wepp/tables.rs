//! What the hillslopes of a watershed give, as tables.

use headwaters_engine::{AnnualRow, HillslopeResult};
use serde::Serialize;

use super::About;
use crate::stop::{OrFail, TaskResult};

/// Erosion of one hillslope.
#[derive(Clone, Debug, Serialize)]
pub struct HillslopeRow {
    pub topaz_id: u32,
    pub wepp_id: u32,
    pub area_ha: f64,
    pub class: String,
    pub severity: String,
    pub soil: String,
    pub precipitation_mm_y: f64,
    pub runoff_mm_y: f64,
    pub lateral_flow_mm_y: f64,
    pub deep_percolation_mm_y: f64,
    pub evapotranspiration_mm_y: f64,
    pub detachment_t_ha_y: f64,
    pub sediment_t_ha_y: f64,
    pub sediment_t_y: f64,
    pub largest_peak_mm_h: f64,
    pub max_balance_error_mm: Option<f64>,
}

/// Annual means of a hillslope.
pub fn row(result: &HillslopeResult, about: &About) -> HillslopeRow {
    let years = result.years.len().max(1) as f64;
    let mean = |value: &dyn Fn(&AnnualRow) -> f64| result.years.iter().map(value).sum::<f64>() / years;
    let area_ha = result.area_m2 / 1e4;
    // kg per m of width, times the width, in tonnes.
    let tonnes = |kg_per_m: f64| kg_per_m * result.width_m / 1000.0;
    let sediment_t_y = tonnes(mean(&|year| year.sediment_delivery_kg_per_m));
    HillslopeRow {
        topaz_id: about.entry.topaz_id,
        wepp_id: about.entry.wepp_id,
        area_ha,
        class: about.class.clone(),
        severity: about.severity.clone(),
        soil: about.soil.clone(),
        precipitation_mm_y: mean(&|year| year.precipitation_mm),
        runoff_mm_y: mean(&|year| year.runoff_mm()),
        lateral_flow_mm_y: mean(&|year| year.lateral_flow_mm),
        deep_percolation_mm_y: mean(&|year| year.deep_percolation_mm),
        evapotranspiration_mm_y: mean(&|year| year.evapotranspiration_mm()),
        detachment_t_ha_y: tonnes(mean(&|year| year.detachment_kg_per_m)) / area_ha.max(1e-9),
        sediment_t_ha_y: sediment_t_y / area_ha.max(1e-9),
        sediment_t_y,
        largest_peak_mm_h: result.years.iter().map(|year| year.peak_runoff_mm_per_h).fold(0.0, f64::max),
        max_balance_error_mm: result.max_balance_error_mm,
    }
}

/// A row per hillslope.
pub fn hillslope_table(rows: &[HillslopeRow]) -> TaskResult<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in rows {
        writer.serialize(row).or_fail("encode")?;
    }
    writer.into_inner().or_fail("encode")
}

/// Per year: precipitation and runoff weighted by area, sediment summed.
pub fn year_table(results: &[HillslopeResult]) -> String {
    let mut text = "year,precipitation_mm,runoff_mm,lateral_flow_mm,sediment_delivery_t\n".to_owned();
    let area: f64 = results.iter().map(|result| result.area_m2).sum();
    for index in 0..results.first().map_or(0, |result| result.years.len()) {
        let years = || results.iter().filter_map(|result| Some((result, result.years.get(index)?)));
        let depth = |value: fn(&AnnualRow) -> f64| {
            years().map(|(result, year)| value(year) * result.area_m2).sum::<f64>() / area.max(1e-9)
        };
        let sediment: f64 =
            years().map(|(result, year)| year.sediment_delivery_kg_per_m * result.width_m / 1000.0).sum();
        let year = years().next().map_or(0, |(_, year)| year.year);
        text.push_str(&format!(
            "{year},{:.3},{:.3},{:.3},{sediment:.4}\n",
            depth(|year| year.precipitation_mm),
            depth(|year| year.runoff_mm()),
            depth(|year| year.lateral_flow_mm),
        ));
    }
    text
}

/// A row per day with runoff and hillslope.
pub fn event_table(results: &[HillslopeResult], about: &[About]) -> String {
    let mut text = "topaz_id,year,month,day,precipitation_mm,runoff_mm,peak_runoff_mm_h,duration_s,\
                    detachment_kg_m,deposition_kg_m,sediment_delivery_kg_m\n"
        .to_owned();
    for (result, about) in results.iter().zip(about) {
        for event in &result.events {
            text.push_str(&format!(
                "{},{},{},{},{:.2},{:.4},{:.4},{:.0},{:.5},{:.5},{:.5}\n",
                about.entry.topaz_id,
                event.year,
                event.month,
                event.day,
                event.precipitation_mm,
                event.runoff_mm,
                event.peak_runoff_mm_per_h,
                event.runoff_duration_s,
                event.detachment_kg_per_m,
                event.deposition_kg_per_m,
                event.sediment_delivery_kg_per_m,
            ));
        }
    }
    text
}
