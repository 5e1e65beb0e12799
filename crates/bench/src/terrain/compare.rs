//! Agreement of a result with what is known about the case.

use headwaters_raster::{Cell, Crs, Grid, Transformer};
use headwaters_terrain::{OutletReport, Target, basin};
use serde_json::Value;

use super::case::{Case, Feature, UNDISTURBED_SET};

/// Agreement of a result with the truth, where that is known.
#[derive(Clone, Copy, Debug, Default)]
pub struct Agreement {
    /// Distance between found and true outlet in cells (the larger of rows and columns).
    pub offset_cells: Option<usize>,
    /// IoU of the found basin and the undisturbed polygon.
    pub basin_iou: Option<f64>,
    /// Distance in cells of the original search's outlet.
    pub traced_offset_cells: Option<usize>,
    /// IoU of the original search's basin and the undisturbed polygon.
    pub traced_iou: Option<f64>,
    /// IoU of the basin of the polygon's cell of greatest accumulation and the undisturbed polygon.
    pub greatest_iou: Option<f64>,
}

/// Compares a report on `target` with `truth.json` and with the undisturbed polygon.
pub fn agreement(case: &Case, feature: &Feature, target: &Target, report: &OutletReport) -> Agreement {
    let truth = true_outlet(case, &case.truth["watersheds"][&feature.base]);
    let apart = |cell: Cell| truth.map(|t| t.row.abs_diff(cell.row).max(t.col.abs_diff(cell.col)));
    let traced = report.traced.as_ref().ok().map(|traced| traced.cell);
    let undisturbed = undisturbed_mask(case, feature);
    let of_outlet =
        |outlet: Option<Cell>| Some(iou(undisturbed.as_ref()?, &basin(&case.flow.pointers, outlet?)));
    Agreement {
        offset_cells: report.outlet.and_then(|outlet| apart(outlet.cell)),
        basin_iou: of_outlet(report.outlet.map(|outlet| outlet.cell)),
        traced_offset_cells: traced.and_then(apart),
        traced_iou: of_outlet(traced),
        greatest_iou: of_outlet(greatest_accumulation(case, &target.mask)),
    }
}

fn undisturbed_mask(case: &Case, feature: &Feature) -> Option<Grid<bool>> {
    let sets = case.sets.iter().filter(|(set, _)| set == UNDISTURBED_SET);
    let mut features = sets.filter_map(|(_, features)| features.as_ref().ok()).flatten();
    let truth = features.find(|other| other.name == feature.base)?;
    Some(case.target(truth).ok()?.mask)
}

fn greatest_accumulation(case: &Case, mask: &Grid<bool>) -> Option<Cell> {
    let accumulation = case.flow.accumulation.as_slice();
    let inside = (0..mask.len()).filter(|&i| mask.as_slice()[i]);
    inside.max_by_key(|&i| accumulation[i]).map(|i| mask.cell(i))
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
