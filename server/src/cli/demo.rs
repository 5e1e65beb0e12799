//! `headwaters demo`: a batch over the demo region, its results, and the server to look at them.

pub mod region;

use anyhow::Context;
use headwaters_domain::batch::{BatchState, CreateBatch};
use headwaters_domain::plan::{RunFilter, RunRequest};
use headwaters_domain::{BatchName, TaskSet};
use headwaters_services::{batches, submission};
use headwaters_store::{Actor, BatchRecord};

use super::batch::{find, finish, print_results, report_template, upload};
use crate::app::{App, AppState};
use crate::serve::{FIRST_ADMIN, Server, first_admin};
use crate::settings::Settings;

/// Name of the batch and of its config.
const DEMO: &str = "demo";
/// Folder of the region's files in the data folder.
pub const REGION: &str = "demo-region";

/// Serves with a finished demo batch; `once` ends after the results are printed.
pub async fn run(settings: Settings, once: bool) -> anyhow::Result<()> {
    let folder = settings.data.join(REGION);
    if !region::is_complete(&folder) {
        println!("Generating the demo region …");
        tokio::task::spawn_blocking(move || region::write(&folder)).await??;
    }
    let app = App::open(settings).await?;
    let password = first_admin(&app).await?;
    let server = Server::start(app.clone()).await?;
    println!("Serving on {}", server.url());
    let outcome = run_batch(&app).await;
    println!("\nDashboard: {}/batches/{DEMO}", server.url());
    match &password {
        Some(password) => println!(
            "Sign in as {FIRST_ADMIN} with the password {password} (shown once; change it in the account menu)."
        ),
        None => println!("Sign in as {FIRST_ADMIN} with the password you were shown or have set."),
    }
    if once {
        server.stop().await?;
        return outcome;
    }
    if let Err(error) = outcome {
        eprintln!("The demo batch did not succeed: {error}");
    }
    server.until_interrupted().await
}

/// Makes and runs the batch, unless an earlier start has.
async fn run_batch(app: &AppState) -> anyhow::Result<()> {
    let name = BatchName::parse(DEMO)?;
    let actor = Actor::local("demo");
    let batch = match app.store.batch(&name).await? {
        Some(batch) => batch,
        None => prepared(app, &actor).await?,
    };
    if batch.state() == BatchState::Idle {
        println!("Running the demo batch …");
        let request = RunRequest { filter: RunFilter::All, tasks: TaskSet::ALL, force_rebuild: false };
        submission::run(app, &batch, &request, &actor).await?;
    }
    let finished = finish(app, &name, false).await;
    print_results(&app.store.results(batch.id).await?);
    finished
}

async fn prepared(app: &App, actor: &Actor) -> anyhow::Result<BatchRecord> {
    let request = CreateBatch { name: DEMO.to_owned(), config: DEMO.to_owned() };
    let batch = batches::create(app, &request, actor).await?;
    let polygons = app.layout.data().join(REGION).join(region::POLYGONS);
    upload(app, &batch, &polygons, actor).await.context("upload the demo polygons")?;
    let batch = find(app, DEMO).await?;
    let batch = batches::set_template(app, &batch, region::TEMPLATE, actor).await?;
    report_template(&batch)?;
    Ok(batch)
}
