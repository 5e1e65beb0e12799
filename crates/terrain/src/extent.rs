//! Extent of the DEM a watershed needs: a first estimate scaled to its polygon, then growth on the sides where the basin
//! reaches the edge. Pure decisions; the caller fetches the elevations.

use headwaters_raster::Bounds;

use crate::outlet::Side;

/// Sizes of DEM extents.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ExtentOptions {
    /// Least distance kept between polygon and edge, metres.
    pub min_buffer_m: f64,
    /// Distance kept, as a share of the longer side of the polygon's bounding box.
    pub buffer_share: f64,
    /// Factor by which the buffer grows on each side that the basin touched.
    pub growth: f64,
    /// Cell size of the DEM, metres.
    pub cell_m: f64,
    /// Most cells an extent may have.
    pub max_cells: u64,
    /// Most times an extent is grown.
    pub max_growths: u32,
    /// Least reach, metres: an outlet set by hand may lie this far beyond the extent, or as far as the extent is long.
    pub place_reach_m: f64,
}

impl Default for ExtentOptions {
    /// At least 20 cells of 30 m, a tenth of the polygon, doubled up to four times, 8192 × 8192 cells at most
    /// (WEPPcloud's largest map); outlets of small watersheds up to 10 km beyond.
    fn default() -> Self {
        Self {
            min_buffer_m: 600.0,
            buffer_share: 0.1,
            growth: 2.0,
            cell_m: 30.0,
            max_cells: 8192 * 8192,
            max_growths: 4,
            place_reach_m: 10_000.0,
        }
    }
}

/// An extent that would be too large.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[error(
    "the watershed needs a DEM of {cells} cells, more than the {max_cells} allowed: use coarser cells or split the polygon"
)]
pub struct ExtentTooLarge {
    /// Cells needed.
    pub cells: u64,
    /// Limit.
    pub max_cells: u64,
}

/// An outlet set by hand that the extent cannot be widened for.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum PlaceError {
    /// Too far away for a watershed to drain there: a typing error is more likely.
    #[error(
        "it lies {:.1} km beyond the elevations around the polygon, more than the {:.1} km allowed: correct it",
        beyond_m / 1000.0,
        most_m / 1000.0
    )]
    TooFar {
        /// Distance from the extent, metres.
        beyond_m: f64,
        /// Limit.
        most_m: f64,
    },
    /// A DEM that holds both would be too large.
    #[error(
        "a DEM that holds it and the polygon would have {} cells, more than the {} allowed: correct it, or use coarser cells",
        _0.cells,
        _0.max_cells
    )]
    TooLarge(ExtentTooLarge),
}

/// Decision after a delineation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ExtentDecision {
    /// The basin lies within the extent.
    Accept,
    /// Fetch this extent (in the DEM's coordinates) and try again.
    Grow(Bounds),
    /// The basin still touches the edge, but the extent is not grown any further; the result is kept with its findings.
    GiveUp(GiveUp),
}

/// Reason for which the extent is not grown any further.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum GiveUp {
    /// The next extent would be too large.
    #[error(transparent)]
    TooLarge(ExtentTooLarge),
    /// Grown as often as allowed.
    #[error("the basin still reaches the edge of the DEM after {growths} enlargements")]
    TooOften {
        /// Times it was grown.
        growths: u32,
    },
}

impl ExtentOptions {
    fn check(&self, bounds: Bounds) -> Result<Bounds, ExtentTooLarge> {
        let cells = |length: f64| (length / self.cell_m).ceil().max(1.0) as u64;
        let cells = cells(bounds.width()).saturating_mul(cells(bounds.height()));
        match cells <= self.max_cells {
            true => Ok(bounds),
            false => Err(ExtentTooLarge { cells, max_cells: self.max_cells }),
        }
    }

    /// The extent with which to begin, for a polygon's bounds in a metric coordinate system.
    ///
    /// # Errors
    /// [`ExtentTooLarge`].
    pub fn first(&self, polygon: Bounds) -> Result<Bounds, ExtentTooLarge> {
        let longer = polygon.width().max(polygon.height());
        self.check(polygon.grown(self.min_buffer_m.max(self.buffer_share * longer)))
    }

    /// `current`, widened where it must be to keep a place at the least distance from its edge: an outlet given by hand
    /// may lie beyond what the polygon alone would need, though no further than the extent is long.
    ///
    /// # Errors
    /// [`PlaceError`].
    pub fn with_place(&self, current: Bounds, x: f64, y: f64) -> Result<Bounds, PlaceError> {
        let beyond_m = current.distance_to(x, y);
        let most_m = current.width().max(current.height()).max(self.place_reach_m);
        if beyond_m > most_m {
            return Err(PlaceError::TooFar { beyond_m, most_m });
        }
        let around = Bounds::of_point(x, y).grown(self.min_buffer_m.max(self.cell_m));
        self.check(current.union(around)).map_err(PlaceError::TooLarge)
    }

    /// Decides after a delineation whose basin touched `sides` of `current`, grown `growths` times so far.
    ///
    /// ```
    /// use headwaters_raster::Bounds;
    /// use headwaters_terrain::outlet::Side;
    /// use headwaters_terrain::{ExtentDecision, ExtentOptions};
    ///
    /// let options = ExtentOptions::default();
    /// let polygon = Bounds { west: 0.0, south: 0.0, east: 3000.0, north: 3000.0 };
    /// let first = options.first(polygon)?;
    /// assert_eq!(first.east, 3600.0);
    /// let wider = Bounds { east: 4200.0, ..first };
    /// assert_eq!(options.next(polygon, first, &[Side::East], 0), ExtentDecision::Grow(wider));
    /// # Ok::<(), headwaters_terrain::ExtentTooLarge>(())
    /// ```
    pub fn next(&self, polygon: Bounds, current: Bounds, sides: &[Side], growths: u32) -> ExtentDecision {
        if sides.is_empty() {
            return ExtentDecision::Accept;
        }
        if growths >= self.max_growths {
            return ExtentDecision::GiveUp(GiveUp::TooOften { growths });
        }
        let more = |buffer: f64| buffer.max(self.min_buffer_m) * self.growth.max(1.1);
        let mut wider = current;
        for side in sides {
            match side {
                Side::North => wider.north = polygon.north + more(current.north - polygon.north),
                Side::East => wider.east = polygon.east + more(current.east - polygon.east),
                Side::South => wider.south = polygon.south - more(polygon.south - current.south),
                Side::West => wider.west = polygon.west - more(polygon.west - current.west),
            }
        }
        match self.check(wider) {
            Ok(bounds) => ExtentDecision::Grow(bounds),
            Err(too_large) => ExtentDecision::GiveUp(GiveUp::TooLarge(too_large)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLYGON: Bounds = Bounds { west: 0.0, south: 0.0, east: 10_000.0, north: 4_000.0 };

    /// The buffer follows the polygon's size and grows only where the basin reached the edge.
    #[test]
    fn extents_grow_on_the_side_that_was_touched() {
        let options = ExtentOptions::default();
        let first = options.first(POLYGON).unwrap();
        assert_eq!((first.west, first.north), (-1000.0, 5000.0));
        assert_eq!(options.next(POLYGON, first, &[], 0), ExtentDecision::Accept);
        let ExtentDecision::Grow(wider) = options.next(POLYGON, first, &[Side::North], 0) else { panic!() };
        assert_eq!(wider, Bounds { north: 6000.0, ..first });
    }

    /// An outlet beyond the extent is included with its margin; one on another continent must not exhaust the memory.
    #[test]
    fn extents_are_widened_for_a_place_beyond_them() {
        let options = ExtentOptions::default();
        let first = options.first(POLYGON).unwrap();
        assert_eq!(options.with_place(first, 5_000.0, 2_000.0), Ok(first));
        let wider = options.with_place(first, 5_000.0, -8_000.0).unwrap();
        assert_eq!(wider, Bounds { south: -8_600.0, ..first });
        let far = options.with_place(first, 5e6, 5e6).unwrap_err();
        assert!(matches!(far, PlaceError::TooFar { most_m: 12_000.0, .. }), "{far}");
        let fine = ExtentOptions { cell_m: 1.25, ..options };
        let large = fine.with_place(fine.first(POLYGON).unwrap(), 5_000.0, -8_000.0).unwrap_err();
        assert!(matches!(large, PlaceError::TooLarge(too) if too.cells > too.max_cells), "{large}");
    }

    /// A basin that always reaches the edge must not exhaust the memory.
    #[test]
    fn growing_ends() {
        let options = ExtentOptions { max_cells: 200_000, ..ExtentOptions::default() };
        let mut extent = options.first(POLYGON).unwrap();
        let mut growths = 0;
        let end = loop {
            match options.next(POLYGON, extent, &[Side::East, Side::South], growths) {
                ExtentDecision::Grow(wider) => (extent, growths) = (wider, growths + 1),
                other => break other,
            }
        };
        assert!(matches!(end, ExtentDecision::GiveUp(GiveUp::TooLarge(_))), "{end:?}");
        let huge = Bounds { east: 1e7, ..POLYGON };
        assert!(options.first(huge).is_err());
        let spent = options.next(POLYGON, extent, &[Side::East], options.max_growths);
        assert!(matches!(spent, ExtentDecision::GiveUp(GiveUp::TooOften { growths: 4 })));
    }
}
