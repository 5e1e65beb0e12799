//! SQL, the truth about everything. One file per concern; every statement lies here and nowhere else.
//!
//! SQLite in WAL mode with one writing connection and a pool of readers. Nothing outside this crate names a database.
#![warn(missing_docs)]

#[macro_use]
mod columns;

mod batches;
mod bulk;
mod cause;
mod changes;
mod controls;
mod counters;
mod events;
mod features;
mod migrations;
mod packed;
mod runs;
mod sessions;
mod submissions;
mod tables;
mod tasks;
mod template;
mod transitions;
mod upgrade;
mod users;
mod workers;

use std::str::FromStr;
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Sqlite, SqlitePool, Transaction};

pub use batches::BatchRecord;
pub use cause::Cause;
pub use controls::WriteOutcome;
pub use events::{Actor, NewEvent};
pub use features::FeatureRecord;
pub use runs::{OUTLET_CHANGED, RunRecord};
pub use submissions::{PlannedRun, Submitted};
pub use tables::OwnTable;
pub use tasks::{Dispatchable, ReadyTask, RunningTask};
pub use template::RunInput;
pub use transitions::{Recorded, TransitionError};
pub use users::UserRecord;
pub use workers::WorkerRecord;

/// Handle on the database; cheap to clone.
#[derive(Clone, Debug)]
pub struct Store {
    readers: SqlitePool,
    writer: SqlitePool,
    epoch: String,
}

/// A database that does not answer or does not hold what it should.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database refused or failed.
    #[error("database: {0}")]
    Sql(#[from] sqlx::Error),
    /// A migration failed.
    #[error("database migration: {0}")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    /// A stored document is not of the present shape.
    #[error("stored document: {0}")]
    Document(#[from] serde_json::Error),
    /// A stored value is not one the program knows.
    #[error("the database holds an unknown {what} `{value}`")]
    Unknown {
        /// What was read.
        what: &'static str,
        /// Its value.
        value: String,
    },
    /// A task row is no longer in the state a change starts from: another writer was faster.
    #[error("a task changed meanwhile")]
    Moved,
    /// The URL names a database the program cannot speak to.
    #[error("DATABASE_URL `{0}` is not supported: use sqlite://<path>")]
    Unsupported(String),
}

/// Result of a store call.
pub type StoreResult<T> = Result<T, StoreError>;

impl Store {
    /// Opens `url` (`sqlite://<path>`), creates it when missing, and applies migrations.
    pub async fn open(url: &str) -> StoreResult<Self> {
        if !url.starts_with("sqlite:") {
            let scheme = url.split(':').next().unwrap_or_default();
            return Err(StoreError::Unsupported(format!("{scheme}:…")));
        }
        let options = SqliteConnectOptions::from_str(url)?
            .create_if_missing(true)
            .foreign_keys(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Normal)
            .busy_timeout(Duration::from_secs(20));
        let writer = SqlitePoolOptions::new().max_connections(1).connect_with(options.clone()).await?;
        migrations::migrator().run(&writer).await?;
        let readers = SqlitePoolOptions::new().max_connections(8).connect_with(options).await?;
        sqlx::query(
            "insert into meta (key, value) values ('epoch', lower(hex(randomblob(6)))) on conflict (key) do nothing",
        )
        .execute(&writer)
        .await?;
        let epoch =
            sqlx::query_scalar("select value from meta where key = 'epoch'").fetch_one(&writer).await?;
        Ok(Self { readers, writer, epoch })
    }

    /// Identifies this database; sequence numbers of different epochs cannot be compared.
    pub fn epoch(&self) -> &str {
        &self.epoch
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> StoreResult<()> {
        sqlx::query("select 1").execute(&self.readers).await?;
        Ok(())
    }

    /// A transaction that holds the write lock from its beginning.
    async fn write(&self) -> StoreResult<Transaction<'static, Sqlite>> {
        Ok(self.writer.begin_with("begin immediate").await?)
    }

    /// A snapshot of the database: all reads of the transaction see the same moment.
    async fn read(&self) -> StoreResult<Transaction<'static, Sqlite>> {
        Ok(self.readers.begin().await?)
    }
}

/// Milliseconds since 1970.
fn now_ms() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}

/// Reads a slug that must be one the program knows.
fn parse_slug<T>(what: &'static str, value: &str, parse: impl Fn(&str) -> Option<T>) -> StoreResult<T> {
    parse(value).ok_or_else(|| StoreError::Unknown { what, value: value.to_owned() })
}

/// Reads an optional JSON column.
fn document<T: serde::de::DeserializeOwned>(text: Option<String>) -> StoreResult<Option<T>> {
    text.map(|text| serde_json::from_str(&text)).transpose().map_err(StoreError::from)
}
