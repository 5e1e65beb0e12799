//! `headwaters bench …`: figures, each with the command that makes it.

mod devtools;
mod preview;

use std::path::PathBuf;
use std::time::Instant;

use anyhow::Context;
use clap::Subcommand;
use headwaters_bench::{engine, terrain};
use headwaters_domain::TaskSet;
use headwaters_domain::batch::CreateBatch;
use headwaters_domain::intake::TemplateFeature;
use headwaters_domain::plan::{RunFilter, RunRequest};
use headwaters_intake::{Feature, Limits};
use headwaters_services::{batches, submission};
use headwaters_store::Actor;

use super::batch::{find, finish, upload};
use crate::app::App;
use crate::serve::Server;
use crate::settings::Settings;

/// Template that every polygon file satisfies.
const ANY_FILE: &str = "w{one_based_index:05d}";
/// Times intake and preview are repeated in the summary.
const REPETITIONS: u32 = 5;

/// What to measure.
#[derive(Subcommand)]
pub enum BenchCommand {
    /// Delineation on real elevation models.
    Terrain(terrain::TerrainArgs),
    /// The embedded engine against reference runs.
    Engine(engine::EngineArgs),
    /// Validation of a polygon file, and the preview of run ids.
    Intake {
        /// A GeoJSON file.
        file: PathBuf,
        /// Times it is read; the median counts.
        #[arg(long, default_value_t = 5)]
        repetitions: u32,
    },
    /// A whole batch, from polygons to results: watersheds a minute.
    Pipeline {
        /// A GeoJSON file.
        file: PathBuf,
        /// Config of the batch.
        #[arg(long, default_value = "demo")]
        config: String,
    },
}

/// Runs the command.
pub async fn run(settings: Settings, command: BenchCommand) -> anyhow::Result<()> {
    match command {
        BenchCommand::Terrain(args) => tokio::task::spawn_blocking(move || terrain::run(args)).await?,
        BenchCommand::Engine(args) => tokio::task::spawn_blocking(move || engine::run(args)).await?,
        BenchCommand::Intake { file, repetitions } => {
            tokio::task::spawn_blocking(move || intake(&file, repetitions)).await?
        }
        BenchCommand::Pipeline { file, config } => pipeline(settings, &file, &config).await,
    }
}

/// The figures of a whole product, from generated data alone.
pub async fn summary(settings: Settings) -> anyhow::Result<()> {
    let profile = if cfg!(debug_assertions) { "dev" } else { "release" };
    println!("profile: {profile}");
    let scratch = tempfile::tempdir()?;
    let data = scratch.path().to_owned();
    let polygons = tokio::task::spawn_blocking(move || {
        let folder = data.join(super::demo::REGION);
        super::demo::region::write(&folder)?;
        Ok::<_, anyhow::Error>(folder.join(super::demo::region::POLYGONS))
    });
    let polygons = polygons.await??;
    let file = polygons.clone();
    tokio::task::spawn_blocking(move || intake(&file, REPETITIONS)).await??;
    let database = scratch.path().join("headwaters.sqlite");
    let settings = Settings {
        data: scratch.path().to_owned(),
        database_url: format!("sqlite://{}", database.display()),
        redis_url: None,
        ..settings
    };
    preview::in_browser(settings.clone()).await?;
    pipeline(settings.clone(), &polygons, "demo").await?;
    browser_application(&settings);
    Ok(())
}

/// Size of the WebAssembly the server would send, as it is and compressed as browsers get it.
fn browser_application(settings: &Settings) {
    let Some(wasm) = crate::assets::wasm(settings.assets.as_ref()) else {
        println!("wasm: this program was built without the browser application");
        return;
    };
    // As `cargo xtask test frontend` counts them.
    let kilobytes = |bytes: usize| bytes as f64 / 1024.0;
    match compressed(&wasm) {
        Some(small) => {
            println!("wasm: {:.1} KB, {:.1} KB brotli", kilobytes(wasm.len()), kilobytes(small));
        }
        None => println!("wasm: {:.1} KB (no `brotli` program here to compress it)", kilobytes(wasm.len())),
    }
}

/// Bytes that remain under brotli at its best.
fn compressed(bytes: &[u8]) -> Option<usize> {
    use std::io::Write;
    use std::process::{Command, Stdio};
    let mut file = tempfile::NamedTempFile::new().ok()?;
    file.write_all(bytes).ok()?;
    let output = Command::new("brotli")
        .args(["--quality=11", "--stdout"])
        .arg(file.path())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    output.status.success().then_some(output.stdout.len())
}

fn median_s(repetitions: u32, mut work: impl FnMut() -> anyhow::Result<()>) -> anyhow::Result<f64> {
    let mut seconds = Vec::new();
    for _ in 0..repetitions.max(1) {
        let start = Instant::now();
        work()?;
        seconds.push(start.elapsed().as_secs_f64());
    }
    seconds.sort_by(f64::total_cmp);
    Ok(seconds[seconds.len() / 2])
}

fn intake(file: &std::path::Path, repetitions: u32) -> anyhow::Result<()> {
    let bytes = std::fs::read(file).with_context(|| format!("read {}", file.display()))?;
    let validated = headwaters_intake::validate(&bytes, &Limits::default())?;
    let megabytes = bytes.len() as f64 / 1e6;
    let seconds = median_s(repetitions, || {
        headwaters_intake::validate(&bytes, &Limits::default())?;
        Ok(())
    })?;
    println!(
        "intake: {megabytes:.1} MB, {} features: {:.0} MB/s",
        validated.features.len(),
        megabytes / seconds
    );
    let known: Vec<TemplateFeature> = validated.usable().map(Feature::for_template).collect();
    preview::native(&known, repetitions)
}

async fn pipeline(settings: Settings, file: &std::path::Path, config: &str) -> anyhow::Result<()> {
    let app = App::open(Settings { port: 0, ..settings }).await?;
    let server = Server::start(app.clone()).await?;
    let actor = Actor::local("bench");
    let name = format!("bench-{}", jiff::Timestamp::now().as_millisecond() % 1_000_000_000);
    let batch =
        batches::create(&app, &CreateBatch { name: name.clone(), config: config.to_owned() }, &actor).await?;
    upload(&app, &batch, file, &actor).await?;
    batches::set_template(&app, &find(&app, &name).await?, ANY_FILE, &actor).await?;
    let batch = find(&app, &name).await?;
    let start = Instant::now();
    let request = RunRequest { filter: RunFilter::All, tasks: TaskSet::ALL, force_rebuild: true };
    let plan = submission::run(&app, &batch, &request, &actor).await?;
    let ended = finish(&app, &batch.name, true).await;
    let minutes = start.elapsed().as_secs_f64() / 60.0;
    println!(
        "pipeline: {} watersheds in {:.1} s: {:.1} a minute",
        plan.runs,
        60.0 * minutes,
        f64::from(plan.runs) / minutes
    );
    server.stop().await?;
    ended
}
