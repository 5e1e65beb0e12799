//! Accounts.

use headwaters_domain::account::Preferences;

use crate::now_ms;
use crate::{Store, StoreResult};

/// An account.
#[derive(Clone, Debug)]
pub struct UserRecord {
    /// Row id.
    pub id: i64,
    /// Sign-in name.
    pub name: String,
    /// Argon2id hash in PHC format.
    pub password_hash: String,
    /// Whether the user may use the batch runner.
    pub is_admin: bool,
    /// Display preferences.
    pub preferences: Preferences,
}

pub(crate) type UserColumns = (i64, String, String, bool, String);

pub(crate) fn user_from(
    (id, name, password_hash, is_admin, preferences): UserColumns,
) -> StoreResult<UserRecord> {
    let preferences = serde_json::from_str(&preferences)?;
    Ok(UserRecord { id, name, password_hash, is_admin, preferences })
}

impl Store {
    /// The account with this name, ignoring case.
    pub async fn user(&self, name: &str) -> StoreResult<Option<UserRecord>> {
        let columns: Option<UserColumns> =
            sqlx::query_as("select id, name, password_hash, is_admin, preferences from user where name = ?")
                .bind(name)
                .fetch_optional(&self.readers)
                .await?;
        columns.map(user_from).transpose()
    }

    /// All accounts by name.
    pub async fn users(&self) -> StoreResult<Vec<UserRecord>> {
        let columns: Vec<UserColumns> =
            sqlx::query_as("select id, name, password_hash, is_admin, preferences from user order by name")
                .fetch_all(&self.readers)
                .await?;
        columns.into_iter().map(user_from).collect()
    }

    /// Adds an account; `false` when the name is taken.
    pub async fn add_user(&self, name: &str, password_hash: &str, is_admin: bool) -> StoreResult<bool> {
        let done = sqlx::query(
            "insert into user (name, password_hash, is_admin, created_ms) values (?, ?, ?, ?)
             on conflict (name) do nothing",
        )
        .bind(name)
        .bind(password_hash)
        .bind(is_admin)
        .bind(now_ms())
        .execute(&self.writer)
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Sets a password and ends all sessions of the account; `false` when there is no such account.
    pub async fn set_password(&self, name: &str, password_hash: &str) -> StoreResult<bool> {
        let mut tx = self.write().await?;
        let done = sqlx::query("update user set password_hash = ? where name = ?")
            .bind(password_hash)
            .bind(name)
            .execute(&mut *tx)
            .await?;
        sqlx::query("delete from session where user_id in (select id from user where name = ?)")
            .bind(name)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(done.rows_affected() == 1)
    }

    /// Stores display preferences.
    pub async fn set_preferences(&self, user_id: i64, preferences: &Preferences) -> StoreResult<()> {
        sqlx::query("update user set preferences = ? where id = ?")
            .bind(serde_json::to_string(preferences)?)
            .bind(user_id)
            .execute(&self.writer)
            .await?;
        Ok(())
    }
}
