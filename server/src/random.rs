//! Random tokens from the operating system.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// 32 random bytes as URL-safe text (43 characters).
///
/// # Panics
/// When the operating system has no randomness: nothing secret can be made then.
pub fn token() -> String {
    let mut bytes = [0_u8; 32];
    #[expect(clippy::expect_used, reason = "without randomness no session may be created")]
    getrandom::fill(&mut bytes).expect("the operating system provides randomness");
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A password that can be read out: 20 characters without the ones that look alike.
pub fn password() -> String {
    token().chars().filter(|c| c.is_ascii_alphanumeric() && !"0O1lI".contains(*c)).take(20).collect()
}
