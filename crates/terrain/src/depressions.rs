//! Depressions of a DEM: the cells that plain filling raises.

use headwaters_raster::Grid;

/// Mark of a cell in a depression that is still to be drained.
pub(crate) const IN_DEPRESSION: u8 = 0x10;

/// Cells that plain filling raises to one level, connected.
pub(crate) struct Depression {
    /// Its cells are `cells[start..end]` of all depressions', the first in row-major order at first.
    start: u32,
    end: u32,
    /// Its lowest cell.
    pub pit: u32,
    /// Spill level.
    pub level: f32,
    /// Sum of the rises, in metres times cells.
    pub volume: f64,
}

/// All depressions of a DEM.
pub(crate) struct Depressions {
    /// Lowest spill level first, then in row-major order.
    pub list: Vec<Depression>,
    /// Indices in the grid, depression after depression.
    cells: Vec<u32>,
}

impl Depressions {
    /// Finds the depressions by comparing the DEM with the filled one. Their cells get the mark [`IN_DEPRESSION`]
    /// in `codes`.
    pub fn new(dem: &Grid<f32>, filled: &[f32], codes: &mut [u8]) -> Self {
        let step = crate::steps::steps(dem.cols());
        let z = dem.as_slice();
        let (mut list, mut cells) = (Vec::new(), Vec::new());
        for start in 0..z.len() {
            if filled[start] > z[start] && codes[start] & IN_DEPRESSION == 0 {
                list.push(gather(z, filled, codes, step, start, &mut cells));
            }
        }
        let first = |depression: &Depression| cells[depression.start as usize];
        list.sort_unstable_by(|a: &Depression, b| {
            a.level.total_cmp(&b.level).then_with(|| first(a).cmp(&first(b)))
        });
        Self { list, cells }
    }

    /// Each with its cells, in order of discovery.
    pub fn iter(&self) -> impl Iterator<Item = (&Depression, &[u32])> {
        self.list
            .iter()
            .map(|depression| (depression, &self.cells[depression.start as usize..depression.end as usize]))
    }
}

/// The depression that `first` belongs to; its cells are appended to `cells`.
fn gather(
    z: &[f32],
    filled: &[f32],
    codes: &mut [u8],
    step: [isize; 8],
    first: usize,
    cells: &mut Vec<u32>,
) -> Depression {
    let start = cells.len();
    let level = filled[first];
    codes[first] |= IN_DEPRESSION;
    cells.push(first as u32);
    let mut next = start;
    let mut pit = first;
    let mut volume = 0.0;
    while next < cells.len() {
        let i = cells[next] as usize;
        next += 1;
        volume += f64::from(level) - f64::from(z[i]);
        if z[i] < z[pit] {
            pit = i;
        }
        // A raised cell is never at the edge or beside nodata: all neighbours exist.
        for step in step {
            let n = i.wrapping_add_signed(step);
            if filled[n] == level && codes[n] & IN_DEPRESSION == 0 && filled[n] > z[n] {
                codes[n] |= IN_DEPRESSION;
                cells.push(n as u32);
            }
        }
    }
    Depression { start: start as u32, end: cells.len() as u32, pit: pit as u32, level, volume }
}
