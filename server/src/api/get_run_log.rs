//! `GET /api/batches/{name}/runs/{run_id}/log?task=&attempt=&offset=`: a piece of an attempt's log. Admins only.

use std::io::{ErrorKind, Read, Seek, SeekFrom};

use axum::Json;
use axum::extract::State;
use headwaters_domain::TaskKind;
use headwaters_domain::run::LogChunk;
use serde::Deserialize;

use crate::app::AppState;
use crate::auth::session::Admin;
use crate::error::{ApiFailure, ApiResult};
use crate::extract::{Params, Run};

/// Longest piece, bytes.
const PIECE: u64 = 256 * 1024;

#[derive(Deserialize)]
pub struct Piece {
    task: String,
    attempt: u16,
    #[serde(default)]
    offset: u64,
}

pub async fn handle(
    _: Admin,
    State(app): State<AppState>,
    Run { batch, run }: Run,
    Params(piece): Params<Piece>,
) -> ApiResult<Json<LogChunk>> {
    let unknown = || ApiFailure::not_found("no_such_task", format!("there is no task `{}`", piece.task));
    let kind = TaskKind::from_slug(&piece.task).ok_or_else(unknown)?;
    // Asked before the file is read: a log that is complete now has its last line already.
    let complete = app.store.attempt_ended(run.id, kind, piece.attempt).await?;
    let path = app.layout.log(batch.name.as_str(), &run.run_id, kind, piece.attempt);
    let mut file = match std::fs::File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return Ok(Json(LogChunk { text: String::new(), next_offset: 0, complete }));
        }
        Err(error) => return Err(error.into()),
    };
    file.seek(SeekFrom::Start(piece.offset))?;
    let mut bytes = Vec::new();
    file.take(PIECE).read_to_end(&mut bytes)?;
    let read = bytes.len() as u64;
    // A character may still be cut at the end; it comes with the next piece.
    let whole = match std::str::from_utf8(&bytes) {
        Err(error) if error.error_len().is_none() => error.valid_up_to(),
        _ => bytes.len(),
    };
    let text = String::from_utf8_lossy(&bytes[..whole]).into_owned();
    let next_offset = piece.offset + whole as u64;
    Ok(Json(LogChunk { text, next_offset, complete: complete && read < PIECE }))
}
