//! Redis: a bounded window of jobs, reports of workers, heartbeats, requests to stop.
//!
//! Losing all of it loses nothing: SQL is the truth and the sweep publishes again what is missing. Streams are
//! never trimmed by length (that would drop undelivered jobs without a trace); entries are deleted by id.
#![warn(missing_docs)]

mod messages;
mod reader;

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use deadpool_redis::{Pool, Runtime};
use redis::{AsyncConnectionConfig, Client, RedisError, RedisResult, Value, cmd, from_redis_value, pipe};
use serde::Serialize;

pub use messages::{Delivery, Heartbeat, Job, Outcome, Report, StopRequest};
pub use reader::Reader;

/// Consumer group of the workers.
const GROUP: &str = "workers";
/// Consumer that claims abandoned deliveries.
const SCHEDULER: &str = "scheduler";
/// Redis, as scheduler and workers use it.
#[derive(Clone)]
pub struct Queue {
    pool: Pool,
    client: Client,
    prefix: String,
}

/// Error of the queue.
#[derive(Debug, thiserror::Error)]
pub enum QueueError {
    /// Redis refused or failed.
    #[error("Redis: {0}")]
    Redis(#[from] RedisError),
    /// No connection could be had.
    #[error("Redis: {0}")]
    Pool(#[from] deadpool_redis::PoolError),
    /// The pool could not be made.
    #[error("Redis: {0}")]
    Setup(String),
    /// A message could not be encoded.
    #[error("message: {0}")]
    Encode(#[from] serde_json::Error),
}

/// Result of a queue call.
pub type QueueResult<T> = Result<T, QueueError>;
type Entries = Vec<(String, HashMap<String, String>)>;

/// Name under which a message's JSON lies in a stream entry.
const FIELD: &str = "m";

fn decode<T: serde::de::DeserializeOwned>(fields: &HashMap<String, String>) -> Option<T> {
    serde_json::from_str(fields.get(FIELD)?).ok()
}

impl Queue {
    /// Connects. `epoch` keeps servers apart that share one Redis.
    pub fn new(url: &str, epoch: &str) -> QueueResult<Self> {
        let config = deadpool_redis::Config::from_url(url);
        let pool = config
            .create_pool(Some(Runtime::Tokio1))
            .map_err(|error| QueueError::Setup(error.to_string()))?;
        Ok(Self { pool, client: Client::open(url)?, prefix: format!("{{headwaters:{epoch}}}") })
    }

    fn key(&self, name: &str) -> String {
        format!("{}:{name}", self.prefix)
    }

    /// A connection of its own for blocking reads. The response timeout must be off: redis-rs would give up
    /// after half a second, while the server still holds the read and hands the next job to nobody.
    pub async fn reader(&self) -> QueueResult<Reader> {
        let config = AsyncConnectionConfig::new()
            .set_response_timeout(None)
            .set_connection_timeout(Some(Duration::from_secs(5)));
        let connection = self.client.get_multiplexed_async_connection_with_config(&config).await?;
        Ok(Reader { connection, queue: self.clone() })
    }

    /// Checks that Redis answers.
    pub async fn ping(&self) -> QueueResult<()> {
        let mut connection = self.pool.get().await?;
        let _: String = cmd("PING").query_async(&mut connection).await?;
        Ok(())
    }

    /// Makes the group the workers read in, if it is missing.
    pub async fn ensure_group(&self) -> QueueResult<()> {
        let mut connection = self.pool.get().await?;
        let made: RedisResult<()> = cmd("XGROUP")
            .arg("CREATE")
            .arg(self.key("jobs"))
            .arg(GROUP)
            .arg("0")
            .arg("MKSTREAM")
            .query_async(&mut connection)
            .await;
        match made {
            Err(error) if error.code() == Some("BUSYGROUP") => Ok(()),
            other => Ok(other?),
        }
    }

    async fn add(&self, stream: &str, message: &impl Serialize) -> QueueResult<()> {
        let text = serde_json::to_string(message)?;
        let mut connection = self.pool.get().await?;
        let _: String = cmd("XADD")
            .arg(self.key(stream))
            .arg("*")
            .arg(FIELD)
            .arg(text)
            .query_async(&mut connection)
            .await?;
        Ok(())
    }

    /// Publishes a job.
    pub async fn publish(&self, job: &Job) -> QueueResult<()> {
        self.add("jobs", job).await
    }

    /// Sends a report to the scheduler.
    pub async fn report(&self, report: &Report) -> QueueResult<()> {
        self.add("results", report).await
    }

    /// Takes a delivery out of the stream: its attempt is covered by a lease in SQL now, or is void.
    pub async fn settle(&self, entry: &str) -> QueueResult<()> {
        let jobs = self.key("jobs");
        let mut connection = self.pool.get().await?;
        let () = pipe()
            .cmd("XACK")
            .arg(&jobs)
            .arg(GROUP)
            .arg(entry)
            .ignore()
            .cmd("XDEL")
            .arg(&jobs)
            .arg(entry)
            .ignore()
            .query_async(&mut connection)
            .await?;
        Ok(())
    }

    /// Takes reports out of the results stream after they were committed.
    pub async fn forget_reports(&self, entries: &[String]) -> QueueResult<()> {
        if entries.is_empty() {
            return Ok(());
        }
        let mut connection = self.pool.get().await?;
        let _: i64 = cmd("XDEL").arg(self.key("results")).arg(entries).query_async(&mut connection).await?;
        Ok(())
    }

    /// All jobs in the stream, delivered or not. The window bounds how many there are.
    pub async fn published(&self) -> QueueResult<Vec<Delivery>> {
        let mut connection = self.pool.get().await?;
        let entries: Entries =
            cmd("XRANGE").arg(self.key("jobs")).arg("-").arg("+").query_async(&mut connection).await?;
        let delivery = |(entry, fields): (String, HashMap<String, String>)| {
            Some(Delivery { job: decode(&fields)?, entry })
        };
        Ok(entries.into_iter().filter_map(delivery).collect())
    }

    /// Deliveries that nobody has begun for `idle`: their worker died between reading and reporting.
    pub async fn abandoned(&self, idle: Duration) -> QueueResult<Vec<Delivery>> {
        let mut connection = self.pool.get().await?;
        let (_, entries, _): (String, Entries, Vec<String>) = cmd("XAUTOCLAIM")
            .arg(self.key("jobs"))
            .arg(GROUP)
            .arg(SCHEDULER)
            .arg(idle.as_millis() as u64)
            .arg("0-0")
            .arg("COUNT")
            .arg(100)
            .query_async(&mut connection)
            .await?;
        let delivery = |(entry, fields): (String, HashMap<String, String>)| {
            Some(Delivery { job: decode(&fields)?, entry })
        };
        Ok(entries.into_iter().filter_map(delivery).collect())
    }

    /// Removes the consumers of workers that are gone. One with a delivery stays until that was claimed.
    pub async fn forget_consumers(&self, alive: &HashSet<String>) -> QueueResult<()> {
        let jobs = self.key("jobs");
        let mut connection = self.pool.get().await?;
        let consumers: Vec<HashMap<String, Value>> =
            cmd("XINFO").arg("CONSUMERS").arg(&jobs).arg(GROUP).query_async(&mut connection).await?;
        for mut consumer in consumers {
            let name: Option<String> = consumer.remove("name").and_then(|name| from_redis_value(name).ok());
            let pending =
                consumer.remove("pending").and_then(|pending| from_redis_value::<i64>(pending).ok());
            if let (Some(name), Some(0)) = (name, pending)
                && name != SCHEDULER
                && !alive.contains(&name)
            {
                let mut forget = cmd("XGROUP");
                forget.arg("DELCONSUMER").arg(&jobs).arg(GROUP).arg(name);
                let _: i64 = forget.query_async(&mut connection).await?;
            }
        }
        Ok(())
    }

    /// Publishes a heartbeat that lasts for `lifetime`.
    pub async fn beat(&self, heartbeat: &Heartbeat, lifetime: Duration) -> QueueResult<()> {
        let text = serde_json::to_string(heartbeat)?;
        let mut connection = self.pool.get().await?;
        let () = pipe()
            .cmd("SET")
            .arg(self.key(&format!("worker:{}", heartbeat.id)))
            .arg(text)
            .arg("PX")
            .arg(lifetime.as_millis() as u64)
            .ignore()
            .cmd("SADD")
            .arg(self.key("worker-ids"))
            .arg(&heartbeat.id)
            .ignore()
            .query_async(&mut connection)
            .await?;
        Ok(())
    }

    /// Removes the heartbeat of a worker.
    pub async fn forget_worker(&self, id: &str) -> QueueResult<()> {
        let mut connection = self.pool.get().await?;
        let () = pipe()
            .cmd("DEL")
            .arg(self.key(&format!("worker:{id}")))
            .ignore()
            .cmd("SREM")
            .arg(self.key("worker-ids"))
            .arg(id)
            .ignore()
            .query_async(&mut connection)
            .await?;
        Ok(())
    }

    /// Workers that live, and the names of those that have just fallen silent.
    pub async fn heartbeats(&self) -> QueueResult<(Vec<Heartbeat>, Vec<String>)> {
        let mut connection = self.pool.get().await?;
        let ids: Vec<String> =
            cmd("SMEMBERS").arg(self.key("worker-ids")).query_async(&mut connection).await?;
        let mut alive = Vec::new();
        let mut silent = Vec::new();
        for id in ids {
            let key = self.key(&format!("worker:{id}"));
            let text: Option<String> = cmd("GET").arg(key).query_async(&mut connection).await?;
            match text.and_then(|text| serde_json::from_str(&text).ok()) {
                Some(heartbeat) => alive.push(heartbeat),
                None => silent.push(id),
            }
        }
        Ok((alive, silent))
    }

    /// Asks a worker to stop an attempt. A hint: the heartbeat check repeats it.
    pub async fn request_stop(&self, request: &StopRequest) -> QueueResult<()> {
        let text = serde_json::to_string(request)?;
        let mut connection = self.pool.get().await?;
        let _: i64 = cmd("PUBLISH").arg(self.key("stop")).arg(text).query_async(&mut connection).await?;
        Ok(())
    }

    /// Requests to all workers; the caller picks its own.
    pub async fn stop_requests(&self) -> QueueResult<impl futures_util::Stream<Item = StopRequest> + use<>> {
        use futures_util::StreamExt;
        let mut pubsub = self.client.get_async_pubsub().await?;
        pubsub.subscribe(self.key("stop")).await?;
        Ok(pubsub.into_on_message().filter_map(|message| async move {
            let text: String = message.get_payload().ok()?;
            serde_json::from_str(&text).ok()
        }))
    }
}
