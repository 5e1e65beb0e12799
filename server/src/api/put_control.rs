//! `PUT /api/batches/{name}/controls/{kind}`: writes one control if nobody else has meanwhile. Admins only.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use headwaters_domain::controls::{ControlDocument, ControlKind};
use headwaters_services::batches;

use crate::app::AppState;
use crate::auth::session::Admin;
use crate::error::{ApiFailure, ApiResult};
use crate::extract::{Batch, Body};

pub async fn handle(
    admin: Admin,
    State(app): State<AppState>,
    Batch(batch): Batch,
    Path((_, kind)): Path<(String, String)>,
    headers: HeaderMap,
    Body(value): Body<serde_json::Value>,
) -> ApiResult<Json<ControlDocument>> {
    let missing = || ApiFailure::not_found("no_such_control", format!("there is no control `{kind}`"));
    let kind = ControlKind::from_slug(&kind).ok_or_else(missing)?;
    let expected = expected_version(&headers)?;
    let document = batches::write_control(&app, &batch, kind, expected, value, &admin.actor).await?;
    Ok(Json(document))
}

/// The version named in `If-Match: "<version>"`.
fn expected_version(headers: &HeaderMap) -> ApiResult<u32> {
    let required = || {
        let message = "name the version you changed, as If-Match: \"<version>\"";
        ApiFailure::new(StatusCode::PRECONDITION_REQUIRED, "version_required", message)
    };
    let value = headers.get(header::IF_MATCH).ok_or_else(required)?;
    let quoted = value.to_str().ok().and_then(|text| text.strip_prefix('"')?.strip_suffix('"'));
    quoted.and_then(|version| version.parse().ok()).ok_or_else(required)
}
