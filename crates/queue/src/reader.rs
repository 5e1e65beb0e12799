//! Blocking reads: jobs for workers, reports for the scheduler.

use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{RedisResult, cmd};

use super::{Delivery, Entries, GROUP, Queue, QueueResult, Report, decode};

/// A blocking read returns at least this often. Shorter than any timeout on the way.
const BLOCK: Duration = Duration::from_secs(2);

/// A connection for blocking reads. Await every call to its end: a dropped read takes a job with it.
pub struct Reader {
    pub(super) connection: MultiplexedConnection,
    pub(super) queue: Queue,
}

type StreamReply = Option<Vec<(String, Entries)>>;

impl Reader {
    /// Up to `count` jobs for a worker, waiting a little for the first.
    pub async fn jobs(&mut self, worker: &str, count: usize) -> QueueResult<Vec<Delivery>> {
        let reply: RedisResult<StreamReply> = cmd("XREADGROUP")
            .arg("GROUP")
            .arg(GROUP)
            .arg(worker)
            .arg("COUNT")
            .arg(count)
            .arg("BLOCK")
            .arg(BLOCK.as_millis() as u64)
            .arg("STREAMS")
            .arg(self.queue.key("jobs"))
            .arg(">")
            .query_async(&mut self.connection)
            .await;
        match reply {
            Err(error) if error.code() == Some("NOGROUP") => {
                self.queue.ensure_group().await?;
                Ok(Vec::new())
            }
            reply => {
                let mut deliveries = Vec::new();
                for (entry, fields) in first_stream(reply?) {
                    match decode(&fields) {
                        Some(job) => deliveries.push(Delivery { entry, job }),
                        None => self.queue.settle(&entry).await?,
                    }
                }
                Ok(deliveries)
            }
        }
    }

    /// Up to 500 reports that came after the entry `after`, waiting a little for the first. An entry that cannot
    /// be read comes as `None`, so that it is forgotten too.
    pub async fn reports(&mut self, after: &str) -> QueueResult<Vec<(String, Option<Report>)>> {
        let reply: StreamReply = cmd("XREAD")
            .arg("COUNT")
            .arg(500)
            .arg("BLOCK")
            .arg(BLOCK.as_millis() as u64)
            .arg("STREAMS")
            .arg(self.queue.key("results"))
            .arg(after)
            .query_async(&mut self.connection)
            .await?;
        Ok(first_stream(reply).into_iter().map(|(entry, fields)| (entry, decode(&fields))).collect())
    }
}

fn first_stream(reply: StreamReply) -> Entries {
    reply.unwrap_or_default().into_iter().next().map(|(_, entries)| entries).unwrap_or_default()
}
