//! Layouts, and the soil of one element.

/// Layouts of soil files.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum SoilVersion {
    /// 95.3 to 99: texture only, effective conductivity per element. The number is the one in the file.
    V97(f64),
    /// 2006.2: as 97 with a restrictive layer.
    V2006_2,
    /// 7777: bulk density, conductivity and water limits per layer.
    V7777,
    /// 7778: as 7777 with anisotropy per layer; the restrictive layer has a thickness.
    V7778,
    /// 9001: as 7778 with disturbed-land parameters.
    V9001,
    /// 9002: as 9001 with retention parameters per layer.
    V9002,
    /// 9003: burn code and limiting conductivity instead of the conductivity factors.
    V9003,
    /// 9005: as 9003 with texture code and unsaturated conductivity.
    V9005,
}

impl SoilVersion {
    pub(super) fn from_number(number: f64) -> Option<Self> {
        Some(match number {
            n if (95.3..100.0).contains(&n) => Self::V97(n),
            2006.2 => Self::V2006_2,
            7777.0 => Self::V7777,
            7778.0 => Self::V7778,
            9001.0 => Self::V9001,
            9002.0 => Self::V9002,
            9003.0 => Self::V9003,
            9005.0 => Self::V9005,
            _ => return None,
        })
    }

    pub(super) fn number(self) -> f64 {
        match self {
            Self::V97(number) => number,
            Self::V2006_2 => 2006.2,
            Self::V7777 => 7777.0,
            Self::V7778 => 7778.0,
            Self::V9001 => 9001.0,
            Self::V9002 => 9002.0,
            Self::V9003 => 9003.0,
            Self::V9005 => 9005.0,
        }
    }

    pub(super) fn has_effective_conductivity(self) -> bool {
        matches!(self, Self::V97(_) | Self::V2006_2)
    }

    pub(super) fn has_anisotropy(self) -> bool {
        !matches!(self, Self::V97(_) | Self::V2006_2 | Self::V7777)
    }

    pub(super) fn has_disturbance(self) -> bool {
        matches!(self, Self::V9001 | Self::V9002 | Self::V9003 | Self::V9005)
    }

    pub(super) fn has_retention(self) -> bool {
        matches!(self, Self::V9002 | Self::V9003 | Self::V9005)
    }

    pub(super) fn has_restrictive_layer(self) -> bool {
        !matches!(self, Self::V97(_))
    }
}

/// The soil of one element.
#[derive(Debug, Clone, PartialEq)]
pub struct SoilElement {
    /// Disturbed-land parameters; only in 9001 to 9005.
    pub disturbance: Option<Disturbance>,
    /// Name of the soil.
    pub name: String,
    /// Texture class.
    pub texture: String,
    /// Albedo of the bare dry surface.
    pub albedo: f64,
    /// Initial saturation of the pore space, m/m.
    pub initial_saturation: f64,
    /// Baseline interrill erodibility Ki, kg s/m⁴.
    pub interrill_erodibility_kg_s_per_m4: f64,
    /// Baseline rill erodibility Kr, s/m.
    pub rill_erodibility_s_per_m: f64,
    /// Baseline critical shear stress, Pa.
    pub critical_shear_pa: f64,
    /// Effective hydraulic conductivity of the surface soil, mm/h; only in 97.x and 2006.2.
    pub effective_conductivity_mm_per_h: Option<f64>,
    /// Layers from the surface down.
    pub layers: Vec<SoilLayer>,
    /// Restrictive layer below the lowest layer; only from 2006.2 on.
    pub restrictive_layer: Option<RestrictiveLayer>,
}

/// One soil layer.
#[derive(Debug, Clone, PartialEq)]
pub struct SoilLayer {
    /// Depth of the layer's lower boundary below the surface, mm.
    pub depth_mm: f64,
    /// Sand, % by mass of the fine earth.
    pub sand_pct: f64,
    /// Clay, % by mass of the fine earth.
    pub clay_pct: f64,
    /// Organic matter, % by mass.
    pub organic_matter_pct: f64,
    /// Cation exchange capacity, meq/100 g.
    pub cec_meq_per_100g: f64,
    /// Rock fragments, % by volume.
    pub rock_pct: f64,
    /// Measured hydraulic properties; only from 7777 on.
    pub hydraulics: Option<LayerHydraulics>,
}

/// Hydraulic properties of a layer in the layouts 7777 and later.
#[derive(Debug, Clone, PartialEq)]
pub struct LayerHydraulics {
    /// Bulk density, g/cm³.
    pub bulk_density_g_per_cm3: f64,
    /// Saturated hydraulic conductivity, mm/h.
    pub conductivity_mm_per_h: f64,
    /// Ratio of lateral to vertical conductivity; from 7778 on.
    pub anisotropy: Option<f64>,
    /// Water content at field capacity, m³/m³.
    pub field_capacity: f64,
    /// Water content at wilting point, m³/m³.
    pub wilting_point: f64,
    /// Retention parameters; 9002 and later.
    pub retention: Option<Retention>,
}

/// Pedotransfer estimates that WEPPcloud appends to the layers of 9002 and later.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Retention {
    /// Residual water content, m³/m³.
    pub theta_r: f64,
    /// Saturated water content, m³/m³.
    pub theta_s: f64,
    /// van Genuchten alpha, as written by the pedotransfer program.
    pub alpha: f64,
    /// van Genuchten n, as written by the pedotransfer program.
    pub n: f64,
    /// Saturated conductivity, as written by the pedotransfer program.
    pub conductivity: f64,
    /// Water content at wilting point, m³/m³.
    pub wilting_point: f64,
    /// Water content at field capacity, m³/m³.
    pub field_capacity: f64,
}

/// Layer that limits percolation below the soil.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RestrictiveLayer {
    /// True if there is one; otherwise WEPP ignores the other fields.
    pub present: bool,
    /// Up to 7777 the anisotropy ratio of the soil; from 7778 on the layer's thickness, mm.
    pub anisotropy_or_thickness_mm: f64,
    /// Saturated hydraulic conductivity of the layer, mm/h.
    pub conductivity_mm_per_h: f64,
}

/// The extra record of 9001 to 9005.
#[derive(Debug, Clone, PartialEq)]
pub struct Disturbance {
    /// Conductivity adjustment switch.
    pub ksat_adjust: i64,
    /// Disturbed land use class.
    pub land_use: String,
    /// Simplified texture class.
    pub texture: String,
    /// Further parameters, by layout.
    pub parameters: DisturbanceParameters,
}

/// The part of [`Disturbance`] that differs between layouts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum DisturbanceParameters {
    /// 9001 and 9002.
    Factors {
        /// Factor on the conductivity right after the disturbance.
        ksat_factor: f64,
        /// Rate of recovery.
        ksat_recovery: f64,
    },
    /// 9003.
    BurnCode {
        /// Vegetation and severity, e.g. 303 for high severity in forest.
        burn_code: i64,
        /// Lower limit of the effective conductivity, mm/h; -9999 for none.
        lower_limit_conductivity_mm_per_h: f64,
    },
    /// 9005.
    BurnAndTexture {
        /// Vegetation and severity.
        burn_code: i64,
        /// Number of the texture class.
        texture_code: i64,
        /// Unsaturated conductivity, mm/h; -9999 for none.
        unsaturated_conductivity_mm_per_h: f64,
        /// Lower limit of the effective conductivity, mm/h; -9999 for none.
        lower_limit_conductivity_mm_per_h: f64,
    },
}
