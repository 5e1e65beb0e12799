//! What handlers take as arguments.

use axum::Json;
use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use headwaters_domain::BatchName;
use headwaters_store::{BatchRecord, RunRecord};
use serde::de::DeserializeOwned;

use crate::app::{App, AppState};
use crate::error::{ApiFailure, ApiResult};

/// The batch named in the path; 404 when there is none. Put it after `Admin`, which answers strangers first.
pub struct Batch(pub BatchRecord);

/// The batch and the run named in the path.
pub struct Run {
    /// The batch.
    pub batch: BatchRecord,
    /// The run.
    pub run: RunRecord,
}

#[derive(serde::Deserialize)]
struct BatchPath {
    name: String,
}

#[derive(serde::Deserialize)]
struct RunPath {
    name: String,
    run_id: String,
}

/// The batch with this name.
pub async fn batch(app: &App, name: &str) -> ApiResult<BatchRecord> {
    let missing = || ApiFailure::not_found("no_such_batch", format!("there is no batch `{name}`"));
    let parsed = BatchName::parse(name).map_err(|_| missing())?;
    app.store.batch(&parsed).await?.ok_or_else(missing)
}

async fn path<T: DeserializeOwned + Send>(parts: &mut Parts, app: &AppState) -> ApiResult<T> {
    let path = Path::<T>::from_request_parts(parts, app).await;
    path.map(|Path(path)| path).map_err(|_| ApiFailure::bad_request("the address cannot be read"))
}

impl FromRequestParts<AppState> for Batch {
    type Rejection = ApiFailure;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> ApiResult<Self> {
        let BatchPath { name } = path(parts, app).await?;
        batch(app, &name).await.map(Self)
    }
}

impl FromRequestParts<AppState> for Run {
    type Rejection = ApiFailure;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> ApiResult<Self> {
        let RunPath { name, run_id } = path(parts, app).await?;
        let batch = batch(app, &name).await?;
        let missing = || ApiFailure::not_found("no_such_run", format!("batch {name} has no run `{run_id}`"));
        let run = app.store.run(batch.id, &run_id).await?.ok_or_else(missing)?;
        Ok(Self { batch, run })
    }
}

/// A JSON body; faults answer with the envelope.
pub struct Body<T>(pub T);

impl<T: DeserializeOwned> FromRequest<AppState> for Body<T> {
    type Rejection = ApiFailure;

    async fn from_request(request: Request, app: &AppState) -> ApiResult<Self> {
        match Json::<T>::from_request(request, app).await {
            Ok(Json(value)) => Ok(Self(value)),
            Err(JsonRejection::JsonDataError(error)) => {
                Err(ApiFailure::unprocessable("invalid_body", error.body_text()))
            }
            Err(error) if error.status() == StatusCode::PAYLOAD_TOO_LARGE => Err(ApiFailure::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                "too_large",
                "the request body is too large",
            )),
            Err(error) => Err(ApiFailure::bad_request(error.body_text())),
        }
    }
}

/// A query string; faults answer with the envelope.
pub struct Params<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<AppState> for Params<T> {
    type Rejection = ApiFailure;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> ApiResult<Self> {
        let query: Result<Query<T>, QueryRejection> = Query::from_request_parts(parts, app).await;
        query.map(|Query(value)| Self(value)).map_err(|error| ApiFailure::bad_request(error.body_text()))
    }
}
