//! Conversion of a hillslope to WEPP's files.

use headwaters_engine::{EvapotranspirationMethod, HillslopeInputs};
use headwaters_wepp_formats::{
    Climate, FormatError, Frost, Management, PenmanMonteith, PenmanMonteithEntry, Slope, SlopeElement,
    SlopePlane, SlopePoint, SlopeVersion, Soil,
};

mod climate;
mod error;
mod management;
mod soil;
mod text;

pub use error::FilesError;
use management::PLANT;

/// The input files of one hillslope. WEPP reads further side files when it finds them; those not
/// given here are absent from the run directory.
#[derive(Debug, Clone, PartialEq)]
pub struct HillslopeFiles {
    /// Slope profile.
    pub slope: Slope,
    /// Soil.
    pub soil: Soil,
    /// Management.
    pub management: Management,
    /// Weather.
    pub climate: Climate,
    /// `frost.txt`. Its absence changes snowmelt runoff many times over, so it is never left out.
    pub frost: Frost,
    /// `pmetpara.txt`, which switches to FAO Penman-Monteith.
    pub penman_monteith: Option<PenmanMonteith>,
    /// True to write `wepp_ui.txt`, which switches to the hourly water balance.
    pub hourly_water_balance: bool,
    /// Years to simulate.
    pub years: usize,
}

impl HillslopeFiles {
    /// Writes inputs as WEPP's files. They do not contain the relation of leaf area and roots to the
    /// cover, which depends on the executable's version. Notes on values that had to be chosen are added to `notes`.
    ///
    /// # Errors
    /// [`FilesError::Unsupported`] for soils with measured properties in some layers only and for
    /// weather that mixes storms with breakpoints.
    pub fn from_inputs(
        inputs: &HillslopeInputs,
        years: usize,
        notes: &mut Vec<String>,
    ) -> Result<Self, FilesError> {
        let penman_monteith = match inputs.evapotranspiration {
            EvapotranspirationMethod::FaoPenmanMonteith {
                basal_crop_coefficient,
                readily_available_fraction,
            } => Some(PenmanMonteith {
                entries: vec![PenmanMonteithEntry {
                    plant: PLANT.to_owned(),
                    basal_crop_coefficient,
                    readily_available_fraction,
                    line: 1,
                    remark: PLANT.to_owned(),
                }],
            }),
            _ => None,
        };
        Ok(Self {
            slope: slope(inputs),
            soil: soil::soil(inputs, notes)?,
            management: management::management(inputs, years),
            climate: climate::climate(inputs)?,
            frost: Frost {
                reduce_conductivity: inputs.winter.frozen_soil,
                fine_layers_top: inputs.winter.fine_layers_top.into(),
                fine_layers_below: inputs.winter.fine_layers_below.into(),
                snow_conductivity_factor: inputs.winter.snow_conductivity_factor,
                residue_conductivity_factor: inputs.winter.residue_conductivity_factor,
                soil_conductivity_factor: inputs.winter.soil_conductivity_factor,
                frozen_factor_annual: inputs.winter.frozen_conductivity_fraction,
                frozen_factor_perennial: None,
                frozen_factor_forest: None,
            },
            penman_monteith,
            hourly_water_balance: inputs.hourly_water_balance,
            years,
        })
    }

    pub(crate) fn shape(&self) -> RunShape {
        RunShape { years: self.years, elements: self.slope.elements.len() }
    }

    /// Names and texts, as they go into a run directory.
    pub(crate) fn texts(&self) -> Result<Vec<(&'static str, String)>, FormatError> {
        let mut texts = vec![
            (SLOPE_FILE, self.slope.to_text()?),
            (SOIL_FILE, self.soil.to_text()?),
            (MANAGEMENT_FILE, self.management.to_text()?),
            (CLIMATE_FILE, self.climate.to_text()?),
            ("frost.txt", self.frost.to_text()?),
        ];
        if let Some(penman_monteith) = &self.penman_monteith {
            texts.push(("pmetpara.txt", penman_monteith.to_text()?));
        }
        if self.hourly_water_balance {
            texts.push((HOURLY_FILE, HOURLY_TEXT.to_owned()));
        }
        Ok(texts)
    }
}

/// Size of a hillslope run, by which its outputs are known to be complete.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RunShape {
    pub years: usize,
    pub elements: usize,
}

/// WEPP checks only that this file exists, and does not read it.
pub(crate) const HOURLY_FILE: &str = "wepp_ui.txt";
pub(crate) const HOURLY_TEXT: &str = "hourly water balance\n";

pub(crate) const SLOPE_FILE: &str = "case.slp";
pub(crate) const SOIL_FILE: &str = "case.sol";
pub(crate) const MANAGEMENT_FILE: &str = "case.man";
pub(crate) const CLIMATE_FILE: &str = "case.cli";

fn slope(inputs: &HillslopeInputs) -> Slope {
    let profile = &inputs.profile;
    let point = |point: &headwaters_engine::ProfilePoint| SlopePoint {
        distance_fraction: point.distance_fraction,
        slope_m_per_m: point.slope_m_per_m,
    };
    Slope {
        version: SlopeVersion::V97(97.5),
        comments: Vec::new(),
        planes: vec![SlopePlane {
            aspect_deg: profile.aspect_deg,
            width_m: profile.width_m,
            elevation_m: None,
        }],
        elements: vec![SlopeElement {
            length_m: profile.length_m,
            points: profile.points.iter().map(point).collect(),
        }],
    }
}
