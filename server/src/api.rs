//! The API: one file per handler, this list of routes, and what handlers share.

mod cancel_batch;
mod cancel_run;
mod choices;
mod create_batch;
mod get_batch;
mod get_controls;
mod get_history;
mod get_results;
mod get_run;
mod get_run_file;
mod get_run_log;
mod get_session;
mod get_snapshot;
mod get_system;
mod get_watersheds;
mod health;
mod list_batches;
mod list_configs;
mod plan_batch;
mod put_control;
mod put_outlet;
mod put_sbs_map;
mod put_tasks;
mod put_watersheds;
mod receive;
mod retry_batch;
mod retry_run;
mod run_batch;
mod set_template;
mod tables;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderName, HeaderValue, Request, header};
use axum::middleware::from_fn;
use axum::routing::{get, post, put};
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::set_header::SetResponseHeaderLayer;
use tower_http::trace::TraceLayer;

use crate::app::AppState;
use crate::assets;
use crate::auth::{accounts, origin};
use crate::error::ApiFailure;
use crate::live;

/// Largest JSON or form body: a template has at most a thousand characters, a control document far less.
const BODY_LIMIT: usize = 256 * 1024;

/// Every route of the server.
fn routes() -> Router<AppState> {
    Router::new()
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .route("/api/action/{name}", post(accounts::serve))
        .route("/api/session", get(get_session::handle))
        .route("/api/system", get(get_system::handle))
        .route("/api/configs", get(list_configs::handle))
        .route("/api/batches", get(list_batches::handle).post(create_batch::handle))
        .route("/api/batches/{name}", get(get_batch::handle))
        .route("/api/batches/{name}/controls", get(get_controls::handle))
        .route("/api/batches/{name}/controls/{kind}", put(put_control::handle))
        .route("/api/batches/{name}/choices/soils", get(choices::soils))
        .route("/api/batches/{name}/choices/landuse-classes", get(choices::landuse_classes))
        .route("/api/batches/{name}/choices/stations", get(choices::stations))
        .route("/api/batches/{name}/tables", get(tables::list))
        .route(
            "/api/batches/{name}/tables/{kind}",
            get(tables::text).put(tables::replace).delete(tables::reset),
        )
        .route("/api/batches/{name}/sbs-map", put(put_sbs_map::handle))
        .route("/api/batches/{name}/watersheds", put(put_watersheds::handle))
        .route("/api/batches/{name}/watersheds/map", get(get_watersheds::map))
        .route("/api/batches/{name}/watersheds/template-inputs", get(get_watersheds::template_inputs))
        .route("/api/batches/{name}/template", post(set_template::handle))
        .route("/api/batches/{name}/tasks", put(put_tasks::handle))
        .route("/api/batches/{name}/plan", post(plan_batch::handle))
        .route("/api/batches/{name}/run", post(run_batch::handle))
        .route("/api/batches/{name}/retry", post(retry_batch::handle))
        .route("/api/batches/{name}/cancel", post(cancel_batch::handle))
        .route("/api/batches/{name}/runs", get(get_snapshot::handle))
        .route("/api/batches/{name}/runs/{run_id}", get(get_run::handle))
        .route("/api/batches/{name}/runs/{run_id}/retry", post(retry_run::handle))
        .route("/api/batches/{name}/runs/{run_id}/cancel", post(cancel_run::handle))
        .route("/api/batches/{name}/runs/{run_id}/outlet", put(put_outlet::set).delete(put_outlet::clear))
        .route("/api/batches/{name}/runs/{run_id}/log", get(get_run_log::handle))
        .route("/api/batches/{name}/runs/{run_id}/files/{*path}", get(get_run_file::handle))
        .route("/api/batches/{name}/results", get(get_results::rows))
        .route("/api/batches/{name}/results.csv", get(get_results::csv))
        .route("/api/batches/{name}/results.geojson", get(get_results::geojson))
        .route("/api/batches/{name}/history", get(get_history::handle))
        .route("/api/batches/{name}/live", get(live::handle))
        .route("/api/{*rest}", axum::routing::any(unknown))
}

async fn unknown() -> ApiFailure {
    ApiFailure::not_found("no_such_route", "the API has no such address; see docs/api.md")
}

/// The router with its layers, outermost first: panics, trace, security headers, origin of writes, body limit.
pub fn router(app: AppState) -> Router {
    accounts::register();
    let policy = assets::content_security_policy(app.settings.assets.as_ref());
    let policy =
        HeaderValue::from_str(&policy).unwrap_or_else(|_| HeaderValue::from_static("default-src 'none'"));
    let fixed = |name: HeaderName, value: &'static str| {
        SetResponseHeaderLayer::overriding(name, HeaderValue::from_static(value))
    };
    let span = |request: &Request<_>| tracing::debug_span!("request", method = %request.method(), path = request.uri().path());
    let headers = ServiceBuilder::new()
        .layer(SetResponseHeaderLayer::if_not_present(header::CONTENT_SECURITY_POLICY, policy))
        .layer(fixed(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(fixed(header::X_FRAME_OPTIONS, "DENY"))
        .layer(fixed(header::REFERRER_POLICY, "same-origin"))
        .layer(fixed(HeaderName::from_static("cross-origin-opener-policy"), "same-origin"))
        .layer(fixed(HeaderName::from_static("cross-origin-resource-policy"), "same-origin"))
        .layer(fixed(
            HeaderName::from_static("permissions-policy"),
            "camera=(), geolocation=(), microphone=()",
        ));
    routes()
        .fallback(assets::serve)
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .layer(from_fn(origin::same_origin_writes))
        .layer(headers)
        .layer(TraceLayer::new_for_http().make_span_with(span))
        .layer(CatchPanicLayer::new())
        .with_state(app)
}
