//! Several rasters brought together on one target grid.

use headwaters_raster::{
    Cell, Crs, Grid, GridSpec, Raster, Resampling, Sample, Transformer, Window, reproject,
};

use crate::SourceError;
use crate::config::SizeLimits;
use crate::piece::Piece;

/// Metres in a degree of latitude on the mean sphere (radius 6371.0088 km).
const METRES_PER_DEGREE: f64 = 111_195.08;

/// Largest offset between two grids that count as one, in cells.
const ALIGNED: f64 = 0.01;

/// Values on the target, with what no piece covers.
pub(crate) struct Mosaic<T> {
    pub raster: Raster<T>,
    /// Target cells that lie outside every piece.
    pub uncovered: Grid<bool>,
    /// Finest cell size used, in metres.
    pub resolution_m: Option<f64>,
}

/// A piece that the target needs, and which part of it.
struct Part<'p> {
    piece: &'p Piece,
    window: Window,
}

/// Brings pieces onto the target. Earlier pieces win; later ones fill what they lack. Pieces on one grid, such
/// as tiles of one data set, are joined before resampling, so that their seams leave no trace.
pub(crate) fn assemble<T: Sample>(
    pieces: &[Piece],
    target: &GridSpec,
    resampling: Resampling,
    nodata: T,
    limits: SizeLimits,
    name: &str,
) -> Result<Mosaic<T>, SourceError> {
    let parts: Vec<Part<'_>> = pieces
        .iter()
        .filter_map(|piece| {
            let window = piece.spec.window_for(target).ok().flatten()?;
            Some(Part { piece, window })
        })
        .collect();
    check_size(&parts, limits, name)?;
    let mut raster = blank(target, nodata)?;
    for group in groups(&parts) {
        let joined = join(&group, nodata, limits, name)?;
        overlay(&mut raster, &reproject(&joined, target, resampling)?);
    }
    let uncovered = uncovered(&raster, &parts);
    let resolution_m = parts.iter().map(|part| resolution_m(&part.piece.spec)).min_by(f64::total_cmp);
    Ok(Mosaic { raster, uncovered, resolution_m })
}

/// Fills the cells of `under` without data from another raster of the same grid.
pub(crate) fn overlay<T: Sample>(under: &mut Raster<T>, with: &Raster<T>) {
    let nodata = under.nodata;
    for (cell, value) in under.grid.as_mut_slice().iter_mut().zip(with.grid.as_slice()) {
        let missing = cell.is_nan() || nodata == Some(*cell);
        if missing && !with.is_nodata(*value) {
            *cell = *value;
        }
    }
}

fn blank<T: Sample>(target: &GridSpec, nodata: T) -> Result<Raster<T>, SourceError> {
    let grid = Grid::filled(target.rows, target.cols, nodata);
    Raster::new(grid, target, Some(nodata))
        .ok_or_else(|| SourceError::Config("the target grid does not fit memory".into()))
}

fn resolution_m(spec: &GridSpec) -> f64 {
    spec.transform.cell_height * spec.crs.metres_per_unit().unwrap_or(METRES_PER_DEGREE)
}

fn check_size(parts: &[Part<'_>], limits: SizeLimits, name: &str) -> Result<(), SourceError> {
    let cells = parts.iter().map(|part| part.window.rows as f64 * part.window.cols as f64).sum::<f64>();
    if cells <= limits.cells() as f64 {
        return Ok(());
    }
    Err(SourceError::TooLarge {
        name: name.to_owned(),
        needed: format!("{:.0} million source cells", cells / 1e6),
        limit: format!("{} million", limits.max_mcells),
    })
}

/// Offset of a grid against another in cells (rows, columns), when both have the same cells.
fn offset(of: &GridSpec, against: &GridSpec) -> Option<(i64, i64)> {
    let (a, b) = (of.transform, against.transform);
    let same = |a: f64, b: f64| (a - b).abs() <= 1e-7 * b;
    if of.crs != against.crs || !same(a.cell_width, b.cell_width) || !same(a.cell_height, b.cell_height) {
        return None;
    }
    let (row, col) = against.transform.fractional(a.west, a.north);
    let whole = |value: f64| ((value - value.round()).abs() <= ALIGNED).then(|| value.round() as i64);
    Some((whole(row)?, whole(col)?))
}

/// Parts on one grid, in the order of their first member.
fn groups<'a, 'p>(parts: &'a [Part<'p>]) -> Vec<Vec<&'a Part<'p>>> {
    let mut groups: Vec<Vec<&Part<'_>>> = Vec::new();
    for part in parts {
        let aligned = |group: &&mut Vec<&Part<'_>>| offset(&part.piece.spec, &group[0].piece.spec).is_some();
        // Only the latest group may grow, or a later piece would overtake an earlier one.
        match groups.last_mut().filter(aligned) {
            Some(group) => group.push(part),
            None => groups.push(vec![part]),
        }
    }
    groups
}

/// One raster of the parts of a group, read window by window.
fn join<T: Sample>(
    group: &[&Part<'_>],
    nodata: T,
    limits: SizeLimits,
    name: &str,
) -> Result<Raster<T>, SourceError> {
    let first = &group[0].piece.spec;
    let place = |part: &Part<'_>| {
        let (row, col) = offset(&part.piece.spec, first).unwrap_or((0, 0));
        let (row, col) = (row + part.window.row as i64, col + part.window.col as i64);
        (row, col, row + part.window.rows as i64, col + part.window.cols as i64)
    };
    let all = group
        .iter()
        .map(|part| place(part))
        .reduce(|all, one| (all.0.min(one.0), all.1.min(one.1), all.2.max(one.2), all.3.max(one.3)));
    let (top, left, bottom, right) = all.unwrap_or_default();
    let (rows, cols) = ((bottom - top) as usize, (right - left) as usize);
    if rows.checked_mul(cols).is_none_or(|cells| cells > limits.cells()) {
        return Err(SourceError::TooLarge {
            name: name.to_owned(),
            needed: format!("a mosaic of {rows} × {cols} cells"),
            limit: format!("{} million cells", limits.max_mcells),
        });
    }
    let mut transform = first.transform;
    transform.west += left as f64 * transform.cell_width;
    transform.north -= top as f64 * transform.cell_height;
    let mut joined = blank(&GridSpec { crs: first.crs.clone(), transform, rows, cols }, nodata)?;
    for part in group {
        let (row, col, ..) = place(part);
        let values = part.piece.read_window::<T>(part.window)?;
        paste(&mut joined, &values, (row - top) as usize, (col - left) as usize);
    }
    Ok(joined)
}

/// Copies values into the empty cells of a larger raster.
fn paste<T: Sample>(into: &mut Raster<T>, values: &Raster<T>, row: usize, col: usize) {
    for from_row in 0..values.grid.rows() {
        for from_col in 0..values.grid.cols() {
            let value = values.grid[Cell { row: from_row, col: from_col }];
            let to = Cell { row: row + from_row, col: col + from_col };
            if !values.is_nodata(value) && into.is_nodata(into.grid[to]) {
                into.grid[to] = value;
            }
        }
    }
}

/// Cells without data whose centres lie outside every part's file.
fn uncovered<T: Sample>(raster: &Raster<T>, parts: &[Part<'_>]) -> Grid<bool> {
    let spec = raster.spec();
    let mut systems: Vec<(&Crs, Transformer)> = Vec::new();
    for part in parts {
        let crs = &part.piece.spec.crs;
        if !systems.iter().any(|(known, _)| *known == crs) {
            systems.push((crs, Transformer::new(&spec.crs, crs)));
        }
    }
    let covered = |cell: Cell| {
        let (x, y) = spec.centre(cell);
        systems.iter().any(|(crs, transformer)| {
            let Ok((x, y)) = transformer.point(x, y) else { return false };
            parts.iter().any(|part| part.piece.spec.crs == **crs && part.piece.spec.cell_at(x, y).is_some())
        })
    };
    Grid::from_fn(spec.rows, spec.cols, |cell| raster.value(cell).is_none() && !covered(cell))
}
