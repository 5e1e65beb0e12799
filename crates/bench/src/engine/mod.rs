//! `headwaters bench engine`: the embedded engine against reference runs.
//!
//! The folder has `summary.csv` (annual means of WEPP versions), `cli/<climate>.cli[.gz]` and `cases/<case>/` with
//! `case.slp`, `case.sol`, `case.man` and, where present, the reference's pass file and daily water balance.

mod cases;
mod events;
#[cfg(test)]
mod goals;
mod peer;
mod report;
mod statistics;
mod throughput;

use std::path::PathBuf;

use anyhow::{Result, bail};

/// Compares the embedded engine with reference runs, or measures its throughput.
#[derive(Clone, Debug, clap::Args)]
pub struct EngineArgs {
    /// Folder with `summary.csv`, `cli/` and `cases/`.
    #[arg(long, value_name = "DIR")]
    pub cases: PathBuf,
    /// Print statistics and one object per case as JSON.
    #[arg(long)]
    pub json: bool,
    /// Instead of comparing, time this WEPP executable and the engine on some of the cases in turn.
    #[arg(long, value_name = "EXE", conflicts_with = "hillslopes")]
    pub wepp: Option<PathBuf>,
    /// Instead of comparing, run this many hillslopes on all processors and write their results.
    #[arg(long, value_name = "N")]
    pub hillslopes: Option<usize>,
    /// Years per hillslope in that mode.
    #[arg(long, default_value_t = 30)]
    pub years: u32,
    /// Folder for results of that mode; a temporary folder, removed afterwards, when not given.
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
}

/// Runs the benchmark and prints its figures.
///
/// # Errors
/// A missing or refused file, or a failed run.
pub fn run(args: EngineArgs) -> Result<()> {
    let matrix = cases::Matrix::open(&args.cases)?;
    if matrix.cases.is_empty() {
        bail!("{}: no cases found", args.cases.join("cases").display());
    }
    if let Some(count) = args.hillslopes {
        return throughput::run(&matrix, count, args.years, args.out.as_deref(), args.json);
    }
    if let Some(executable) = &args.wepp {
        return peer::run(&matrix, &args.cases, executable, args.json);
    }
    let comparison = report::compare(&matrix)?;
    if args.json {
        println!("{}", serde_json::to_string_pretty(&comparison)?);
    } else {
        report::print(&comparison);
    }
    Ok(())
}
