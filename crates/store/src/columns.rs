//! Rows by column name.

/// A struct of the columns of a query's rows, matched by name.
///
/// `sqlx`'s own derive would build SQLite and its driver a second time, for the compiler.
macro_rules! columns {
    (struct $name:ident { $($field:ident: $type:ty,)+ }) => {
        struct $name {
            $($field: $type,)+
        }

        impl sqlx::FromRow<'_, sqlx::sqlite::SqliteRow> for $name {
            fn from_row(row: &sqlx::sqlite::SqliteRow) -> sqlx::Result<Self> {
                use sqlx::Row;
                Ok(Self { $($field: row.try_get(stringify!($field))?,)+ })
            }
        }
    };
}
