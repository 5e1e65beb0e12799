//! Every failure of an executable has a class of its own: a user who reads "the climate is missing"
//! fixes another thing than one who reads "the time limit passed".
//!
//! The executables are shell scripts that speak WEPP's protocol: they read the answers from
//! standard input and write the named outputs into the working directory.

mod fake;

use fake::Fake;
use headwaters_engine::{EngineError, ExternalFailure, HillslopeEngine as _, RunOptions};
use headwaters_wepp_external::{ConfigurationError, ExternalWepp, Limits};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::thread;
use std::time::Duration;

fn failure_of(behaviour: &str) -> (ExternalFailure, String) {
    let fake = Fake::new();
    let engine = fake.configure();
    fake.behave(behaviour);
    match engine.run(&fake::inputs(), &RunOptions::default()) {
        Err(EngineError::External { failure, detail, .. }) => (failure, detail),
        other => panic!("{behaviour}: {other:?}"),
    }
}

#[test]
fn a_well_behaved_executable_gives_a_result_with_version_and_hashes() {
    let fake = Fake::new();
    let engine = fake.configure();
    let result = engine.run(&fake::inputs(), &RunOptions::default()).expect("a result");
    assert_eq!(result.identity.version, "2024.204");
    assert_eq!(result.identity.executable_sha256.as_deref().map(str::len), Some(64));
    assert_eq!(result.years.len(), 1);
    assert_eq!(result.events.len(), 1);
    // 0.02 m over 2500 m2 with 2 kg/m3, 50 m wide.
    assert!((result.events[0].runoff_mm - 20.0).abs() < 1e-9);
    assert!((result.events[0].sediment_delivery_kg_per_m - 2.0).abs() < 1e-9);
    assert!(result.file_hashes.get("frost.txt").is_some_and(|hash| hash.len() == 64));
}

#[test]
fn answers_reach_the_executable_in_its_order_in_a_fresh_directory() {
    let fake = Fake::new();
    let engine = fake.configure();
    engine.run(&fake::inputs(), &RunOptions::default()).expect("a result");
    let answers = fake.seen("answers");
    let expected = "m\ny\n1\n1\ny\npass.txt\n1\nn\nloss.txt\ny\nwat.txt\nn\nn\nn\nn\ny\nebe.txt\nn\nn\nn\nn\n\
                    case.man\ncase.slp\ncase.cli\ncase.sol\n0\n1\n0\n";
    assert_eq!(answers, expected);
    let listing = fake.seen("listing");
    let files: Vec<&str> = listing.split_whitespace().collect();
    let expected =
        ["case.cli", "case.man", "case.run", "case.slp", "case.sol", "frost.txt", "stderr.txt", "stdout.txt"];
    assert_eq!(files, expected);
    assert_eq!(fs::read_dir(fake.runs()).expect("folder").count(), 0, "run directories are removed");
}

#[test]
fn a_refused_input_is_bad_input() {
    let (class, detail) =
        failure_of("echo 'At line 1'; echo 'Fortran runtime error: Bad integer for item 1' >&2; exit 0");
    assert_eq!(class, ExternalFailure::BadInput);
    assert!(detail.contains("Bad integer"), "{detail}");
}

#[test]
fn a_missing_climate_file_is_a_missing_climate() {
    let said = "echo ' ***ERROR***'; echo ' Enter name of file containing storm data -->'; \
                echo ' case.cli       File does not exist'";
    assert_eq!(failure_of(said).0, ExternalFailure::MissingClimate);
}

#[test]
fn a_climate_that_ends_too_early_is_a_missing_climate() {
    let said = "echo ' SIMULATION YEAR = 3'; echo 'Fortran runtime error: End of file' >&2; exit 2";
    assert_eq!(failure_of(said).0, ExternalFailure::MissingClimate);
}

#[test]
fn an_output_that_is_cut_short_is_not_success() {
    for behaviour in [
        "good; head -n 200 \"$GOOD/pass.txt\" > pass.txt",
        "good; head -n 200 \"$GOOD/wat.txt\" > wat.txt",
        "good; head -n 20 \"$GOOD/loss.txt\" > loss.txt",
        "good; : > ebe.txt",
        "good; rm pass.txt",
        "cp \"$GOOD\"/*.txt .; echo 'no marker'",
        "true",
    ] {
        assert_eq!(failure_of(behaviour).0, ExternalFailure::TruncatedOutput, "{behaviour}");
    }
}

#[test]
fn an_output_of_another_layout_is_refused() {
    let behaviour = "good; sed 's/Runoff/Overland/' \"$GOOD/ebe.txt\" > ebe.txt";
    let (class, detail) = failure_of(behaviour);
    assert_eq!(class, ExternalFailure::UnknownLayout);
    assert!(detail.contains("Runoff"), "{detail}");
}

#[test]
fn a_killed_process_is_reported_as_killed() {
    assert_eq!(failure_of("kill -9 $$").0, ExternalFailure::Killed);
}

#[test]
fn exhausted_memory_is_reported_as_such() {
    let (class, _) = failure_of("echo 'Error allocating 1000 bytes' >&2; kill -6 $$");
    assert_eq!(class, ExternalFailure::OutOfMemory);
}

/// Processes left behind by a run would go on computing on the user's machine.
#[test]
fn the_time_limit_ends_the_whole_process_group() {
    let fake = Fake::new();
    let limits = Limits { time: Duration::from_millis(300), ..Limits::default() };
    let engine = fake.configure().with_limits(limits);
    fake.behave("sleep 600 & echo $! > \"$GOOD/seen.child\"; wait");
    let error = engine.run(&fake::inputs(), &RunOptions::default()).expect_err("time-out");
    assert!(matches!(error, EngineError::External { failure: ExternalFailure::TimedOut, .. }));
    if let Some(child) = fake.seen_if_there("child") {
        while is_alive(child.trim()) {
            thread::yield_now();
        }
    }
}

#[test]
fn cancelling_ends_runs_under_way_and_refuses_later_ones() {
    let fake = Fake::new();
    let engine = fake.configure();
    fake.behave("sleep 600 & echo $! > \"$GOOD/seen.child\"; wait");
    let cancellation = engine.cancellation();
    let class = |result: Result<_, EngineError>| match result {
        Err(EngineError::External { failure, .. }) => failure,
        other => panic!("{:?}", other.map(|_: headwaters_engine::HillslopeResult| ())),
    };
    thread::scope(|scope| {
        let run = scope.spawn(|| engine.run(&fake::inputs(), &RunOptions::default()));
        let child = loop {
            match fake.seen_if_there("child") {
                Some(child) if child.ends_with('\n') => break child,
                _ => thread::yield_now(),
            }
        };
        cancellation.cancel();
        assert_eq!(class(run.join().expect("no panic")), ExternalFailure::Cancelled);
        while is_alive(child.trim()) {
            thread::yield_now();
        }
    });
    let later = engine.run(&fake::inputs(), &RunOptions::default());
    assert_eq!(class(later), ExternalFailure::Cancelled);
}

/// Zombies count as dead: only their parent can remove them.
fn is_alive(pid: &str) -> bool {
    fs::read_to_string(format!("/proc/{pid}/stat"))
        .is_ok_and(|stat| !stat.rsplit(')').next().unwrap_or("").trim_start().starts_with('Z'))
}

#[test]
fn an_executable_that_is_not_wepp_is_refused_when_configured() {
    let fake = Fake::new();
    fake.behave("echo hello");
    let error = fake.try_configure().expect_err("not WEPP");
    assert!(matches!(error, ConfigurationError::NotWepp { .. }), "{error}");
    fake.behave("good; sed 's/Runoff/Overland/' \"$GOOD/ebe.txt\" > ebe.txt");
    let error = fake.try_configure().expect_err("unknown layout");
    assert!(matches!(error, ConfigurationError::UnknownLayout { .. }), "{error}");
    fake.behave("echo 'Fortran runtime error: Bad integer' >&2");
    let error = fake.try_configure().expect_err("failing probe");
    assert!(matches!(error, ConfigurationError::ProbeFailed { .. }), "{error}");
}

#[test]
fn a_missing_or_unstartable_executable_is_refused_when_configured() {
    let fake = Fake::new();
    let missing = fake.runs().join("nothing");
    let error = ExternalWepp::configure(&missing, fake.runs(), Limits::default());
    assert!(matches!(error, Err(ConfigurationError::NotReadable { .. })));
    fs::set_permissions(fake.program(), fs::Permissions::from_mode(0o600)).expect("permissions");
    assert!(matches!(fake.try_configure(), Err(ConfigurationError::NotWepp { .. })));
}

/// The hash in a result must be that of the program that ran.
#[test]
fn an_executable_that_changes_after_configuration_is_not_run() {
    let fake = Fake::new();
    let engine = fake.configure();
    let mut program = fs::read(fake.program()).expect("script");
    program.extend_from_slice(b"\n# another version\n");
    fs::write(fake.program(), program).expect("script");
    let error = engine.run(&fake::inputs(), &RunOptions::default()).expect_err("changed");
    assert!(matches!(error, EngineError::External { failure: ExternalFailure::CannotStart, .. }));
}

/// Thirty years asked of one year of weather would otherwise fail minutes later, inside WEPP.
#[test]
fn more_years_than_the_weather_has_are_refused_before_anything_runs() {
    let fake = Fake::new();
    let engine = fake.configure();
    let options = RunOptions { years: Some(30), ..RunOptions::default() };
    let error = engine.run(&fake::inputs(), &options).expect_err("too many years");
    assert!(matches!(error, EngineError::InvalidInput { .. }), "{error}");
}
