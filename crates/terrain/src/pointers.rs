//! D8 pointers by steepest descent, and the rule for flats.

use headwaters_raster::{GeoTransform, Grid};
use rayon::prelude::*;

use crate::flow::{neighbour_index, steps};
use crate::{Direction, Pointer};

/// Ground size of a cell in metres.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CellSize {
    /// West to east.
    pub width_m: f64,
    /// North to south.
    pub height_m: f64,
}

impl CellSize {
    /// A square cell.
    pub fn square(size_m: f64) -> Self {
        Self { width_m: size_m, height_m: size_m }
    }

    /// The cell of a grid whose map unit is the metre.
    pub fn of_projected(transform: &GeoTransform) -> Self {
        Self { width_m: transform.cell_width, height_m: transform.cell_height }
    }

    /// The cell, in the middle of the grid, of a grid whose map unit is the degree (GRS80 ellipsoid: lengths
    /// of a degree from the meridional and prime-vertical radii of curvature).
    pub fn of_geographic(transform: &GeoTransform, rows: usize) -> Self {
        const EQUATORIAL_RADIUS_M: f64 = 6_378_137.0;
        const ECCENTRICITY_SQUARED: f64 = 0.006_694_380_022_9;
        let latitude = (transform.north - 0.5 * rows as f64 * transform.cell_height).to_radians();
        let w = 1.0 - ECCENTRICITY_SQUARED * latitude.sin().powi(2);
        let meridional = EQUATORIAL_RADIUS_M * (1.0 - ECCENTRICITY_SQUARED) / w.powf(1.5);
        let prime_vertical = EQUATORIAL_RADIUS_M / w.sqrt();
        Self {
            width_m: transform.cell_width.to_radians() * prime_vertical * latitude.cos(),
            height_m: transform.cell_height.to_radians() * meridional,
        }
    }

    /// Area in square metres.
    pub fn area_m2(self) -> f64 {
        self.width_m * self.height_m
    }

    /// Length of one step in metres.
    pub fn step_m(self, direction: Direction) -> f64 {
        let (row, col) = direction.offset();
        (self.width_m * col as f64).hypot(self.height_m * row as f64)
    }
}

/// D8 pointers of a conditioned DEM.
///
/// - A cell drains to the neighbour of steepest descent, with true step lengths; ties go to the first in the
///   order of [`Direction::ALL`], as in WhiteboxTools.
/// - A cell without a lower neighbour at the grid's edge or beside a cell without elevation drains
///   [off](Pointer::OFF) the map.
/// - Any other such cell lies in a flat, see [`resolve_flats`]. In a depression that was left in, it becomes
///   [`Pointer::OFF`]: an inner sink.
///
/// Rows are computed in parallel; the result does not depend on the number of threads.
pub fn d8(conditioned: &Grid<f32>, cell: CellSize) -> Grid<Pointer> {
    let (rows, cols) = (conditioned.rows(), conditioned.cols());
    let z = conditioned.as_slice();
    let step = steps(cols);
    let per_metre: [f32; 8] = Direction::ALL.map(|d| (1.0 / cell.step_m(d)) as f32);
    let mut pointers = vec![Pointer::NODATA; z.len()];
    pointers.par_chunks_mut(cols.max(1)).enumerate().for_each(|(row, out)| {
        let inner_row = row > 0 && row + 1 < rows;
        for (col, pointer) in out.iter_mut().enumerate() {
            let i = row * cols + col;
            let here = z[i];
            if !here.is_finite() {
                continue;
            }
            let inner = inner_row && col > 0 && col + 1 < cols;
            let around: [f32; 8] = match inner {
                true => step.map(|step| z[i.wrapping_add_signed(step)]),
                false => Direction::ALL.map(|d| neighbour_index(rows, cols, i, d).map_or(f32::NAN, |n| z[n])),
            };
            let mut steepest = 0.0f32;
            let mut choice = 8;
            for k in 0..8 {
                let descent = (here - around[k]) * per_metre[k];
                // NaN never compares greater; minus infinity is no elevation either. Without branches: which
                // neighbour is lowest is a coin toss to the processor.
                let better = (descent > steepest) & (around[k] > f32::NEG_INFINITY);
                steepest = if better { descent } else { steepest };
                choice = if better { k } else { choice };
            }
            *pointer = match Direction::ALL.get(choice) {
                Some(&direction) => Pointer::to(direction),
                None if around.iter().any(|z| !z.is_finite()) => Pointer::OFF,
                None => Pointer::FLAT,
            };
        }
    });
    let mut pointers =
        Grid::from_vec(rows, cols, pointers).unwrap_or_else(|| Grid::filled(0, 0, Pointer::OFF));
    resolve_flats(conditioned, &mut pointers);
    pointers
}

/// Gives every flat cell a pointer towards the flat's outlets and away from the higher ground around it.
///
/// Garbrecht and Martz 1997, "The assignment of drainage direction over flat surfaces in raster digital
/// elevation models", Journal of Hydrology 193, in the linear form of Barnes, Lehman and Mulla 2014, "An
/// efficient assignment of drainage direction over flat surfaces in raster digital elevation models",
/// Computers & Geosciences 62: a cell's height in the flat is twice its distance in steps to the nearest
/// outlet, plus the reverse of its distance from higher ground; it drains to the lowest neighbour, ties to
/// straight steps first, then in the order of [`Direction::ALL`].
///
/// A flat cell is never at the edge nor beside nodata (it would have drained off), so all its neighbours
/// exist.
fn resolve_flats(dem: &Grid<f32>, pointers: &mut Grid<Pointer>) {
    let step = steps(dem.cols());
    let mut flats = Flats { z: dem.as_slice(), step, ..Flats::default() };
    // Number within its flat of each flat cell, from 1. Untouched pages cost no memory.
    let mut number = vec![0u32; dem.len()];
    for start in 0..dem.len() {
        if pointers.as_slice()[start] == Pointer::FLAT {
            flats.collect(pointers.as_slice(), start, &mut number);
            flats.measure(pointers.as_slice(), &number);
            flats.assign(pointers.as_mut_slice(), &number);
        }
    }
}

/// Working space for one flat, reused for the next.
#[derive(Default)]
struct Flats<'a> {
    z: &'a [f32],
    step: [isize; 8],
    cells: Vec<u32>,
    queue: Vec<u32>,
    from_higher: Vec<u32>,
    height: Vec<u32>,
    choices: Vec<Pointer>,
}

const UNREACHED: u32 = u32::MAX;

impl Flats<'_> {
    /// Gathers the connected flat cells of one elevation.
    fn collect(&mut self, pointers: &[Pointer], start: usize, number: &mut [u32]) {
        self.cells.clear();
        self.cells.push(start as u32);
        number[start] = 1;
        let mut next = 0;
        while next < self.cells.len() {
            let i = self.cells[next] as usize;
            next += 1;
            for step in self.step {
                let n = i.wrapping_add_signed(step);
                if pointers[n] == Pointer::FLAT && number[n] == 0 && self.z[n] == self.z[start] {
                    self.cells.push(n as u32);
                    number[n] = self.cells.len() as u32;
                }
            }
        }
    }

    /// Whether the neighbour `n` of a flat cell at `level` is in the same flat.
    fn within(&self, pointers: &[Pointer], n: usize, level: f32) -> bool {
        pointers[n] == Pointer::FLAT && self.z[n] == level
    }

    /// Heights within the flat; [`UNREACHED`] throughout when it has no outlet.
    fn measure(&mut self, pointers: &[Pointer], number: &[u32]) {
        let level = self.z[self.cells[0] as usize];
        let z = self.z;
        let mut distance = std::mem::take(&mut self.from_higher);
        self.distances(pointers, number, &mut distance, |n| z[n] > level);
        self.from_higher = distance;
        let mut height = std::mem::take(&mut self.height);
        self.distances(pointers, number, &mut height, |n| z[n] == level && pointers[n] != Pointer::FLAT);
        let reached = self.from_higher.iter().filter(|&&d| d != UNREACHED);
        let farthest = reached.max().copied().unwrap_or(0);
        for (height, &from_higher) in height.iter_mut().zip(&self.from_higher) {
            if *height != UNREACHED {
                *height = 2 * *height + if from_higher == UNREACHED { 0 } else { farthest - from_higher };
            }
        }
        self.height = height;
    }

    /// Breadth-first distances, from 1, of the cells with a neighbour for which `starts` holds.
    fn distances(
        &mut self,
        pointers: &[Pointer],
        number: &[u32],
        distance: &mut Vec<u32>,
        starts: impl Fn(usize) -> bool,
    ) {
        let level = self.z[self.cells[0] as usize];
        distance.clear();
        distance.resize(self.cells.len(), UNREACHED);
        self.queue.clear();
        for (k, &i) in self.cells.iter().enumerate() {
            if self.step.iter().any(|&step| starts((i as usize).wrapping_add_signed(step))) {
                distance[k] = 1;
                self.queue.push(i);
            }
        }
        let mut next = 0;
        while next < self.queue.len() {
            let i = self.queue[next] as usize;
            next += 1;
            let beyond = distance[number[i] as usize - 1] + 1;
            for step in self.step {
                let n = i.wrapping_add_signed(step);
                if self.within(pointers, n, level) && distance[number[n] as usize - 1] == UNREACHED {
                    distance[number[n] as usize - 1] = beyond;
                    self.queue.push(n as u32);
                }
            }
        }
    }

    fn assign(&mut self, pointers: &mut [Pointer], number: &[u32]) {
        let level = self.z[self.cells[0] as usize];
        self.choices.clear();
        for (&i, &here) in self.cells.iter().zip(&self.height) {
            let lower = Direction::ALL.iter().filter_map(|&direction| {
                let n = (i as usize).wrapping_add_signed(self.step[direction as usize]);
                let there = if self.within(pointers, n, level) {
                    self.height[number[n] as usize - 1]
                } else if self.z[n] == level {
                    0
                } else {
                    return None;
                };
                (there < here).then_some((there, direction.is_diagonal(), direction as u8))
            });
            let choice = lower.min().filter(|_| here != UNREACHED);
            self.choices.push(choice.map_or(Pointer::OFF, |(.., k)| Pointer::to(Direction::ALL[k as usize])));
        }
        for (&i, &choice) in self.cells.iter().zip(&self.choices) {
            pointers[i as usize] = choice;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fill::tests::{any_dem, is_open};
    use crate::{accumulate, downstream_index, fill};
    use proptest::prelude::*;

    fn finite_neighbours(dem: &Grid<f32>, i: usize) -> impl Iterator<Item = (Direction, usize)> + '_ {
        let there = move |d| neighbour_index(dem.rows(), dem.cols(), i, d).map(|n| (d, n));
        Direction::ALL.into_iter().filter_map(there).filter(|&(_, n)| dem.as_slice()[n].is_finite())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1000))]
        /// A cell that does not reach the edge loses its whole upstream area from every basin.
        #[test]
        fn after_filling_every_cell_drains_off_the_map(dem in any_dem(), width in 1.0f64..40.0) {
            let filled = fill(&dem);
            let cell = CellSize { width_m: width, height_m: 10.0 };
            let pointers = d8(&filled, cell);
            let accumulated = accumulate(&pointers).unwrap();
            let z = filled.as_slice();
            let mut left_by = 0;
            for i in 0..dem.len() {
                prop_assert_eq!(z[i].is_finite(), pointers.as_slice()[i] != Pointer::NODATA);
                match downstream_index(&pointers, i) {
                    Some(n) => {
                        prop_assert!(z[n] <= z[i]);
                        let direction = pointers.as_slice()[i].direction().unwrap();
                        let descent = |d: Direction, n: usize| f64::from(z[i] - z[n]) / cell.step_m(d);
                        for (d, m) in finite_neighbours(&filled, i) {
                            prop_assert!(descent(d, m) <= descent(direction, n) + 1e-6, "not the steepest");
                        }
                    }
                    None if z[i].is_finite() => {
                        prop_assert!(is_open(&dem, i), "inner sink at {i}");
                        left_by += accumulated.as_slice()[i];
                    }
                    None => {}
                }
            }
            prop_assert_eq!(left_by as usize, dem.as_slice().iter().filter(|z| z.is_finite()).count());
        }
    }

    /// The channel across a flat must run away from its walls, not hug one of them: the example of
    /// Garbrecht and Martz, a 5 x 5 plateau with one outlet in the south.
    #[test]
    fn flow_over_a_flat_keeps_to_its_middle() {
        let dem = Grid::from_fn(7, 7, |c| match (c.row, c.col) {
            (6, 3) => 0.0,
            (1..=5, 1..=5) => 1.0,
            _ => 2.0,
        });
        let pointers = d8(&dem, CellSize::square(10.0));
        let accumulated = accumulate(&pointers).unwrap();
        let middle: Vec<u32> = (2..=5).map(|row| accumulated.as_slice()[row * 7 + 3]).collect();
        assert!(middle.is_sorted() && middle[3] >= 25, "{middle:?} of {accumulated:?}");
    }
}
