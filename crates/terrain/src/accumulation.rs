//! Flow accumulation without a sort.

use headwaters_raster::Grid;
use rayon::prelude::*;

use crate::error::{FlowError, MAX_CELLS, same_shape};
use crate::inflows::leave_grid;
use crate::steps::{downstream_index, steps};
use crate::{Direction, Pointer};

/// Flow accumulation in cells: the cell itself and everything upstream; 0 where there is no elevation.
///
/// ```
/// use headwaters_raster::Grid;
/// use headwaters_terrain::{Direction, Pointer, accumulate};
///
/// let east = Pointer::to(Direction::East);
/// let pointers = Grid::from_vec(1, 3, vec![east, east, Pointer::OFF]).expect("three values");
/// assert_eq!(accumulate(&pointers)?.as_slice(), [1, 2, 3]);
/// # Ok::<(), headwaters_terrain::FlowError>(())
/// ```
///
/// # Errors
/// [`FlowError::TooLarge`], or [`FlowError::Cycle`] when imported pointers form a loop.
pub fn accumulate(pointers: &Grid<Pointer>) -> Result<Grid<u32>, FlowError> {
    accumulate_weights(pointers, |_| 1)
}

/// Number of cells of `mask` among each cell and everything upstream of it.
///
/// ```
/// use headwaters_raster::Grid;
/// use headwaters_terrain::{Direction, Pointer, accumulate_mask};
///
/// let east = Pointer::to(Direction::East);
/// let pointers = Grid::from_vec(1, 3, vec![east, east, Pointer::OFF]).expect("three values");
/// let burned = Grid::from_vec(1, 3, vec![true, false, true]).expect("three values");
/// assert_eq!(accumulate_mask(&pointers, &burned)?.as_slice(), [1, 1, 2]);
/// # Ok::<(), headwaters_terrain::FlowError>(())
/// ```
///
/// # Errors
/// As [`accumulate`], and [`FlowError::Shape`].
pub fn accumulate_mask(pointers: &Grid<Pointer>, mask: &Grid<bool>) -> Result<Grid<u32>, FlowError> {
    same_shape(pointers, mask, "mask")?;
    accumulate_weights(pointers, |i| u32::from(mask.as_slice()[i]))
}

/// Upper bits of a sum: 0 done or no elevation, 1 all inflows known, n + 1 still n inflows to come.
const AWAITED: u32 = 28;
const ONE_INFLOW: u32 = 1 << AWAITED;
const SUM: u32 = ONE_INFLOW - 1;

/// Sums `weight(index)` over every cell and all cells upstream of it.
///
/// Counts inflows instead of sorting: from every cell without inflow the path is followed as long as the
/// cell reached has no inflow left to wait for (Zhou, Wei and Fu 2019, "A fast and simple algorithm for
/// calculating flow accumulation matrices from raster digital elevation models", Frontiers of Earth
/// Science 13). The count of awaited inflows lives in the top four bits of the sum, so that one array is
/// touched instead of two. The total of all weights must stay below 2^28.
fn accumulate_weights(
    pointers: &Grid<Pointer>,
    weight: impl Fn(usize) -> u32 + Sync,
) -> Result<Grid<u32>, FlowError> {
    let (rows, cols) = (pointers.rows(), pointers.cols());
    if pointers.len() > MAX_CELLS {
        return Err(FlowError::TooLarge { cells: pointers.len() });
    }
    let codes = pointers.as_slice();
    let mut sums = vec![0u32; codes.len()];
    let counts = sums.par_chunks_mut(cols.max(1)).enumerate().map_init(
        || vec![0u8; cols],
        |inflows, (row, sums)| {
            count_inflows(pointers, row, inflows);
            let from = row * cols;
            let (mut cells, mut lost) = (0, false);
            for (col, (sum, (&code, &inflows))) in
                sums.iter_mut().zip(codes[from..].iter().zip(&*inflows)).enumerate()
            {
                let missing = code == Pointer::NODATA;
                *sum = if missing { 0 } else { (u32::from(inflows) + 1) << AWAITED | weight(from + col) };
                cells += usize::from(!missing);
                lost |= missing & (inflows > 0);
            }
            (cells, lost)
        },
    );
    let (cells, lost) = counts.reduce(|| (0, false), |a, b| (a.0 + b.0, a.1 | b.1));
    // Pointers made here neither leave the grid nor enter cells without elevation; imported ones may, and then
    // every step is checked.
    let done = if lost || leave_grid(pointers) {
        follow_paths(&mut sums, cols, |i| downstream_index(pointers, i))
    } else {
        let step = steps(cols);
        follow_paths(&mut sums, cols, |i| {
            step.get(usize::from(codes[i].raw())).map(|&step| i.wrapping_add_signed(step))
        })
    };
    if done < cells {
        let stuck = sums.iter().position(|&s| s >> AWAITED != 0).unwrap_or(0);
        return Err(FlowError::Cycle { row: stuck / cols, col: stuck % cols });
    }
    Ok(Grid::from_vec(rows, cols, sums).unwrap_or_else(|| Grid::filled(0, 0, 0)))
}

/// Columns swept at a time: the lines of a wider grid that a path crosses do not fit in the processor's cache.
const STRIP: usize = 1024;

/// Accumulates sums down the paths; returns the number of cells whose sum is complete.
fn follow_paths(sums: &mut [u32], cols: usize, below: impl Fn(usize) -> Option<usize>) -> usize {
    let mut done = 0;
    // Gathered line by line without branches, because sources are unpredictable to the processor.
    let mut sources = vec![0; STRIP.min(cols)];
    let rows = sums.len().checked_div(cols).unwrap_or(0);
    for left in (0..cols).step_by(STRIP) {
        let width = STRIP.min(cols - left);
        for from in (0..rows).map(|row| row * cols + left) {
            let mut count = 0;
            for (col, &sum) in sums[from..from + width].iter().enumerate() {
                sources[count] = from + col;
                count += usize::from(sum >> AWAITED == 1);
            }
            for &source in &sources[..count] {
                done += follow_path(sums, source, &below);
            }
        }
    }
    done
}

/// Accumulates the sum of a source down its path until a cell has further inflows to come; returns the cells completed.
fn follow_path(sums: &mut [u32], source: usize, below: &impl Fn(usize) -> Option<usize>) -> usize {
    let mut i = source;
    let mut sum = sums[i] & SUM;
    sums[i] = sum;
    let mut done = 1;
    while let Some(next) = below(i) {
        let with = sums[next] - ONE_INFLOW + sum;
        if with >> AWAITED != 1 {
            sums[next] = with;
            break;
        }
        sum = with & SUM;
        sums[next] = sum;
        done += 1;
        i = next;
    }
    done
}

/// Counts for each cell of a row the neighbours that point at it.
fn count_inflows(pointers: &Grid<Pointer>, row: usize, inflows: &mut [u8]) {
    let cols = pointers.cols();
    inflows.fill(0);
    for direction in Direction::ALL {
        let (row_step, col_step) = direction.offset();
        let Some(there) = row.checked_add_signed(row_step).filter(|&r| r < pointers.rows()) else { continue };
        let there = &pointers.as_slice()[there * cols..(there + 1) * cols];
        let towards = Pointer::to(direction.opposite());
        // Columns that have a neighbour in this direction.
        let first = usize::from(col_step < 0).min(cols);
        let count = cols - first - usize::from(col_step > 0).min(cols - first);
        let shifted = first.wrapping_add_signed(col_step).min(cols);
        let pairs = inflows[first..first + count].iter_mut().zip(&there[shifted..]);
        pairs.for_each(|(inflows, &code)| *inflows += u8::from(code == towards));
    }
}
