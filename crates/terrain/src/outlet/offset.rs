//! Outlines drawn too large or too small as a whole.

use headwaters_raster::{Cell, Grid, Window};

use super::overlap::{Best, best_overlap};
use super::shared::{NestedCounts, Shared};
use super::verdict::Assessment;
use super::{Finding, Overlap};
use crate::CellSize;
use crate::error::FlowError;

/// Distances by which outlines are tried to lie outside the divide (negative: inside it), as shares of the radius
/// of a circle of the polygon's area. From the largest outline to the smallest, so that each contains the next.
const OUTSIDE: [f64; OUTLINES] = [-0.3, -0.2, -0.1, 0.1, 0.2, 0.3, 0.4, 0.5];
const OUTLINES: usize = 8;

/// Gain of overlap required per radius of distance, because the outline as drawn is the most likely.
const GAIN_PER_RADIUS: f64 = 0.2;

/// An outlet that fits a polygon moved inwards or outwards.
pub struct MovedOutlet {
    /// The stream cell.
    pub cell: Cell,
    /// Distance by which the polygon was moved, and a confluence met.
    pub findings: Vec<Finding>,
}

/// The cell whose basin overlaps the polygon best after the polygon was shrunk or grown by the same distance
/// everywhere, when that fits clearly better than `plain_iou`, the best overlap with the polygon as it is.
pub fn best_offset(
    assessment: Assessment<'_>,
    size: CellSize,
    plain_iou: f64,
) -> Result<Option<MovedOutlet>, FlowError> {
    let Assessment { network, target, mask_cells, .. } = assessment;
    let radius_m = (f64::from(mask_cells) * size.width_m * size.height_m / std::f64::consts::PI).sqrt();
    let held_by = outlines_around(&target.mask, size, radius_m);
    let counts = NestedCounts::<OUTLINES>::new(network, |cell| usize::from(held_by.as_slice()[cell]))?;
    let is_in = |outline: usize| move |&held_by: &u8| usize::from(held_by) > outline;
    let mut winner: Option<(f64, usize, Best)> = None;
    for (outline, outside) in OUTSIDE.into_iter().enumerate() {
        let cells = held_by.as_slice().iter().copied().filter(|held_by| is_in(outline)(held_by)).count();
        let Some(best) = best_overlap(network, counts.of_outline(outline), cells as u32) else { continue };
        let score = best.overlap.iou() - GAIN_PER_RADIUS * outside.abs();
        if score > winner.map_or(plain_iou, |(score, ..)| score) {
            winner = Some((score, outline, best));
        }
    }
    let Some((_, outline, best)) = winner else { return Ok(None) };
    let moved = held_by.map(is_in(outline));
    let shared = Shared::of_outline(network, &moved, &counts, outline);
    let mut findings = Vec::new();
    let cell = best.settle(network, &shared, None, 0.0, &mut findings);
    let index = network.pointers.index(cell);
    findings.push(Finding::OffsetOutline {
        outside_m: OUTSIDE[outline] * radius_m,
        iou: assessment.overlap_at(index).iou(),
        moved_iou: Overlap::at(network, &shared, best.overlap.mask_cells, index).iou(),
    });
    Ok(Some(MovedOutlet { cell, findings }))
}

/// Number of outlines at the distances [`OUTSIDE`] that contain each cell; as they nest, these are the first ones.
fn outlines_around(mask: &Grid<bool>, size: CellSize, radius_m: f64) -> Grid<u8> {
    let mut held_by = Grid::filled(mask.rows(), mask.cols(), 0);
    let Some(window) = window_around(mask, -OUTSIDE[0] * radius_m, size) else { return held_by };
    let inside = Grid::from_fn(window.rows, window.cols, |c| mask[placed(window, c)]);
    let to_outline_m = distance_to_outline(&inside, size);
    for i in 0..inside.len() {
        let distance_m = f64::from(to_outline_m[i]);
        let depth_m = if inside.as_slice()[i] { distance_m } else { -distance_m };
        let holding = OUTSIDE.iter().filter(|&&outside| depth_m > outside * radius_m).count();
        held_by[placed(window, inside.cell(i))] = holding as u8;
    }
    held_by
}

fn placed(window: Window, cell: Cell) -> Cell {
    Cell { row: window.row + cell.row, col: window.col + cell.col }
}

/// The polygon's box, `margin_m` larger on every side, on the grid.
fn window_around(mask: &Grid<bool>, margin_m: f64, size: CellSize) -> Option<Window> {
    let held = |line: &[bool]| line.contains(&true);
    let lines = || mask.as_slice().chunks(mask.cols().max(1));
    let (first, last) = (lines().position(held)?, lines().rposition(held)?);
    let left = lines().filter_map(|line| line.iter().position(|&inside| inside)).min()?;
    let right = lines().filter_map(|line| line.iter().rposition(|&inside| inside)).max()?;
    let (down, across) = (cells_of(margin_m, size.height_m), cells_of(margin_m, size.width_m));
    let (row, col) = (first.saturating_sub(down), left.saturating_sub(across));
    let rows = (last + down + 1).min(mask.rows()) - row;
    let cols = (right + across + 1).min(mask.cols()) - col;
    Some(Window { row, col, rows, cols })
}

fn cells_of(length_m: f64, cell_m: f64) -> usize {
    (length_m / cell_m).ceil() as usize + 1
}

/// Metres from every cell's centre to the outline of `inside`, by steps to the eight neighbours in two passes
/// (G. Borgefors, "Distance transformations in digital images", 1986): at most 8 % too long between their
/// directions. The outline lies half-way between a cell inside and one outside.
fn distance_to_outline(inside: &Grid<bool>, size: CellSize) -> Vec<f32> {
    let (rows, cols, cells) = (inside.rows(), inside.cols(), inside.as_slice());
    let (across, down) = (size.width_m as f32, size.height_m as f32);
    let steps = [(0, 1, across), (1, 0, down), (1, 1, across.hypot(down)), (1, -1, across.hypot(down))];
    let mut distance_m = vec![f32::INFINITY; cells.len()];
    for backwards in [false, true] {
        for n in 0..cells.len() {
            let i = if backwards { cells.len() - 1 - n } else { n };
            let (row, col) = ((i / cols) as isize, (i % cols) as isize);
            for (rows_on, cols_on, length_m) in steps {
                let sign = if backwards { 1 } else { -1 };
                let (row, col) = (row + sign * rows_on, col + sign * cols_on);
                if row < 0 || col < 0 || row >= rows as isize || col >= cols as isize {
                    continue;
                }
                let neighbour = row as usize * cols + col as usize;
                let over_it = match cells[neighbour] == cells[i] {
                    true => distance_m[neighbour] + length_m,
                    false => length_m / 2.0,
                };
                distance_m[i] = distance_m[i].min(over_it);
            }
        }
    }
    distance_m
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An outline moved by the wrong distance would find another valley's outlet.
    #[test]
    fn outlines_lie_at_their_distances_on_cells_that_are_not_square() {
        let size = CellSize { width_m: 10.0, height_m: 5.0 };
        // A rectangle of 400 m by 400 m.
        let mask = Grid::from_fn(200, 100, |c| (60..140).contains(&c.row) && (30..70).contains(&c.col));
        let radius_m = 200.0;
        let held_by = outlines_around(&mask, size, radius_m);
        for (outline, outside) in OUTSIDE.into_iter().enumerate() {
            let extent_m = |cells: usize, cell_m: f64| cells as f64 * cell_m;
            let holds = |c: Cell| usize::from(held_by[c]) > outline;
            let wide = extent_m((0..100).filter(|&col| holds(Cell { row: 100, col })).count(), 10.0);
            let high = extent_m((0..200).filter(|&row| holds(Cell { row, col: 50 })).count(), 5.0);
            let expected = 400.0 - 2.0 * outside * radius_m;
            assert!((wide - expected).abs() <= 20.0, "{outside}: {wide} m instead of {expected}");
            assert!((high - expected).abs() <= 10.0, "{outside}: {high} m instead of {expected}");
        }
    }

    /// A polygon at the edge of the DEM, or none at all.
    #[test]
    fn windows_end_with_the_grid() {
        let size = CellSize::square(10.0);
        let all = Grid::filled(7, 5, true);
        let whole = Window { row: 0, col: 0, rows: 7, cols: 5 };
        assert_eq!(window_around(&all, 100.0, size), Some(whole));
        assert_eq!(window_around(&Grid::filled(7, 5, false), 100.0, size), None);
        assert!(
            outlines_around(&all, size, 40.0).as_slice().iter().all(|&held| usize::from(held) == OUTLINES)
        );
    }
}
