//! Argon2id passwords, off the async threads and a few at a time: each costs 19 MiB and tens of milliseconds.

use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::Semaphore;

static ROOM: Semaphore = Semaphore::const_new(4);

/// Shortest password.
pub const SHORTEST: usize = 10;
/// Longest password: hashing time must not depend on an attacker's patience.
pub const LONGEST: usize = 200;

/// Why a password could not be hashed or checked.
#[derive(Debug, thiserror::Error)]
pub enum PasswordError {
    /// Outside the permitted lengths.
    #[error("a password has {SHORTEST} to {LONGEST} characters")]
    Length,
    /// The library refused.
    #[error("password hashing: {0}")]
    Hash(argon2::password_hash::Error),
    /// The thread died.
    #[error("password hashing was interrupted")]
    Interrupted,
}

/// OWASP's first recommendation for argon2id: 19 MiB, two passes, one lane.
fn argon2id() -> Argon2<'static> {
    Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::default())
}

/// Hashes a new password.
pub async fn hash(password: &str) -> Result<String, PasswordError> {
    if !(SHORTEST..=LONGEST).contains(&password.len()) {
        return Err(PasswordError::Length);
    }
    let password = password.to_owned();
    let salt = crate::random::token();
    in_background(move || {
        let salt = SaltString::encode_b64(&salt.as_bytes()[..16]).map_err(PasswordError::Hash)?;
        let hash = argon2id().hash_password(password.as_bytes(), &salt).map_err(PasswordError::Hash)?;
        Ok(hash.to_string())
    })
    .await
}

/// Whether `password` belongs to `hash`. An unknown user costs as much time as a known one: pass `None`.
pub async fn matches(password: &str, hash: Option<String>) -> Result<bool, PasswordError> {
    if password.len() > LONGEST {
        return Ok(false);
    }
    let password = password.to_owned();
    in_background(move || {
        // A real hash of a random text: verifying against it takes the usual time and never succeeds.
        const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$\
                              Nf1AC6pAEKwDP8y8gTnV3Ty4FkWQAWpw2YbA3vFnZFE";
        let known = hash.is_some();
        let text = hash.unwrap_or_else(|| NOBODY.to_owned());
        let parsed = PasswordHash::new(&text).map_err(PasswordError::Hash)?;
        Ok(argon2id().verify_password(password.as_bytes(), &parsed).is_ok() && known)
    })
    .await
}

async fn in_background<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, PasswordError> + Send + 'static,
) -> Result<T, PasswordError> {
    let _permit = ROOM.acquire().await.map_err(|_| PasswordError::Interrupted)?;
    tokio::task::spawn_blocking(work).await.map_err(|_| PasswordError::Interrupted)?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_right_password_opens_and_an_unknown_user_is_refused_alike() {
        let stored = hash("correct horse").await.expect("long enough");
        assert!(matches("correct horse", Some(stored.clone())).await.expect("valid hash"));
        assert!(!matches("wrong horse", Some(stored)).await.expect("valid hash"));
        assert!(!matches("anything", None).await.expect("the stand-in hash is well-formed"));
        assert!(hash("short").await.is_err());
    }
}
