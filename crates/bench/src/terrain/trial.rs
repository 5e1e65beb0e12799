//! One polygon tried on one case.

use anyhow::{Result, anyhow};
use headwaters_raster::{Cell, Crs, Transformer};
use headwaters_terrain::{OutletOptions, OutletReport, Status, Strategy, Target, find_outlet};
use serde_json::{Value, json};

use super::args::TerrainArgs;
use super::case::{Case, Feature};
use super::compare::{Agreement, agreement};
use super::export::write_basin;

/// The result for one polygon.
#[derive(Clone, Debug)]
pub struct TrialRecord {
    pub case: String,
    pub set: String,
    pub watershed: String,
    /// Name of the disturbance that made the polygon, if this program made it.
    pub disturbance: Option<&'static str>,
    pub status: Status,
    pub outlet: Option<Placed>,
    pub error: Option<String>,
    pub agreement: Agreement,
}

/// An outlet with its position on the earth.
#[derive(Clone, Copy, Debug)]
pub struct Placed {
    pub cell: Cell,
    pub lon_lat: Option<(f64, f64)>,
    pub basin_cells: u32,
    pub iou: f64,
    pub strategy: Strategy,
}

impl TrialRecord {
    /// A polygon, or a whole case, that could not be tried.
    pub fn broken(case: &str, set: &str, watershed: &str, error: String) -> Self {
        Self {
            case: case.to_owned(),
            set: set.to_owned(),
            watershed: watershed.to_owned(),
            disturbance: None,
            status: Status::Failed,
            outlet: None,
            error: Some(error),
            agreement: Agreement::default(),
        }
    }

    /// Name of the status in JSON.
    pub fn status_name(&self) -> &'static str {
        match self.status {
            Status::Ok => "ok",
            Status::NeedsReview => "needs_review",
            Status::Failed => "failed",
        }
    }

    /// The object printed with `--json`; rows and columns are 0-based in the case's own raster.
    pub fn to_json(&self) -> Value {
        let lon_lat = self.outlet.and_then(|o| o.lon_lat);
        json!({
            "case": self.case,
            "watershed": self.watershed,
            "status": self.status_name(),
            "outlet_row": self.outlet.map(|o| o.cell.row),
            "outlet_col": self.outlet.map(|o| o.cell.col),
            "outlet_lon": lon_lat.map(|p| p.0),
            "outlet_lat": lon_lat.map(|p| p.1),
            "basin_cells": self.outlet.map(|o| o.basin_cells),
            "iou_polygon": self.outlet.map(|o| o.iou),
            "strategy": self.outlet.map(|o| o.strategy.name()),
            "error": self.error,
        })
    }
}

impl Case {
    /// Tries every polygon of every set.
    pub fn run(&self, name: &str, args: &TerrainArgs) -> Vec<TrialRecord> {
        let mut records = Vec::new();
        for (set, features) in &self.sets {
            match features {
                Ok(features) => {
                    records.extend(features.iter().map(|feature| {
                        self.attempt(name, set, feature, args).unwrap_or_else(|error| {
                            TrialRecord::broken(name, set, &feature.name, format!("{error:#}"))
                        })
                    }));
                }
                Err(error) => records.push(TrialRecord::broken(name, set, "", format!("{error:#}"))),
            }
        }
        records
    }

    /// The polygon on this case's grid.
    pub fn target(&self, feature: &Feature) -> Result<Target> {
        let polygon = feature.polygon.as_ref().map_err(|error| anyhow!("{error:#}"))?;
        let projected = Transformer::new(&Crs::wgs84(), &self.crs).multi_polygon(polygon)?;
        let grid = &self.flow.pointers;
        Ok(Target::of_polygon(&projected, &self.transform, grid.rows(), grid.cols()))
    }

    fn attempt(&self, case: &str, set: &str, feature: &Feature, args: &TerrainArgs) -> Result<TrialRecord> {
        let strategy = if args.strategy == "wbt" { Strategy::Wbt } else { Strategy::BestOverlap };
        let options = OutletOptions { strategy, exit_margin: args.exit_margin, ..OutletOptions::default() };
        let target = self.target(feature)?;
        let report = find_outlet(self.flow.network(), &target, self.cell_size(), &options)?;
        if let Some(folder) = &args.write_basins {
            let name = format!("{case}-{set}-{}", feature.name);
            write_basin(folder, &name, &report.basin, self.transform, &self.crs)?;
        }
        let outlet = report.outlet.map(|outlet| Placed {
            cell: outlet.cell,
            lon_lat: self.lon_lat(outlet.cell),
            basin_cells: outlet.overlap.basin_cells,
            iou: outlet.overlap.iou(),
            strategy: outlet.strategy,
        });
        Ok(TrialRecord {
            case: case.to_owned(),
            set: set.to_owned(),
            watershed: feature.name.clone(),
            disturbance: feature.disturbance,
            status: report.status,
            outlet,
            error: error_of(&report),
            agreement: agreement(self, feature, &target, &report),
        })
    }

    fn lon_lat(&self, cell: Cell) -> Option<(f64, f64)> {
        let (x, y) = self.transform.centre(cell);
        Transformer::new(&self.crs, &Crs::wgs84()).point(x, y).ok()
    }
}

fn error_of(report: &OutletReport) -> Option<String> {
    (report.status != Status::Ok).then(|| report.message()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Programs that read `--json` rely on these names and on nothing else being there.
    #[test]
    fn json_has_exactly_the_agreed_fields() {
        let mut record = TrialRecord::broken("case", "watersheds", "b00", "why".into());
        let cell = Cell { row: 3, col: 4 };
        let strategy = Strategy::BestOverlap;
        record.outlet =
            Some(Placed { cell, lon_lat: Some((-118.5, 34.25)), basin_cells: 7, iou: 0.5, strategy });
        let expected = json!({
            "case": "case", "watershed": "b00", "status": "failed", "outlet_row": 3, "outlet_col": 4,
            "outlet_lon": -118.5, "outlet_lat": 34.25, "basin_cells": 7, "iou_polygon": 0.5,
            "strategy": "best_overlap", "error": "why",
        });
        assert_eq!(record.to_json(), expected);
    }
}
