//! `headwaters worker`: runs tasks for a server.

use anyhow::Context;
use headwaters_data_folder::QueueAddress;
use headwaters_queue::Queue;
use headwaters_worker::{Options, new_id, stdin_closed};

use crate::memory;
use crate::serve::interrupted;
use crate::settings::Settings;

/// Runs a worker until it is interrupted, or until standard input closes when `watch_stdin`.
pub async fn run(settings: Settings, id: Option<String>, watch_stdin: bool) -> anyhow::Result<()> {
    let mut address =
        QueueAddress::read(&settings.data).context("find the server's queue; has it been started once?")?;
    if let Some(redis_url) = &settings.redis_url {
        address.redis_url.clone_from(redis_url);
    }
    let queue = Queue::new(&address.redis_url, &address.epoch)?;
    let options = Options {
        id: id.unwrap_or_else(new_id),
        slots: settings.slots,
        lease: settings.lease(),
        resources: settings.resources(),
        after_task: memory::give_back,
    };
    let until = async {
        tokio::select! {
            result = interrupted() => result,
            () = stdin_closed(), if watch_stdin => Ok(()),
        }
    };
    Ok(headwaters_worker::run(options, queue, until).await?)
}
