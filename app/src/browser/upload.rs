//! Uploads of raw files with progress.
//!
//! `XMLHttpRequest`, because it is the only interface that reports the progress of an upload in every browser.

use headwaters_domain::ErrorBody;
use leptos::prelude::*;
use serde_json::Value;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;

use super::api::{Fault, read, segment};

/// A running upload.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Upload {
    /// Nothing under way.
    #[default]
    Idle,
    /// Bytes sent and to send.
    Sending {
        /// File name.
        filename: String,
        /// Sent so far.
        sent: f64,
        /// In all.
        total: f64,
    },
    /// Everything is sent; the server is looking at it.
    Checking {
        /// File name.
        filename: String,
    },
    /// Accepted, and the answer taken in.
    Done,
    /// Refused or broken off.
    Failed {
        /// File name.
        filename: String,
        /// Reason.
        fault: Fault,
    },
}

/// Handler of the server's answer.
pub type TakeIn = Box<dyn FnOnce(&mut Value) -> Result<(), Fault>>;

impl Upload {
    /// True while an upload is under way.
    pub fn is_busy(&self) -> bool {
        matches!(self, Upload::Sending { .. } | Upload::Checking { .. })
    }
}

/// Sends `file` as the raw body of a `PUT` to `path?filename=…` and keeps `state` informed.
///
/// The answer goes to `take_in` when the file is accepted. A file above `limit_bytes` is refused here already: sending
/// megabytes only to hear "too large" helps nobody.
pub fn put_file(
    path: &str,
    file: web_sys::File,
    limit_bytes: Option<u64>,
    state: RwSignal<Upload>,
    take_in: TakeIn,
) {
    let filename = file.name();
    let total = file.size();
    if let Some(limit_bytes) = limit_bytes.filter(|limit_bytes| total > *limit_bytes as f64) {
        let fault = too_large(total as u64, limit_bytes);
        state.set(Upload::Failed { filename, fault });
        return;
    }
    state.set(Upload::Sending { filename: filename.clone(), sent: 0.0, total });
    let url = format!("{path}?filename={}", segment(&filename));
    if start(&url, &file, filename.clone(), state, take_in).is_err() {
        state.set(Upload::Failed { filename, fault: Fault::Unreachable });
    }
}

fn too_large(size_bytes: u64, limit_bytes: u64) -> Fault {
    let message = format!(
        "this file has {} bytes; the limit is {} bytes. Simplify the polygons or split the file",
        crate::model::format::whole(size_bytes),
        crate::model::format::whole(limit_bytes)
    );
    let error = ErrorBody { code: "too_large".to_owned(), message, details: None, fields: Vec::new() };
    Fault::Refused { status: 413, error: Box::new(error) }
}

fn start(
    url: &str,
    file: &web_sys::File,
    filename: String,
    state: RwSignal<Upload>,
    take_in: TakeIn,
) -> Result<(), wasm_bindgen::JsValue> {
    let request = web_sys::XmlHttpRequest::new()?;
    request.open("PUT", url)?;
    request.set_request_header("content-type", "application/octet-stream")?;

    let name = filename.clone();
    let on_progress =
        Closure::<dyn FnMut(web_sys::ProgressEvent)>::new(move |event: web_sys::ProgressEvent| {
            let (sent, total) = (event.loaded(), event.total());
            let filename = name.clone();
            // The page may have been left in the meantime: then nobody is interested.
            state.try_set(if sent < total {
                Upload::Sending { filename, sent, total }
            } else {
                Upload::Checking { filename }
            });
        });
    request.upload()?.set_onprogress(Some(on_progress.as_ref().unchecked_ref()));

    let finished = request.clone();
    // `loadend` is the last event of every request, good or bad; the progress handler lives until then.
    let on_end = Closure::once_into_js(move |_: web_sys::ProgressEvent| {
        let answer = match finished.status().unwrap_or(0) {
            0 => Err(Fault::Unreachable),
            status => {
                let text = finished.response_text().ok().flatten().unwrap_or_default();
                if (200..300).contains(&status) {
                    read(&text).and_then(|mut value| take_in(&mut value))
                } else {
                    Err(Fault::from_answer(status, &text))
                }
            }
        };
        state.try_set(match answer {
            Ok(()) => Upload::Done,
            Err(fault) => Upload::Failed { filename, fault },
        });
        drop(on_progress);
    });
    request.set_onloadend(Some(on_end.unchecked_ref()));
    request.send_with_opt_blob(Some(file))
}
