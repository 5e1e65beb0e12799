//! Receives an upload's body.

use std::time::Duration;

use axum::body::{Body, BodyDataStream};
use axum::http::{HeaderMap, header};
use futures_util::StreamExt;
use headwaters_data_folder::{Layout, Received, Receiving};
use headwaters_services::ServiceError;

use crate::error::{ApiFailure, ApiResult};

/// Amount of a refused upload that is read on, and for how long.
const DRAINED_BYTES: u64 = 256 << 20;
const DRAINED_FOR: Duration = Duration::from_secs(30);

/// Receives a body of at most `limit_bytes` into a temporary file.
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
        return Err(ServiceError::too_large(limit_bytes).into());
    }
    let mut receiving = Receiving::begin(layout, limit_bytes)?;
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|_| ApiFailure::bad_request("the upload was interrupted"))?;
        // Writing may wait for the disk, which must not stop other requests.
        let (written, fits) = in_background(move || {
            let fits = receiving.write(&chunk)?;
            Ok((receiving, fits))
        })
        .await?;
        receiving = written;
        if !fits {
            drain(&mut chunks).await;
            return Err(ServiceError::too_large(limit_bytes).into());
        }
    }
    in_background(move || receiving.finish()).await
}

async fn in_background<T: Send + 'static>(
    work: impl FnOnce() -> std::io::Result<T> + Send + 'static,
) -> ApiResult<T> {
    let done = tokio::task::spawn_blocking(work).await;
    Ok(done.map_err(|error| ApiFailure::internal(&error))??)
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
