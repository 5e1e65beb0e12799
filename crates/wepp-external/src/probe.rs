//! Probe of an executable: a built-in hillslope, run for one year with two storms that exceed any infiltration.

use crate::configuration::ConfigurationError;
use crate::failure::Failure;
use crate::files::HillslopeFiles;
use crate::process::{Cancellation, Limits};
use crate::program::Program;
use headwaters_engine::{
    Climate, ClimateDay, ExternalFailure, HillslopeInputs, MonthlyMeans, Precipitation, burned_hillslope,
};
use std::sync::Arc;

/// Runs the built-in hillslope; returns the version the program prints.
pub(crate) fn probe(program: &Program, limits: &Limits) -> Result<String, ConfigurationError> {
    let path = program.display();
    let failed = |Failure { class, detail }: Failure| match class {
        ExternalFailure::UnknownLayout => ConfigurationError::UnknownLayout { path: path.clone(), detail },
        ExternalFailure::TruncatedOutput | ExternalFailure::CannotStart => {
            ConfigurationError::NotWepp { path: path.clone(), detail }
        }
        failure => ConfigurationError::ProbeFailed { path: path.clone(), failure, detail },
    };
    let inner = |detail: String| Failure::new(ExternalFailure::BadInput, detail);
    let files = HillslopeFiles::from_inputs(&inputs(), 1, &mut Vec::new())
        .map_err(|error| failed(inner(error.to_string())))?;
    let texts = files.texts().map_err(|error| failed(inner(error.to_string())))?;
    let outputs =
        program.run_hillslope(&texts, files.shape(), limits, &Cancellation::default()).map_err(failed)?;
    if outputs.pass.events.is_empty() || outputs.events.is_empty() {
        return Err(ConfigurationError::NotWepp {
            path: program.display(),
            detail: "two storms of 100 mm gave no runoff".to_owned(),
        });
    }
    Ok(outputs.version)
}

fn inputs() -> HillslopeInputs {
    let mut inputs = burned_hillslope(Arc::new(climate()));
    inputs.name = "probe".to_owned();
    inputs.soil.name = "probe".to_owned();
    inputs.treatment.name = "probe".to_owned();
    // Shorter, barer and slower to take in water than the example, so that both storms run off for certain.
    inputs.profile.width_m = 50.0;
    inputs.profile.length_m = 50.0;
    inputs.soil.effective_conductivity_mm_per_h = 5.0;
    let initial = &mut inputs.treatment.initial;
    initial.canopy_cover_fraction = 0.25;
    initial.interrill_cover_fraction = 0.25;
    initial.rill_cover_fraction = 0.25;
    if let Some(operation) = &mut inputs.treatment.yearly_operation {
        operation.depth_m = 0.01;
    }
    inputs
}

fn climate() -> Climate {
    const MONTHS: [u8; 12] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let mut days = Vec::new();
    for (month, length) in (1_u8..).zip(MONTHS) {
        for day in 1..=length {
            let storm = day == 15 && (month == 6 || month == 8);
            days.push(ClimateDay {
                day,
                month,
                year: 1,
                precipitation: if storm {
                    Precipitation::Storm {
                        depth_mm: 100.0,
                        duration_h: 2.0,
                        time_to_peak_fraction: 0.3,
                        peak_intensity_ratio: 2.0,
                    }
                } else {
                    Precipitation::None
                },
                tmax_c: 24.0,
                tmin_c: 12.0,
                solar_radiation_ly_per_day: 400.0,
                wind_m_per_s: 2.0,
                wind_direction_deg: 180.0,
                dew_point_c: 8.0,
            });
        }
    }
    let means = MonthlyMeans {
        tmax_c: [24.0; 12],
        tmin_c: [12.0; 12],
        solar_radiation_ly_per_day: [400.0; 12],
        precipitation_mm: [20.0; 12],
    };
    Climate::new("PROBE", 40.0, 500.0, means, days, Vec::new())
}
