//! `PUT`, `DELETE /api/batches/{name}/runs/{run_id}/outlet`: an outlet given by an admin. It takes effect when the
//! run is run again. Admins only.

use axum::Json;
use axum::extract::State;
use headwaters_domain::FieldError;
use headwaters_domain::run::RunDetail;
use headwaters_services::{ServiceError, batches};
use serde::Deserialize;

use crate::app::AppState;
use crate::auth::session::Admin;
use crate::error::ApiResult;
use crate::extract::{Body, Run};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outlet {
    lon: f64,
    lat: f64,
}

/// Sets the outlet.
pub async fn set(
    admin: Admin,
    State(app): State<AppState>,
    Run { batch, run }: Run,
    Body(outlet): Body<Outlet>,
) -> ApiResult<Json<RunDetail>> {
    let mut faults = Vec::new();
    for (path, value, limit) in [("lon", outlet.lon, 180.0), ("lat", outlet.lat, 90.0)] {
        if !(-limit..=limit).contains(&value) {
            let message = format!("give degrees from -{limit} to {limit}");
            faults.push(FieldError::new(path, "out_of_range", message));
        }
    }
    if !faults.is_empty() {
        return Err(ServiceError::fields("invalid_outlet", faults).into());
    }
    let place = Some([outlet.lon, outlet.lat]);
    app.store.set_outlet_override(batch.id, run.id, place, &admin.actor).await?;
    app.published().await;
    Ok(Json(batches::run_detail(&app, &batch, &run.run_id).await?))
}

/// Gives the outlet back to the search.
pub async fn clear(
    admin: Admin,
    State(app): State<AppState>,
    Run { batch, run }: Run,
) -> ApiResult<Json<RunDetail>> {
    app.store.set_outlet_override(batch.id, run.id, None, &admin.actor).await?;
    app.published().await;
    Ok(Json(batches::run_detail(&app, &batch, &run.run_id).await?))
}
