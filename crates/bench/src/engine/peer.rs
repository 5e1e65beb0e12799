//! The engine's speed beside that of a WEPP executable, on the same cases in the same minutes.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use cpu_time::ProcessTime;
use headwaters_engine::{EmbeddedEngine, HillslopeEngine, RunOptions};

use super::cases::{Case, Matrix, climate_text, read_text, with_or_without_gz};

/// Cases timed, spread evenly over the folder, and how often.
const CASES: usize = 6;
const ROUNDS: usize = 7;
/// Runs of the engine per run of the executable, so that both take long enough to be measured.
const REPEATS: usize = 10;
/// Unit of the CPU times that Linux gives for finished children, per second.
const TICKS_PER_S: f64 = 100.0;

/// Times `executable`, without any optional output, and the engine in turn and prints the medians.
pub fn run(matrix: &Matrix, folder: &Path, executable: &Path, json: bool) -> Result<()> {
    let executable = fs::canonicalize(executable).with_context(|| executable.display().to_string())?;
    let step = (matrix.cases.len() / CASES).max(1);
    let cases: Vec<&Case> = matrix.cases.iter().step_by(step).take(CASES).collect();
    let temporary = tempfile::tempdir().context("creating a temporary folder")?;
    let mut prepared = Vec::with_capacity(cases.len());
    for (index, case) in cases.iter().enumerate() {
        prepared.push(prepare(&temporary.path().join(index.to_string()), folder, case)?);
    }
    let (mut theirs, mut ours, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let before = children_s()?;
        for (run_folder, answers) in &prepared {
            run_wepp(&executable, run_folder, answers)?;
        }
        let wepp_s = children_s()? - before;
        let (mut years, start) = (0, ProcessTime::now());
        for _ in 0..REPEATS {
            for case in &cases {
                years += EmbeddedEngine.run(&case.inputs, &RunOptions::default())?.years.len();
            }
        }
        let engine = years as f64 / start.elapsed().as_secs_f64();
        let wepp = (years / REPEATS) as f64 / wepp_s;
        theirs.push(wepp);
        ours.push(engine);
        ratios.push(engine / wepp);
    }
    let (engine, wepp, ratio) = (median(&mut ours), median(&mut theirs), median(&mut ratios));
    if json {
        let figures = serde_json::json!({
            "cases": cases.len(),
            "rounds": ROUNDS,
            "hillslope_years_per_cpu_s": engine,
            "wepp_hillslope_years_per_cpu_s": wepp,
            "ratio": ratio,
        });
        println!("{}", serde_json::to_string_pretty(&figures)?);
    } else {
        println!(
            "{} cases, medians of {ROUNDS} alternating rounds: {engine:.0} hillslope-years per CPU-second, the executable {wepp:.0}: {ratio:.1} times",
            cases.len()
        );
    }
    Ok(())
}

/// A run folder with the case's files, and the answers to the executable's questions.
fn prepare(run_folder: &Path, folder: &Path, case: &Case) -> Result<(PathBuf, String)> {
    fs::create_dir_all(run_folder)?;
    for name in ["case.man", "case.slp", "case.sol"] {
        let source =
            with_or_without_gz(&case.folder, name).with_context(|| format!("{}: no {name}", case.name))?;
        fs::write(run_folder.join(name), read_text(&source)?)?;
    }
    fs::write(run_folder.join("case.cli"), climate_text(&folder.join("cli"), &case.climate)?.0)?;
    if let Some(frost) = with_or_without_gz(folder, "frost.txt") {
        fs::write(run_folder.join("frost.txt"), read_text(&frost)?)?;
    }
    let years = case.inputs.climate.days().chunk_by(|a, b| a.year == b.year).count();
    let no_outputs = "n\n".repeat(10);
    let answers = format!(
        "m\ny\n1\n1\nn\n1\nn\nloss.txt\n{no_outputs}case.man\ncase.slp\ncase.cli\ncase.sol\n0\n{years}\n0\n"
    );
    Ok((run_folder.to_owned(), answers))
}

fn run_wepp(executable: &Path, run_folder: &Path, answers: &str) -> Result<()> {
    let mut child = Command::new(executable)
        .current_dir(run_folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .with_context(|| format!("starting {}", executable.display()))?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(answers.as_bytes())?;
    }
    let output = child.wait_with_output()?;
    if !String::from_utf8_lossy(&output.stdout).contains("COMPLETED HILLSLOPE SIMULATION SUCCESSFULLY") {
        bail!("{} did not complete in {}", executable.display(), run_folder.display());
    }
    Ok(())
}

/// CPU time of all finished children of this process, s.
fn children_s() -> Result<f64> {
    let stat = fs::read_to_string("/proc/self/stat").context("CPU time of children is read from /proc")?;
    // The second field, in parentheses, may hold blanks; user and system time of children are fields 16 and 17.
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks: Vec<f64> =
        after_name.split_whitespace().skip(13).take(2).filter_map(|f| f.parse().ok()).collect();
    if ticks.len() != 2 {
        bail!("/proc/self/stat has no CPU time of children");
    }
    Ok(ticks.iter().sum::<f64>() / TICKS_PER_S)
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
