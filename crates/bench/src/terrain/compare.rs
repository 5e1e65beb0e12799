//! Agreement of a result with what is known about the case.

use headwaters_raster::{Cell, Crs, Grid, Transformer};
use headwaters_terrain::OutletReport;
use serde_json::Value;

use super::case::{Case, Feature};

/// How a result compares with the truth, where that is known.
#[derive(Clone, Copy, Debug, Default)]
pub struct Agreement {
    /// Distance between found and true outlet in cells (the larger of rows and columns).
    pub offset_cells: Option<usize>,
    /// IoU of the found basin and the undisturbed polygon.
    pub basin_iou: Option<f64>,
    /// Distance in cells of the original search's outlet.
    pub traced_offset_cells: Option<usize>,
}

/// Compares a report with `truth.json` and with the undisturbed polygon.
pub fn agreement(case: &Case, feature: &Feature, report: &OutletReport) -> Agreement {
    let truth = true_outlet(case, &case.truth["watersheds"][&feature.base]);
    let apart = |cell: Cell| truth.map(|t| t.row.abs_diff(cell.row).max(t.col.abs_diff(cell.col)));
    Agreement {
        offset_cells: report.outlet.and_then(|outlet| apart(outlet.cell)),
        basin_iou: report.outlet.and_then(|_| {
            let undisturbed = case.sets.iter().filter(|(set, _)| set == "watersheds");
            let mut features = undisturbed.filter_map(|(_, features)| features.as_ref().ok()).flatten();
            let truth = features.find(|other| other.name == feature.base)?;
            Some(iou(&case.target(truth).ok()?.mask, &report.basin))
        }),
        traced_offset_cells: report.traced.as_ref().ok().and_then(|traced| apart(traced.cell)),
    }
}

fn iou(a: &Grid<bool>, b: &Grid<bool>) -> f64 {
    let pairs = || a.as_slice().iter().zip(b.as_slice());
    let both = pairs().filter(|&(&x, &y)| x && y).count();
    let either = pairs().filter(|&(&x, &y)| x || y).count();
    both as f64 / either.max(1) as f64
}

fn true_outlet(case: &Case, truth: &Value) -> Option<Cell> {
    let number = |key: &str| truth[key].as_u64().map(|n| n as usize);
    if let (Some(row), Some(col)) = (number("outlet_row"), number("outlet_col")) {
        return Some(Cell { row, col });
    }
    let lon_lat = &truth["outlet_lon_lat"];
    let (lon, lat) = (lon_lat[0].as_f64()?, lon_lat[1].as_f64()?);
    let (x, y) = Transformer::new(&Crs::wgs84(), &case.crs).point(lon, lat).ok()?;
    case.transform.cell_at(x, y, case.flow.pointers.rows(), case.flow.pointers.cols())
}
