//! The most common class of each zone: burn severity, land use or soil of every hillslope, in one pass over the rasters.

use std::collections::HashMap;
use std::hash::Hash;

/// Two rasters that do not belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the zone raster has {zones} cells and the class raster {classes}; they must lie on one grid")]
pub struct GridMismatch {
    /// Cells of the zone raster.
    pub zones: usize,
    /// Cells of the class raster.
    pub classes: usize,
}

/// Classes of a zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ZoneMode<C> {
    /// Most common class; the lowest of equally common ones, so that the result does not depend on order.
    pub class: C,
    /// Cells of that class.
    pub cells: usize,
    /// Cells of the zone with any class.
    pub classified: usize,
}

/// Most common class of every zone. Cells whose zone or class is `None` are left out, and so are zones that have no
/// classified cell at all. Time is linear in the number of cells.
///
/// # Errors
/// Slices of different length.
pub fn modal_by_zone<Z, C>(
    zones: impl ExactSizeIterator<Item = Option<Z>>,
    classes: impl ExactSizeIterator<Item = Option<C>>,
) -> Result<HashMap<Z, ZoneMode<C>>, GridMismatch>
where
    Z: Copy + Eq + Hash,
    C: Copy + Eq + Hash + Ord,
{
    if zones.len() != classes.len() {
        return Err(GridMismatch { zones: zones.len(), classes: classes.len() });
    }
    let mut counts: HashMap<(Z, C), usize> = HashMap::new();
    // Neighbouring cells mostly repeat: count runs and touch the map once per run.
    let mut run: Option<((Z, C), usize)> = None;
    for (zone, class) in zones.zip(classes) {
        let key = zone.zip(class);
        match (&mut run, key) {
            (Some((current, n)), Some(key)) if *current == key => *n += 1,
            (_, key) => {
                if let Some((done, n)) = run.take() {
                    *counts.entry(done).or_default() += n;
                }
                run = key.map(|k| (k, 1));
            }
        }
    }
    if let Some((done, n)) = run {
        *counts.entry(done).or_default() += n;
    }
    let mut modes: HashMap<Z, ZoneMode<C>> = HashMap::new();
    for ((zone, class), cells) in counts {
        let mode = modes.entry(zone).or_insert(ZoneMode { class, cells, classified: 0 });
        mode.classified += cells;
        if cells > mode.cells || (cells == mode.cells && class < mode.class) {
            (mode.class, mode.cells) = (class, cells);
        }
    }
    Ok(modes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ties_go_to_the_lowest_class_and_gaps_are_left_out() {
        let zones = [Some(22), Some(22), Some(22), None, Some(23), Some(31)];
        let classes = [Some(3_u8), Some(1), None, Some(1), Some(2), None];
        let modes = modal_by_zone(zones.into_iter(), classes.into_iter()).unwrap();
        assert_eq!(modes[&22], ZoneMode { class: 1, cells: 1, classified: 2 });
        assert_eq!(modes[&23].class, 2);
        assert!(!modes.contains_key(&31));
        let error = modal_by_zone([Some(1)].into_iter(), [Some(1), None].into_iter()).unwrap_err();
        assert_eq!(error, GridMismatch { zones: 1, classes: 2 });
    }

    proptest! {
        /// Against counting zone by zone.
        #[test]
        fn modes_agree_with_counting(cells in proptest::collection::vec((0_u8..4, 0_u8..4), 0..200)) {
            let some = |v: u8| (v > 0).then_some(v);
            let modes = modal_by_zone(cells.iter().map(|c| some(c.0)), cells.iter().map(|c| some(c.1))).unwrap();
            for zone in 1..4 {
                let mut tally = [0; 4];
                cells.iter().filter(|c| c.0 == zone && c.1 > 0).for_each(|c| tally[usize::from(c.1)] += 1);
                let best = (1..4).rev().max_by_key(|c| tally[*c]).unwrap();
                match modes.get(&zone) {
                    Some(mode) => {
                        prop_assert_eq!(usize::from(mode.class), best);
                        prop_assert_eq!(mode.cells, tally[best]);
                        prop_assert_eq!(mode.classified, tally.iter().sum::<usize>());
                    }
                    None => prop_assert_eq!(tally.iter().sum::<usize>(), 0),
                }
            }
        }
    }
}
