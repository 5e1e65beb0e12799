//! `headwaters batch …`: the same functions the API's handlers call, on the data folder of a server. A running server
//! notices within seconds.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, bail};
use clap::Subcommand;
use headwaters_data_folder::{Received, checked_file_name};
use headwaters_domain::batch::{BatchState, CreateBatch};
use headwaters_domain::plan::{RunFilter, RunRequest};
use headwaters_domain::results::ResultRow;
use headwaters_domain::run::RunState;
use headwaters_domain::{BatchName, TaskSet};
use headwaters_services::ServiceError;
use headwaters_services::{batches, submission, uploads};
use headwaters_store::{Actor, BatchRecord};

use super::tables::{self, TableArgs};
use crate::app::{App, AppState};
use crate::settings::Settings;

/// What to do with batches.
#[derive(Subcommand)]
pub enum BatchCommand {
    /// List all batches.
    List,
    /// Make a batch from a config.
    Create {
        /// Name of the batch.
        name: String,
        /// Config to begin with.
        #[arg(long, default_value = "demo")]
        config: String,
    },
    /// Upload watershed polygons (GeoJSON).
    Upload {
        /// Name of the batch.
        name: String,
        /// The file.
        file: PathBuf,
    },
    /// Validate and store a run-id template.
    Template {
        /// Name of the batch.
        name: String,
        /// The template, for example '{slug(properties.Name)}'.
        template: String,
    },
    /// List, print, replace or reset the landscape tables (covers, soils, burned classes ...).
    Table {
        /// Name of the batch.
        name: String,
        #[command(flatten)]
        args: TableArgs,
    },
    /// Run all tasks of all runs; needs a running server.
    Run {
        /// Name of the batch.
        name: String,
        /// Repeat what is done.
        #[arg(long)]
        force: bool,
        /// Wait for the end and fail unless every run succeeded.
        #[arg(long)]
        wait: bool,
    },
    /// Run again what failed or was cancelled.
    Retry {
        /// Name of the batch.
        name: String,
    },
    /// Stop all active runs.
    Cancel {
        /// Name of the batch.
        name: String,
    },
    /// Show runs per state and the failures.
    Status {
        /// Name of the batch.
        name: String,
    },
    /// Print the results table.
    Results {
        /// Name of the batch.
        name: String,
    },
}

/// Runs the command.
pub async fn run(settings: Settings, command: BatchCommand) -> anyhow::Result<()> {
    let app = App::open(settings).await?;
    let actor = Actor::local("command line");
    match command {
        BatchCommand::List => {
            for batch in app.store.batches().await? {
                println!("{}\t{:?}\t{}", batch.name, batch.state(), batch.config);
            }
        }
        BatchCommand::Create { name, config } => {
            batches::create(&app, &CreateBatch { name, config }, &actor).await?;
        }
        BatchCommand::Upload { name, file } => upload(&app, &find(&app, &name).await?, &file, &actor).await?,
        BatchCommand::Template { name, template } => {
            let batch = find(&app, &name).await?;
            let batch = batches::set_template(&app, &batch, &template, &actor).await?;
            report_template(&batch)?;
        }
        BatchCommand::Table { name, args } => {
            tables::run(&app, &find(&app, &name).await?, args, &actor).await?;
        }
        BatchCommand::Run { name, force, wait } => {
            let batch = find(&app, &name).await?;
            let request = RunRequest { filter: RunFilter::All, tasks: TaskSet::ALL, force_rebuild: force };
            let plan = submission::run(&app, &batch, &request, &actor).await?;
            println!(
                "{} runs, {} tasks to run, {} to skip",
                plan.runs, plan.tasks_to_run, plan.tasks_to_skip
            );
            if wait {
                finish(&app, &batch.name, false).await?;
            }
        }
        BatchCommand::Retry { name } => {
            let batch = find(&app, &name).await?;
            let plan = submission::retry(&app, &batch, None, &actor).await?;
            println!("{} runs, {} tasks to run", plan.runs, plan.tasks_to_run);
        }
        BatchCommand::Cancel { name } => {
            let batch = find(&app, &name).await?;
            println!("cancelled {} runs", app.store.cancel(batch.id, None, &actor).await?);
        }
        BatchCommand::Status { name } => status(&app, &find(&app, &name).await?).await?,
        BatchCommand::Results { name } => {
            let batch = find(&app, &name).await?;
            print_results(&app.store.results(batch.id).await?);
        }
    }
    Ok(())
}

/// The batch with this name.
pub async fn find(app: &App, name: &str) -> anyhow::Result<BatchRecord> {
    let parsed = BatchName::parse(name)?;
    app.store.batch(&parsed).await?.with_context(|| format!("there is no batch `{name}`"))
}

/// Uploads a file from disk.
pub async fn upload(
    app: &App,
    batch: &BatchRecord,
    file: &std::path::Path,
    actor: &Actor,
) -> anyhow::Result<()> {
    batches::refuse_while_active(batch)?;
    let name = file.file_name().context("name a file")?.to_string_lossy();
    let filename = checked_file_name(&name, &[".geojson", ".json"])?;
    let limit = app.limits.geojson_bytes;
    let received = Received::copy_of(file, &app.layout, limit);
    let received = received.with_context(|| format!("read {}", file.display()))?;
    let received = received.ok_or_else(|| ServiceError::too_large(limit))?;
    let info = uploads::accept_watersheds(app, batch, &filename, received, actor).await?;
    println!(
        "{filename}: {} features, {} accepted ({} repaired), {} rejected",
        info.feature_count, info.accepted_count, info.repaired_count, info.rejected_count
    );
    for finding in &info.findings {
        println!("  feature {}: {}", finding.index, finding.message);
    }
    Ok(())
}

/// Prints what a template report says; an error when it is not valid.
pub fn report_template(batch: &BatchRecord) -> anyhow::Result<()> {
    let report = batch.template_report.as_ref().context("the template was not stored")?;
    for fault in &report.errors {
        println!("  feature {}: {}", fault.index, fault.error);
    }
    for duplicate in &report.duplicates {
        println!("  `{}` occurs {} times", duplicate.run_id, duplicate.count);
    }
    if !report.summary.is_valid {
        bail!("the template is not valid for these polygons");
    }
    println!("{} run ids", report.summary.unique_run_ids);
    Ok(())
}

async fn status(app: &App, batch: &BatchRecord) -> anyhow::Result<()> {
    println!("{}: {:?}", batch.name, batch.state());
    for (state, count) in &batch.counts {
        println!("  {count} {}", state.slug());
    }
    for row in app.store.snapshot(batch.id, app.alive_since_ms()).await?.runs {
        if row.state() == RunState::Failed {
            println!("  {}: {}", row.run_id, row.error_message.unwrap_or_default());
        }
    }
    Ok(())
}

/// Waits until a batch has ended, printing progress; an error unless every run succeeded.
pub async fn finish(app: &AppState, name: &BatchName, quiet: bool) -> anyhow::Result<()> {
    let mut shown = String::new();
    loop {
        let batch = find(app, name.as_str()).await?;
        let counts: Vec<String> =
            batch.counts.iter().map(|(state, count)| format!("{count} {}", state.slug())).collect();
        let line = counts.join(", ");
        if !quiet && line != shown {
            println!("  {line}");
            shown = line;
        }
        match batch.state() {
            BatchState::Active => tokio::time::sleep(Duration::from_millis(500)).await,
            BatchState::Completed => return Ok(()),
            state => {
                status(app, &batch).await?;
                bail!("the batch ended as {state:?}");
            }
        }
    }
}

/// Prints the results table.
pub fn print_results(rows: &[ResultRow]) {
    let width = rows.iter().map(|row| row.run_id.chars().count()).max().unwrap_or(0).max("run".len());
    let print = |cells: [&str; 10]| {
        let [run, state, area, overlap, hillslopes, burned, rain, runoff, rate, sediment] = cells;
        println!(
            "{run:<width$} {state:<10} {area:>7} {overlap:>8} {hillslopes:>10} {burned:>7} {rain:>7} {runoff:>7} {rate:>8} {sediment:>9}"
        );
    };
    print([
        "run",
        "state",
        "area",
        "overlap",
        "hillslopes",
        "burned",
        "precip.",
        "runoff",
        "sediment",
        "sediment",
    ]);
    print(["", "", "km2", "%", "", "%", "mm/y", "mm/y", "t/ha/y", "t/y"]);
    let figure = |value: Option<f64>, digits: usize| {
        value.map_or_else(|| "-".to_owned(), |value| format!("{value:.digits$}"))
    };
    let percent = |share: Option<f64>, digits| figure(share.map(|share| 100.0 * share), digits);
    for row in rows {
        let results = &row.results;
        print([
            &row.run_id,
            row.state.slug(),
            &figure(results.basin_area_km2, 2),
            &percent(results.polygon_overlap, 1),
            &results.hillslopes.map_or_else(|| "-".to_owned(), |count| count.to_string()),
            &percent(results.burned_fraction, 0),
            &figure(results.precipitation_mm_y, 0),
            &figure(results.runoff_mm_y, 1),
            &figure(results.sediment_t_ha_y, 3),
            &figure(results.sediment_t_y, 1),
        ]);
    }
}
