//! Darcy-Weisbach friction of rills and interrill areas (NSERL-10 chapter 10).

use crate::vegetation::Vegetation;

/// Friction of bare smooth soil in rills and on interrill areas.
pub(crate) const RILL_SOIL: f64 = 1.11;
const INTERRILL_SOIL: f64 = 4.07;
const COVER_EXPONENT: f64 = 1.5544;

/// Friction factors of a hillslope on one day.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Friction {
    /// Of the soil alone in rills.
    pub rill_soil: f64,
    /// Of everything in rills.
    pub rill: f64,
    /// Of the hillslope, weighted over rills and interrill areas.
    pub total: f64,
}

/// The parts of friction that do not change from day to day.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FrictionOfCover {
    interrill_cover: f64,
    rill_cover: f64,
    live: f64,
}

impl FrictionOfCover {
    pub fn new(vegetation: &Vegetation) -> Self {
        Self {
            interrill_cover: 14.5 * vegetation.interrill_cover.powf(COVER_EXPONENT),
            rill_cover: 4.5 * vegetation.rill_cover.powf(COVER_EXPONENT),
            live: vegetation.live_friction,
        }
    }

    /// Friction with roughness now and right after tillage, m, and the share of the width that is rills.
    pub fn with(&self, roughness_m: f64, tilled_roughness_m: f64, rill_share: f64) -> Friction {
        let relative =
            if tilled_roughness_m > 0.0 { (roughness_m / tilled_roughness_m).min(1.0) } else { 0.0 };
        let form = (3.024 - 5.042 * (-161.0 * tilled_roughness_m).exp()).exp();
        let rough = (0.5 * form.powf(1.128) * (-3.088 * (1.0 - relative)).exp()).max(INTERRILL_SOIL);
        let interrill = rough + self.interrill_cover + self.live;
        let rill = RILL_SOIL + self.rill_cover + self.live;
        if rill_share < 1.0 {
            Friction { rill_soil: RILL_SOIL, rill, total: interrill + rill_share * (rill - interrill) }
        } else {
            Friction { rill_soil: INTERRILL_SOIL, rill: interrill, total: interrill }
        }
    }
}
