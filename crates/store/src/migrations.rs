//! The database's layout: `server/sql`, applied in order.

use std::borrow::Cow;

use sqlx::SqlSafeStr;
use sqlx::migrate::{Migration, MigrationType, Migrator};

/// File names without ending, and their text. Files that were released never change.
const FILES: [(&str, &str); 3] = [
    ("0001_setup", include_str!("../sql/0001_setup.sql")),
    ("0002_outlet_submitted", include_str!("../sql/0002_outlet_submitted.sql")),
    ("0003_batch_table", include_str!("../sql/0003_batch_table.sql")),
];

/// Applies what a database lacks.
pub fn migrator() -> Migrator {
    let migration = |(version, (name, sql)): (i64, (&'static str, &'static str))| {
        let description = name.split_once('_').map_or(name, |(_, description)| description).replace('_', " ");
        Migration::new(version, Cow::Owned(description), MigrationType::Simple, sql.into_sql_str(), false)
    };
    Migrator { migrations: (1..).zip(FILES).map(migration).collect(), ..Migrator::DEFAULT }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A layout change that was written but not listed would leave every database behind the program.
    #[test]
    fn every_file_is_listed_under_its_number() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/sql");
        let entries = std::fs::read_dir(folder).expect("the folder of migrations");
        let mut files: Vec<_> =
            entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("UTF-8")).collect();
        files.sort();
        let applied = migrator();
        let applied =
            applied.iter().map(|m| format!("{:04}_{}.sql", m.version, m.description.replace(' ', "_")));
        assert_eq!(applied.collect::<Vec<_>>(), files);
    }
}
