//! A shell script in WEPP's place, and a hillslope to run with it.

use headwaters_engine::{
    Climate, ClimateDay, HillslopeInputs, MonthlyMeans, Precipitation, burned_hillslope,
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

    /// Record of the script's last start.
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
    let mut inputs = burned_hillslope(Arc::new(climate()));
    inputs.name = "hillslope 21".to_owned();
    inputs.profile.width_m = 50.0;
    inputs.profile.length_m = 50.0;
    inputs.soil.adjust_conductivity = true;
    inputs.treatment.yearly_operation = None;
    inputs
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
