//! The database's layout: `server/sql`, applied in order.

use std::borrow::Cow;

use sqlx::SqlSafeStr;
use sqlx::migrate::{Migration, MigrationType, Migrator};

/// File names without ending, and their text. Files that were released never change.
const FILES: [(&str, &str); 2] = [
    ("0001_setup", include_str!("../../sql/0001_setup.sql")),
    ("0002_outlet_submitted", include_str!("../../sql/0002_outlet_submitted.sql")),
];

/// Applies what a database lacks.
pub fn migrator() -> Migrator {
    let migration = |(version, (name, sql)): (i64, (&'static str, &'static str))| {
        let description = name.split_once('_').map_or(name, |(_, description)| description).replace('_', " ");
        Migration::new(version, Cow::Owned(description), MigrationType::Simple, sql.into_sql_str(), false)
    };
    Migrator { migrations: (1..).zip(FILES).map(migration).collect(), ..Migrator::DEFAULT }
}
