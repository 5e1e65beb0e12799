//! Uploads: streamed to a temporary file, hashed and limited on the way.

use std::time::Duration;

use axum::body::{Body, BodyDataStream};
use axum::http::{HeaderMap, header};
use futures_util::StreamExt;
use sha2::{Digest, Sha256};
use tempfile::TempPath;
use tokio::io::AsyncWriteExt;

use super::Layout;
use crate::error::{ApiFailure, ApiResult};

/// How much of a refused upload is read on, and for how long.
const DRAINED_BYTES: u64 = 256 << 20;
const DRAINED_FOR: Duration = Duration::from_secs(30);

/// A body that has arrived completely; the file goes away with it unless it is persisted.
#[derive(Debug)]
pub struct Received {
    /// Where it lies.
    pub path: TempPath,
    /// SHA-256, hex.
    pub sha256: String,
    /// Size, bytes.
    pub size_bytes: u64,
}

/// Receives a body of at most `limit_bytes`.
pub async fn receive(
    layout: &Layout,
    headers: &HeaderMap,
    body: Body,
    limit_bytes: u64,
) -> ApiResult<Received> {
    let mut chunks = body.into_data_stream();
    let announced =
        headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|announced| announced > limit_bytes) {
        drain(&mut chunks).await;
        return Err(ApiFailure::too_large(limit_bytes));
    }
    let (file, path) =
        tempfile::Builder::new().prefix("upload-").tempfile_in(layout.incoming())?.into_parts();
    let mut file = tokio::fs::File::from_std(file);
    let mut hasher = Sha256::new();
    let mut size_bytes = 0;
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|_| ApiFailure::bad_request("the upload was interrupted"))?;
        size_bytes += chunk.len() as u64;
        if size_bytes > limit_bytes {
            drain(&mut chunks).await;
            return Err(ApiFailure::too_large(limit_bytes));
        }
        hasher.update(&chunk);
        file.write_all(&chunk).await?;
    }
    file.sync_data().await?;
    Ok(Received { path, sha256: crate::hash::finish(hasher), size_bytes })
}

/// Reads on for a while without keeping anything. A browser that is answered in the middle of its upload sees a
/// broken connection instead of the answer.
async fn drain(chunks: &mut BodyDataStream) {
    let read_on = async {
        let mut allowance = DRAINED_BYTES;
        while let Some(Ok(chunk)) = chunks.next().await {
            match allowance.checked_sub(chunk.len() as u64) {
                Some(left) => allowance = left,
                None => break,
            }
        }
    };
    let _ = tokio::time::timeout(DRAINED_FOR, read_on).await;
}

/// A file name a user gave, when it is harmless and has one of the extensions.
pub fn checked_file_name(name: &str, extensions: &[&str]) -> ApiResult<String> {
    let lower = name.to_lowercase();
    let suitable = extensions.iter().any(|extension| lower.ends_with(extension));
    if suitable && super::is_plain_file_name(name) {
        return Ok(name.to_owned());
    }
    let message = format!("give a plain file name ending in {}", extensions.join(" or "));
    Err(ApiFailure::unprocessable("file_name", message))
}
