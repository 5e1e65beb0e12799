//! The embedded engine: checks inputs, runs the simulation, and lists its limits.

use std::collections::BTreeMap;

use crate::check::check;
use crate::contract::{EngineError, HillslopeEngine};
use crate::hillslope::Hillslope;
use crate::inputs::HillslopeInputs;
use crate::result::{Capabilities, EngineIdentity, HillslopeResult, InputHashes, RunOptions};
use crate::simulate::Simulation;
use headwaters_hash::sha256_hex;
use serde::Serialize;

/// Name of the embedded engine.
pub const EMBEDDED_ENGINE_NAME: &str = "Headwaters hillslope engine, after NSERL Report No. 10";

/// Limits of the embedded engine, shown next to its results.
pub const EMBEDDED_ENGINE_LIMITS: [&str; 5] = [
    "cover is static: no growth, senescence or decomposition; canopy interception is not represented",
    "one flow element per hillslope: one soil and one cover, no run-on",
    "no channel erosion or routing; watershed totals are sums of hillslope deliveries",
    "frost is one frozen layer with two fronts; water does not migrate to the freezing front",
    "not WEPP and not endorsed by the USDA; see the deviation tables in docs/engine.md",
];

/// Further limit when the inputs request the hourly water balance.
const NO_HOURLY_WATER_BALANCE: &str = "the hourly water balance that was asked for is a WEPP executable's: here water moves \
     once a day, and the layers' anisotropy over a restrictive layer does not count";

/// The Headwaters hillslope engine. Pure and deterministic; holds no state.
#[derive(Clone, Copy, Debug, Default)]
pub struct EmbeddedEngine;

impl HillslopeEngine for EmbeddedEngine {
    fn identity(&self) -> EngineIdentity {
        EngineIdentity {
            name: EMBEDDED_ENGINE_NAME.to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            executable_sha256: None,
        }
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities::HILLSLOPE
    }

    fn run(&self, inputs: &HillslopeInputs, options: &RunOptions) -> Result<HillslopeResult, EngineError> {
        let warnings = check(inputs)?;
        let hillslope = Hillslope::new(inputs);
        let output = Simulation::new(&hillslope, *options).run();
        let max_balance_error_mm = output.years.iter().map(|y| y.balance_error_mm.abs()).fold(0.0, f64::max);
        Ok(HillslopeResult {
            identity: self.identity(),
            hillslope: inputs.name.clone(),
            input_hashes: hashes(inputs),
            file_hashes: BTreeMap::new(),
            area_m2: inputs.profile.width_m * inputs.profile.length_m,
            width_m: inputs.profile.width_m,
            years: output.years,
            events: output.events,
            days: output.days,
            particle_classes: hillslope.particles.classes,
            max_balance_error_mm: Some(max_balance_error_mm),
            limits: limits(inputs),
            warnings,
        })
    }
}

/// The limits of the engine, and those that these inputs bring.
fn limits(inputs: &HillslopeInputs) -> Vec<String> {
    let own = EMBEDDED_ENGINE_LIMITS.map(str::to_owned).into_iter();
    let hourly = inputs.hourly_water_balance.then(|| NO_HOURLY_WATER_BALANCE.to_owned());
    own.chain(hourly).chain(inputs.treatment.not_represented.iter().cloned()).collect()
}

/// SHA-256 of each kind of input. Equal inputs have equal hashes on every machine.
pub fn hashes(inputs: &HillslopeInputs) -> InputHashes {
    InputHashes {
        profile: digest(&inputs.profile),
        soil: digest(&inputs.soil),
        treatment: digest(&(&inputs.treatment, &inputs.winter, &inputs.evapotranspiration)),
        climate: inputs.climate.sha256().to_owned(),
    }
}

fn digest<T: Serialize>(value: &T) -> String {
    // These plain structures always serialise; an empty text would only make the hash useless, not the run wrong.
    sha256_hex(serde_json::to_vec(value).unwrap_or_default())
}
