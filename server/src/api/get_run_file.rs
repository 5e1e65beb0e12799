//! `GET /api/batches/{name}/runs/{run_id}/files/{path}`: a file the run has published, as `RunDetail` lists them. What
//! else lies in the run's folder stays there: its config may name keys to the sources of its data. Admins only.

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use tokio::io::AsyncReadExt;

use crate::app::AppState;
use crate::auth::session::Admin;
use crate::error::{ApiFailure, ApiResult};
use crate::extract::Run;

pub async fn handle(
    _: Admin,
    State(app): State<AppState>,
    Run { batch, run }: Run,
    Path((_, _, path)): Path<(String, String, String)>,
) -> ApiResult<Response> {
    let missing = || ApiFailure::not_found("no_such_file", "the run has no such file");
    if !app.store.is_artefact(run.id, &path).await? {
        return Err(missing());
    }
    let file = app.layout.run_file(batch.name.as_str(), &run.run_id, &path).map_err(|_| missing())?;
    let kind = mime_guess::from_path(&file).first_or_octet_stream();
    let open = tokio::fs::File::open(&file).await?;
    let length = open.metadata().await?.len();
    let mut headers = HeaderMap::new();
    // Files come from users' data: shown as text or downloaded, never run as a page of ours.
    let shown = matches!(kind.subtype().as_str(), "csv" | "plain" | "json" | "geo+json");
    let content_type = if shown { "text/plain; charset=utf-8" } else { kind.essence_str() };
    headers.insert(header::CONTENT_TYPE, value(content_type)?);
    headers.insert(header::CONTENT_LENGTH, value(&length.to_string())?);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox"));
    let name = path.rsplit('/').next().unwrap_or("file").replace(['"', '\\'], "_");
    if let Ok(disposition) = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")) {
        headers.insert(header::CONTENT_DISPOSITION, disposition);
    }
    let chunks = stream::try_unfold(open, |mut file| async move {
        let mut chunk = vec![0; 64 * 1024];
        let read = file.read(&mut chunk).await?;
        chunk.truncate(read);
        Ok::<_, std::io::Error>((read > 0).then_some((chunk, file)))
    });
    Ok((headers, Body::from_stream(chunks)).into_response())
}

fn value(text: &str) -> ApiResult<HeaderValue> {
    HeaderValue::from_str(text).map_err(|error| ApiFailure::internal(&error))
}
