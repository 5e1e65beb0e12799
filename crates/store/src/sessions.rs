//! Sessions, known by the hash of their cookie.

use crate::users::{UserColumns, user_from};
use crate::{Store, StoreResult, UserRecord};

impl Store {
    /// Starts a session.
    pub async fn add_session(
        &self,
        token_hash: &str,
        user_id: i64,
        now_ms: i64,
        expires_ms: i64,
    ) -> StoreResult<()> {
        let mut tx = self.write().await?;
        sqlx::query("delete from session where expires_ms < ?").bind(now_ms).execute(&mut *tx).await?;
        sqlx::query(
            "insert into session (token_hash, user_id, created_ms, last_seen_ms, expires_ms)
             values (?, ?, ?, ?, ?)",
        )
        .bind(token_hash)
        .bind(user_id)
        .bind(now_ms)
        .bind(now_ms)
        .bind(expires_ms)
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(())
    }

    /// The user of a session that is neither expired nor idle since `idle_before_ms`.
    pub async fn session_user(
        &self,
        token_hash: &str,
        now_ms: i64,
        idle_before_ms: i64,
    ) -> StoreResult<Option<UserRecord>> {
        let columns: Option<UserColumns> = sqlx::query_as(
            "select user.id, user.name, user.password_hash, user.is_admin, user.preferences
             from session join user on user.id = session.user_id
             where token_hash = ? and expires_ms > ? and last_seen_ms > ?",
        )
        .bind(token_hash)
        .bind(now_ms)
        .bind(idle_before_ms)
        .fetch_optional(&self.readers)
        .await?;
        columns.map(user_from).transpose()
    }

    /// Notes that a session is in use, at most once a minute.
    pub async fn touch_session(&self, token_hash: &str, now_ms: i64) -> StoreResult<()> {
        let stale: Option<i64> =
            sqlx::query_scalar("select 1 from session where token_hash = ? and last_seen_ms < ?")
                .bind(token_hash)
                .bind(now_ms - 60_000)
                .fetch_optional(&self.readers)
                .await?;
        if stale.is_some() {
            sqlx::query("update session set last_seen_ms = ? where token_hash = ?")
                .bind(now_ms)
                .bind(token_hash)
                .execute(&self.writer)
                .await?;
        }
        Ok(())
    }

    /// Ends a session.
    pub async fn remove_session(&self, token_hash: &str) -> StoreResult<()> {
        sqlx::query("delete from session where token_hash = ?")
            .bind(token_hash)
            .execute(&self.writer)
            .await?;
        Ok(())
    }
}
