//! Treatments of burned or standing hillslopes: their effect on the cover.

use crate::cover::Cover;

/// Treatments of a burned or standing hillslope.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Treatment {
    /// Mulch spread at a rate, tons per acre (0.5, 1 and 2 are usual).
    Mulch {
        /// Rate, US tons per acre.
        tons_per_acre: f64,
    },
    /// Forest thinned to these covers.
    Thinning {
        /// Canopy cover left, 0..1.
        canopy_cover_fraction: f64,
        /// Ground cover left, 0..1.
        ground_cover_fraction: f64,
    },
}

/// A treatment out of range.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TreatmentError {
    /// Mulch rate.
    #[error("mulch rates from 0 to 10 tons per acre are possible")]
    Mulch,
    /// Thinning covers.
    #[error("covers after thinning lie between 0 and 1")]
    Thinning,
}

impl Treatment {
    /// The cover after treatment. The class keeps the treated class before a `-`, so that the soil tables find it.
    ///
    /// # Errors
    /// A rate or cover out of range.
    pub fn apply(&self, cover: &Cover) -> Result<Cover, TreatmentError> {
        let mut treated = cover.clone();
        match *self {
            Self::Mulch { tons_per_acre } => {
                if !(0.0..=10.0).contains(&tons_per_acre) {
                    return Err(TreatmentError::Mulch);
                }
                treated.interrill_cover_fraction =
                    mulched_cover(cover.interrill_cover_fraction, tons_per_acre);
                treated.rill_cover_fraction = mulched_cover(cover.rill_cover_fraction, tons_per_acre);
                treated.class = format!("{}-mulch_{tons_per_acre}", cover.class);
            }
            Self::Thinning { canopy_cover_fraction, ground_cover_fraction } => {
                let covers = [canopy_cover_fraction, ground_cover_fraction];
                if covers.iter().any(|c| !(0.0..=1.0).contains(c)) {
                    return Err(TreatmentError::Thinning);
                }
                treated.canopy_cover_fraction = canopy_cover_fraction;
                treated.interrill_cover_fraction = ground_cover_fraction;
                treated.rill_cover_fraction = ground_cover_fraction;
                let [canopy, ground] = covers.map(|c| (100.0 * c).round());
                treated.class = format!("thinning-{canopy}_{ground}");
            }
        }
        Ok(treated)
    }
}

/// Ground cover (0..1) after mulch at a rate in US tons per acre: the uncovered part shrinks by
/// 1 + (0.8474 m)^1.7370 (WEPPcloud's Omni scenarios).
pub fn mulched_cover(ground_cover_fraction: f64, tons_per_acre: f64) -> f64 {
    1.0 - (1.0 - ground_cover_fraction) / (1.0 + (0.8474 * tons_per_acre).powf(1.7370))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{CoverTable, DisturbedTable, SimpleTexture};

    /// Published effect of mulch on a high-severity slope with 30 % cover: 0.5, 1 and 2 tons per acre.
    #[test]
    fn mulch_covers_the_ground_and_thinning_sets_it() {
        let covers = CoverTable::built_in().unwrap();
        let high = covers.cover("forest high sev fire").unwrap();
        let cover =
            |tons_per_acre| Treatment::Mulch { tons_per_acre }.apply(high).unwrap().interrill_cover_fraction;
        assert!((cover(0.0) - 0.3).abs() < 1e-12);
        for (tons, gain) in [(0.5, 0.15), (1.0, 0.30), (2.0, 0.50)] {
            assert!((cover(tons) - 0.3 - gain).abs() < 0.03, "{tons}: {}", cover(tons));
        }
        let thinned = Treatment::Thinning { canopy_cover_fraction: 0.4, ground_cover_fraction: 0.85 };
        let thinned = thinned.apply(covers.cover("forest").unwrap()).unwrap();
        assert_eq!((thinned.canopy_cover_fraction, thinned.rill_cover_fraction), (0.4, 0.85));
        let soils = DisturbedTable::built_in().unwrap();
        assert!(soils.row(&thinned.class, SimpleTexture::Loam).is_ok());
        assert_eq!(Treatment::Mulch { tons_per_acre: -1.0 }.apply(high), Err(TreatmentError::Mulch));
    }
}
