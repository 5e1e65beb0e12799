//! A shell script in WEPP's place, and a hillslope to run with it.

use headwaters_engine::{
    CanopyRelation, Climate, ClimateDay, EvapotranspirationMethod, HillslopeInputs, InitialSurface,
    MonthlyMeans, Plant, Precipitation, Profile, ProfilePoint, Soil, SoilLayer, Treatment, WinterOptions,
};
use headwaters_wepp_external::{ConfigurationError, ExternalWepp, Limits};
use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use tempfile::TempDir;

const MONTHS: [u8; 12] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
/// 15 June.
const EVENT_DAY: u16 = 166;

pub struct Fake {
    folder: TempDir,
    program: PathBuf,
    good: PathBuf,
    runs: PathBuf,
}

impl Fake {
    /// A script that copies complete outputs, until told to behave otherwise.
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("folder");
        let fake = Self {
            program: folder.path().join("wepp"),
            good: folder.path().join("good"),
            runs: folder.path().join("runs"),
            folder,
        };
        fs::create_dir(&fake.good).expect("folder");
        fs::create_dir(&fake.runs).expect("folder");
        for (name, text) in
            [("pass.txt", pass()), ("loss.txt", loss()), ("wat.txt", water()), ("ebe.txt", events())]
        {
            fs::write(fake.good.join(name), text).expect("output");
        }
        let script = format!(
            "#!/bin/sh\nGOOD='{}'\nls > \"$GOOD/seen.listing\"\ncat > \"$GOOD/seen.answers\"\n\
             good() {{ cp \"$GOOD\"/*.txt .; \
             echo ' WEPP COMPLETED HILLSLOPE SIMULATION SUCCESSFULLY'; }}\n\
             . \"$GOOD/behaviour.sh\"\n",
            fake.good.display()
        );
        install(&script, &fake.program);
        fs::set_permissions(&fake.program, fs::Permissions::from_mode(0o755)).expect("permissions");
        fake.behave("good");
        fake
    }

    pub fn behave(&self, behaviour: &str) {
        fs::write(self.good.join("behaviour.sh"), format!("{behaviour}\n")).expect("behaviour");
    }

    pub fn program(&self) -> &Path {
        &self.program
    }

    pub fn runs(&self) -> &Path {
        assert!(self.folder.path().is_dir());
        &self.runs
    }

    pub fn try_configure(&self) -> Result<ExternalWepp, ConfigurationError> {
        ExternalWepp::configure(&self.program, &self.runs, Limits::default())
    }

    pub fn configure(&self) -> ExternalWepp {
        self.try_configure().expect("the fake passes the probe")
    }

    /// What the script noted about its last start.
    pub fn seen(&self, what: &str) -> String {
        self.seen_if_there(what).expect("the script ran")
    }

    pub fn seen_if_there(&self, what: &str) -> Option<String> {
        fs::read_to_string(self.good.join(format!("seen.{what}"))).ok()
    }
}

/// Another process writes the script: a file descriptor of ours, inherited by a fork in a parallel
/// test, would keep it "busy" and impossible to start.
fn install(script: &str, program: &Path) {
    let draft = program.with_extension("draft");
    fs::write(&draft, script).expect("script");
    let copied = Command::new("cp").arg(&draft).arg(program).status().expect("cp");
    assert!(copied.success());
}

fn pass() -> String {
    let mut text = "case.cli\n    1         1\n.25000E+04\n  5    0.20000E-05 0.10000E-04 \
                    0.40000E-04 0.60000E-03 0.20000E-03\n"
        .to_owned();
    for day in 1..=365 {
        if day == EVENT_DAY {
            let _ = writeln!(
                text,
                "EVENT         1   {day}      0.10800E+05 0.17803E+00 0.11869E+00 0.20000E-01 \
                 0.50000E+02 0.00000E+00 0.00000E+00 0.00000E+00 0.00000E+00 0.52326E-01      \
                 0.79760E+03 0.00000E+00 0.40000E+00 0.40000E+00 0.40000E+00      0.40000E+00 \
                 0.40000E+00 0.20000E+00 0.20000E+00 0.20000E+00\n     0.20000E+00 0.20000E+00"
            );
        } else {
            let _ = writeln!(text, "NO EVENT      1   {day}");
        }
    }
    text
}

fn water() -> String {
    let mut text = "ofe jday year precip runoff sw sw1 sw2 ep es er snodpy densg\n".to_owned();
    for day in 1..=365 {
        let _ = writeln!(text, "  1 {day} 1 0.00 0.00 100.0 10.0 20.0 0.50 0.50 0.00 0.0 0.0");
    }
    text
}

fn events() -> String {
    " EVENT OUTPUT\n  day   mo  year Precp  Runoff  IR-det Av-det Mx-det  Point  Av-dep Max-dep  \
     Point Sed.Del    ER  Det-Len Dep-Len\n  ---   --  ----  (mm)    (mm)  kg/m^2 kg/m^2 kg/m^2    \
     (m)  kg/m^2  kg/m^2    (m)  (kg/m)  ----    (m)    (m)\n\
     15 6 1 100.0 20.0 .0 .057 .09 50.0 .0 .00 .00 2.0 1.0 50.0 .000\n"
        .to_owned()
}

fn loss() -> String {
    " Annual; abbreviated (Metric Units)\n                     VERSION  2024.204\n     \
     ANNUAL AVERAGE SUMMARIES\n        Number of years                                    1\n        \
     Mean annual precipitation                     100.00    mm\n        \
     Mean annual runoff from rainfall               20.00    mm\n        \
     Mean annual runoff from snow melt\n          and/or rain storm during winter               \
     0.00    mm\n\n\n\n\n\n\n\n\n\n\n\n\n     A.  AVERAGE ANNUAL SEDIMENT LEAVING PROFILE\n             \
     2.000   kg/m of width\n           100.000     kg (based on profile width of     50.000      m)\n"
        .to_owned()
}

pub fn inputs() -> HillslopeInputs {
    HillslopeInputs {
        name: "hillslope 21".to_owned(),
        profile: Profile {
            aspect_deg: 180.0,
            width_m: 50.0,
            length_m: 50.0,
            points: [0.0, 1.0]
                .map(|distance_fraction| ProfilePoint { distance_fraction, slope_m_per_m: 0.2 })
                .to_vec(),
        },
        soil: Soil {
            name: "any".to_owned(),
            texture: "loam".to_owned(),
            albedo: 0.1,
            initial_saturation: 0.75,
            interrill_erodibility_kg_s_per_m4: 1e6,
            rill_erodibility_s_per_m: 1e-4,
            critical_shear_pa: 1.0,
            effective_conductivity_mm_per_h: 5.0,
            adjust_conductivity: true,
            layers: vec![SoilLayer {
                bottom_depth_mm: 400.0,
                sand_fraction: 0.45,
                clay_fraction: 0.2,
                organic_matter_fraction: 0.05,
                cation_exchange_capacity_meq_per_100g: 20.0,
                rock_fraction: 0.2,
                bulk_density_g_per_cm3: None,
                saturated_conductivity_mm_per_h: None,
                anisotropy_ratio: None,
                field_capacity_m3_per_m3: None,
                wilting_point_m3_per_m3: None,
            }],
            restrictive_layer: None,
        },
        treatment: treatment(),
        climate: Arc::new(climate()),
        winter: WinterOptions::default(),
        evapotranspiration: EvapotranspirationMethod::default(),
    }
}

fn treatment() -> Treatment {
    Treatment {
        name: "high severity".to_owned(),
        plant: Plant {
            perennial: true,
            canopy_cover_coefficient_m2_per_kg: 14.0,
            canopy_height_coefficient_m2_per_kg: 3.0,
            residue_cover_coefficient_m2_per_kg: 5.0,
            max_canopy_height_m: 0.2,
            max_leaf_area_index: 2.0,
            max_root_depth_m: 0.3,
            max_root_mass_kg_per_m2: 0.2,
            root_to_shoot_ratio: 0.33,
            max_live_friction_factor: 17.0,
            plant_spacing_m: 0.5,
            stem_diameter_m: 0.005,
            base_temperature_c: 2.0,
            cutting_height_m: 0.3,
            biomass_after_senescence_fraction: 1.0,
            canopy_after_senescence_fraction: 1.0,
            senescence_day_of_year: Some(250),
            canopy_relation: CanopyRelation::default(),
            water_stress_threshold_fraction: 0.1,
        },
        initial: InitialSurface {
            bulk_density_after_tillage_g_per_cm3: 1.1,
            canopy_cover_fraction: 0.25,
            interrill_cover_fraction: 0.25,
            rill_cover_fraction: 0.25,
            days_since_tillage: 330.0,
            rain_since_tillage_mm: 400.0,
            random_roughness_m: 0.06,
            ridge_height_m: 0.06,
            rill_spacing_m: 0.0,
            rill_width_m: 0.0,
            dead_root_mass_kg_per_m2: 0.2,
            buried_residue_mass_kg_per_m2: 0.2,
            snow_depth_m: 0.0,
            frost_depth_m: 0.0,
            tillage_layers_m: [0.0, 0.0],
        },
        yearly_operation: None,
    }
}

fn climate() -> Climate {
    let mut days = Vec::new();
    for (month, length) in (1_u8..).zip(MONTHS) {
        for day in 1..=length {
            days.push(ClimateDay {
                day,
                month,
                year: 1,
                precipitation: Precipitation::None,
                tmax_c: 24.0,
                tmin_c: 12.0,
                solar_radiation_ly_per_day: 400.0,
                wind_m_per_s: 2.0,
                wind_direction_deg: 180.0,
                dew_point_c: 8.0,
            });
        }
    }
    Climate::new("any", 40.0, 500.0, MonthlyMeans::default(), days, Vec::new())
}
