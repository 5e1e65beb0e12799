//! Water in the soil: entry, percolation, lateral flow and saturation of the surface (NSERL-10 chapter 5).

use crate::soil::{LEAST_RELATIVE, LateralFlow, MAX_LAYERS, SoilProfile};

const DAY_S: f64 = 86_400.0;
/// Ratio of conductivity over a day to water above which e to its negative is beyond a number's last digit.
const COMPLETE: f64 = 40.0;
/// Frozen soil thinner than this holds no water of its own, m.
const LEAST_FROZEN_M: f64 = 0.001;

/// Water above the wilting point in each layer, m.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct SoilWater {
    /// Liquid.
    pub available_m: [f64; MAX_LAYERS],
    /// Frozen.
    pub ice_m: [f64; MAX_LAYERS],
    /// Thickness of the layer that is frozen, m.
    pub frozen_m: [f64; MAX_LAYERS],
    /// Liquid that entered frozen soil and stays in its open pores, m; part of `available_m`.
    pub held_m: [f64; MAX_LAYERS],
    /// Liquid when frost was last followed, m.
    after_frost_m: [f64; MAX_LAYERS],
}

impl SoilWater {
    /// Water at the start from a saturation, 0..1.
    pub fn new(soil: &SoilProfile) -> Self {
        let mut water = Self::default();
        let mut saturation = soil.initial_saturation;
        for (i, layer) in soil.layers.iter().enumerate() {
            // Never drier than the wilting point.
            saturation = saturation.max(layer.wilting_point / (layer.porosity * layer.rock_correction));
            let content = saturation * layer.porosity * layer.rock_correction;
            water.available_m[i] =
                ((content - layer.wilting_point) * layer.thickness_m).clamp(0.0, layer.saturation_m);
        }
        water
    }

    /// Liquid and frozen water above the wilting point, m.
    pub fn total_m(&self) -> f64 {
        self.available_m.iter().sum::<f64>() + self.ice_m.iter().sum::<f64>()
    }

    /// Liquid outside the open pores of frozen soil, m.
    pub fn mobile_m(&self, layer: usize) -> f64 {
        (self.available_m[layer] - self.held_m[layer]).max(0.0)
    }

    /// Shares what a layer has gained since frost was last followed between its frozen and its open part; what it has
    /// lost is taken from the frozen part first.
    pub fn begin_frost(&mut self, soil: &SoilProfile) {
        for (i, layer) in soil.layers.iter().enumerate() {
            if self.frozen_m[i] < LEAST_FROZEN_M {
                self.held_m[i] = 0.0;
                continue;
            }
            let gained = self.available_m[i] - self.after_frost_m[i];
            let share = self.frozen_m[i] / layer.thickness_m;
            let room = (layer.saturation_m * share - self.ice_m[i] - self.held_m[i]).max(0.0);
            let held = self.held_m[i] + if gained > 0.0 { (gained * share).min(room) } else { gained };
            self.held_m[i] = held.clamp(0.0, self.available_m[i]);
        }
    }

    /// Records the liquid of each layer for the next [`SoilWater::begin_frost`].
    pub fn end_frost(&mut self) {
        self.after_frost_m = self.available_m;
    }

    /// Room for liquid water in a layer, m.
    pub fn capacity_m(&self, soil: &SoilProfile, layer: usize) -> f64 {
        (soil.layers[layer].saturation_m - self.ice_m[layer]).max(0.0)
    }

    /// Empty pore space of the two surface layers, m.
    pub fn free_surface_pores_m(&self, soil: &SoilProfile) -> f64 {
        (0..2).map(|i| (self.capacity_m(soil, i) - self.available_m[i]).max(0.0)).sum()
    }

    /// Adds water at the surface, shared between the two surface layers by thickness.
    pub fn infiltrate(&mut self, soil: &SoilProfile, depth_m: f64) {
        let first = soil.layers[0].thickness_m / soil.layers[1].bottom_m;
        self.available_m[0] += depth_m * first;
        self.available_m[1] += depth_m * (1.0 - first);
    }

    /// Drains water above field capacity downward for a day, from the lowest layer up. Returns what leaves below, m.
    pub fn percolate(&mut self, soil: &SoilProfile, conductivity: &[f64; MAX_LAYERS]) -> f64 {
        let mut below = 0.0;
        let last = soil.layers.len() - 1;
        for i in (0..=last).rev() {
            let layer = &soil.layers[i];
            let excess = self.available_m[i] - (layer.field_capacity_m - self.ice_m[i]).max(0.0);
            if excess <= 0.0 {
                continue;
            }
            // A wet layer below holds water back.
            let (ks, hindrance) = if i < last {
                let next = &soil.layers[i + 1];
                let wet = ((self.available_m[i + 1] + self.ice_m[i + 1]) * next.per_saturation).min(0.95);
                (conductivity[i], (1.0 - wet).sqrt())
            } else {
                (drainage_conductivity(conductivity[i], soil.restrictive_conductivity_m_per_s), 1.0)
            };
            // So little water drains entirely however slowly the layer conducts.
            let all = COMPLETE * excess;
            let drained = if DAY_S * LEAST_RELATIVE * ks > all {
                excess * hindrance
            } else {
                let saturation = (self.available_m[i] + self.ice_m[i]) * layer.per_saturation;
                let could = DAY_S * layer.relative_conductivity(saturation) * ks;
                let share = if could > all { 1.0 } else { 1.0 - (-could / excess).exp() };
                excess * share * hindrance
            };
            self.available_m[i] -= drained;
            if i < last {
                self.available_m[i + 1] += drained;
            } else {
                below = drained;
            }
        }
        below
    }

    /// Water beyond saturation moves to the layer above.
    pub fn push_excess_up(&mut self, soil: &SoilProfile) {
        for i in (1..soil.layers.len()).rev() {
            let over = self.available_m[i] - self.capacity_m(soil, i);
            if over > 0.0 {
                self.available_m[i] -= over;
                self.available_m[i - 1] += over;
            }
        }
    }

    /// Lateral flow of one day out of layers wetter than their drainable field capacity, m over the hillslope. The rule
    /// [`LateralFlow`] selects the layers that drain.
    pub fn flow_laterally(
        &mut self,
        soil: &SoilProfile,
        conductivity: &[f64; MAX_LAYERS],
        slope_sine: f64,
        length_m: f64,
    ) -> f64 {
        // Thickness of wet layers, that of those wet from the surface down, and conductivity times thickness.
        let (mut wet_m, mut from_surface_m, mut rate) = (0.0, 0.0, 0.0);
        let mut unbroken = true;
        for (i, layer) in soil.layers.iter().enumerate() {
            let threshold = (layer.drainable_threshold_m - self.ice_m[i]).max(0.0);
            if self.available_m[i] < threshold {
                unbroken = false;
                let surface_alone = match soil.lateral_flow {
                    LateralFlow::FromSurface => true,
                    LateralFlow::Measured => i == 0,
                    LateralFlow::Perched(_) => false,
                };
                if surface_alone {
                    break;
                }
                continue;
            }
            let capacity = self.capacity_m(soil, i);
            let saturation = if capacity > 0.0 { self.available_m[i] / capacity } else { 1.0 };
            rate += conductivity[i] * layer.relative_conductivity(saturation) * layer.thickness_m;
            wet_m += layer.thickness_m;
            if unbroken {
                from_surface_m += layer.thickness_m;
            }
        }
        match soil.lateral_flow {
            LateralFlow::FromSurface => {}
            LateralFlow::Perched(anisotropy) => rate *= anisotropy,
            LateralFlow::Measured if wet_m > 0.0 => rate *= from_surface_m / wet_m,
            LateralFlow::Measured => {}
        }
        let mut wanted = DAY_S * rate * slope_sine / length_m;
        let mut flow = 0.0;
        for (i, layer) in soil.layers.iter().enumerate() {
            if wanted <= 0.0 {
                break;
            }
            let drainable = self.available_m[i] - (layer.drainable_threshold_m - self.ice_m[i]).max(0.0);
            let taken = drainable.clamp(0.0, wanted);
            self.available_m[i] -= taken;
            wanted -= taken;
            flow += taken;
        }
        flow
    }

    /// Takes what the top layer cannot hold; it becomes saturation-excess runoff, m.
    pub fn surface_excess(&mut self, soil: &SoilProfile) -> f64 {
        let over = (self.available_m[0] - self.capacity_m(soil, 0)).max(0.0);
        self.available_m[0] -= over;
        over
    }
}

/// Conductivity for what leaves the lowest layer, m/s: the harmonic mean of the layer and of what lies below it (chapter 5
/// does not say; as the reference). Through a layer that conducts much better than what lies below it, this lets up to
/// twice the lower conductivity pass.
fn drainage_conductivity(layer: f64, restrictive: Option<f64>) -> f64 {
    let Some(base) = restrictive else { return layer };
    let sum = layer + base;
    if sum > 0.0 { 2.0 * layer * base / sum } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::climate::Climate;
    use crate::example::burned_hillslope;
    use crate::inputs::RestrictiveLayer;
    use crate::weather::MonthlyMeans;

    fn described() -> crate::inputs::Soil {
        let climate = Climate::new("none", 40.0, 0.0, MonthlyMeans::default(), Vec::new(), Vec::new());
        burned_hillslope(Arc::new(climate)).soil
    }

    /// The same with measured properties in every layer, whose anisotropy is given.
    fn measured(anisotropy: f64) -> crate::inputs::Soil {
        let mut described = described();
        if let Some(lowest) = described.layers.last_mut() {
            lowest.bottom_depth_mm = 800.0;
        }
        for layer in &mut described.layers {
            layer.bulk_density_g_per_cm3 = Some(1.3);
            layer.saturated_conductivity_mm_per_h = Some(20.0);
            layer.field_capacity_m3_per_m3 = Some(0.25);
            layer.wilting_point_m3_per_m3 = Some(0.12);
            layer.anisotropy_ratio = Some(anisotropy);
        }
        described
    }

    /// Lateral flow, m, of a soil with these layers saturated.
    fn lateral_of(described: &crate::inputs::Soil, is_wet: impl Fn(usize) -> bool) -> f64 {
        let soil = SoilProfile::new(described);
        let mut water = SoilWater::default();
        for (i, layer) in soil.layers.iter().enumerate() {
            water.available_m[i] = if is_wet(i) { layer.saturation_m } else { 0.0 };
        }
        let conductivity =
            std::array::from_fn(|i| soil.layers.get(i).map_or(0.0, |l| l.conductivity_m_per_s));
        water.flow_laterally(&soil, &conductivity, 0.05, 2000.0)
    }

    /// Lateral flow, m, of a texture-only soil whose lower layers are saturated; its top layer too, if `wet_top`.
    fn lateral_m(anisotropy: Option<f64>, wet_top: bool) -> f64 {
        let mut described = described();
        described.restrictive_layer = anisotropy.map(|ratio| RestrictiveLayer {
            thickness_mm: 0.0,
            conductivity_mm_per_h: 0.5,
            anisotropy_ratio: Some(ratio),
        });
        lateral_of(&described, |i| i > 0 || wet_top)
    }

    /// The anisotropy of a 2006.2 soil would be read and never used; and a dry surface would not stop lateral flow in
    /// soils without it, where WEPP 2024.204 lets only what is wet from the surface down drain.
    #[test]
    fn lateral_flow_follows_anisotropy_and_wetness_from_the_surface() {
        let perched = lateral_m(Some(1.0), false);
        assert!(perched > 0.0);
        assert!((lateral_m(Some(10.0), false) / perched - 10.0).abs() < 1e-9);
        assert!(
            (lateral_m(Some(-1.0), false) / perched - 25.0).abs() < 1e-9,
            "a negative number asks for 25"
        );
        assert_eq!(lateral_m(None, false), 0.0);
        let all_wet = lateral_m(Some(1.0), true);
        assert!((lateral_m(None, true) / all_wet - 1.0).abs() < 1e-12 && all_wet > perched);
    }

    /// A soil of layout 7778 would lose up to ten times the water sideways that WEPP loses for the same file, and run off
    /// a third less: the anisotropy of its layers counts in the hourly water balance only.
    #[test]
    fn layers_of_a_measured_soil_drain_without_their_anisotropy() {
        let isotropic = lateral_of(&measured(1.0), |_| true);
        assert!(isotropic > 0.0);
        assert_eq!(lateral_of(&measured(10.0), |_| true), isotropic);
        assert_eq!(lateral_of(&measured(1.0), |i| i > 0), 0.0, "a dry surface stops it");
        // Alike layers: a dry one between leaves those above it to drain.
        let layers = SoilProfile::new(&measured(1.0)).layers;
        assert!(layers.len() > 3);
        let broken = lateral_of(&measured(1.0), |i| i != 2);
        let above = layers[1].bottom_m / layers[layers.len() - 1].bottom_m;
        assert!((broken / isotropic - above).abs() < 1e-9);
    }

    /// Soil above a restrictive layer would stay wetter than in WEPP, percolate half and run off up to twice as much.
    #[test]
    fn drainage_into_a_restrictive_layer_is_a_harmonic_mean() {
        assert_eq!(drainage_conductivity(3e-6, None), 3e-6);
        assert_eq!(drainage_conductivity(3e-6, Some(0.0)), 0.0);
        assert!((drainage_conductivity(2e-6, Some(2e-6)) - 2e-6).abs() < 1e-18);
        let tight = 0.01 / 3.6e6;
        let ratio = drainage_conductivity(1e-5, Some(tight)) / tight;
        assert!((1.99..2.0).contains(&ratio), "{ratio}");
        let mut soil = measured(1.0);
        soil.restrictive_layer =
            Some(RestrictiveLayer { thickness_mm: 0.0, conductivity_mm_per_h: 0.0, anisotropy_ratio: None });
        let closed = SoilProfile::new(&soil).restrictive_conductivity_m_per_s;
        assert!(closed.is_some_and(|k| k > 0.0), "a measured soil is never quite closed");
    }
}
