//! How long the preview of run ids takes, natively and in a browser.

use anyhow::Context;
use headwaters_domain::batch::CreateBatch;
use headwaters_domain::intake::TemplateFeature;
use headwaters_services::batches;
use headwaters_store::Actor;
use serde_json::json;

use super::devtools::Browser;
use super::{ANY_FILE, median_s};
use crate::app::App;
use crate::auth::session;
use crate::cli::batch::{find, upload};
use crate::serve::Server;
use crate::settings::Settings;

/// Features for which the preview's time is given.
const FEATURES: usize = 10_000;
/// Name of the batch and of the account.
const NAME: &str = "bench-preview";
/// Types into the template field and waits for the first row of the table to follow: milliseconds of each keystroke.
const KEYSTROKES: &str = include_str!("keystrokes.js");

/// Run ids of some features, repeated until there are enough of them.
pub fn native(known: &[TemplateFeature], repetitions: u32) -> anyhow::Result<()> {
    let repeated = known.iter().cycle().take(FEATURES).cloned();
    let features: Vec<TemplateFeature> =
        (0..).zip(repeated).map(|(index, feature)| TemplateFeature { index, ..feature }).collect();
    let seconds = median_s(repetitions, || {
        headwaters_template::report(ANY_FILE, &features, "");
        Ok(())
    })?;
    println!("preview (native): {} run ids in {:.1} ms", features.len(), 1000.0 * seconds);
    Ok(())
}

/// The page itself in a headless Chromium: from a keystroke until the table shows it.
pub async fn in_browser(settings: Settings) -> anyhow::Result<()> {
    let Some(mut browser) = Browser::start().await? else {
        println!("preview (browser): no Chromium here");
        return Ok(());
    };
    let app = App::open(Settings { port: 0, workers: 0, ..settings }).await?;
    let server = Server::start(app.clone()).await?;
    let actor = Actor::local("bench");
    let created = CreateBatch { name: NAME.to_owned(), config: "demo".to_owned() };
    let batch = batches::create(&app, &created, &actor).await?;
    let file = app.settings.data.join("squares.geojson");
    std::fs::write(&file, squares().to_string())?;
    upload(&app, &batch, &file, &actor).await?;
    batches::set_template(&app, &find(&app, NAME).await?, ANY_FILE, &actor).await?;
    // Nobody signs in with it: the session is made here.
    app.store.add_user(NAME, "", true).await?;
    let user = app.store.user(NAME).await?.context("the account just made")?;
    let token = session::start(&app, user.id).await?;
    let cookie = session::cookie_name(app.settings.secure_cookies);
    let url = format!("{}/batches/{NAME}?view=setup", server.url());
    browser.open(&url, (cookie, &token)).await?;
    let times = browser.evaluate(&KEYSTROKES.replace("ROWS", &(FEATURES + 1).to_string())).await;
    server.stop().await?;
    let mut times: Vec<f64> = serde_json::from_value(times?)?;
    times.sort_by(f64::total_cmp);
    println!(
        "preview (browser): {FEATURES} run ids in {:.1} ms from keystroke to table ({:.1} to {:.1})",
        times[times.len() / 2],
        times[0],
        times[times.len() - 1]
    );
    Ok(())
}

/// Small squares side by side.
fn squares() -> serde_json::Value {
    let square = |n: usize| {
        let (west, south) = (-120.0 + (n % 100) as f64 * 0.01, 38.0 + (n / 100) as f64 * 0.01);
        let (east, north) = (west + 0.009, south + 0.009);
        let ring = [[west, south], [east, south], [east, north], [west, north], [west, south]];
        json!({
            "type": "Feature",
            "properties": { "Name": format!("Creek {n}") },
            "geometry": { "type": "Polygon", "coordinates": [ring] },
        })
    };
    json!({ "type": "FeatureCollection", "features": (0..FEATURES).map(square).collect::<Vec<_>>() })
}
