//! Addresses that may need a signature or a key.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use rusty_s3::S3Action;
use rusty_s3::actions::GetObject;

/// Validity of a signed address; retries sign anew.
const SIGNATURE_VALIDITY: Duration = Duration::from_secs(900);

/// An address to request, with a name that is safe to show.
#[derive(Clone)]
pub(crate) struct Address {
    /// Name in messages, provenance and cache keys; holds no secrets.
    pub name: String,
    kind: Kind,
}

#[derive(Clone)]
enum Kind {
    Plain(String),
    Signed { bucket: Arc<rusty_s3::Bucket>, credentials: Arc<rusty_s3::Credentials>, key: String },
}

impl Address {
    pub fn plain(url: impl Into<String>) -> Self {
        let url = url.into();
        Self { name: without_userinfo(&url), kind: Kind::Plain(url) }
    }

    /// An address whose text holds a secret that `name` leaves out.
    pub fn secret(name: impl Into<String>, url: impl Into<String>) -> Self {
        Self { name: name.into(), kind: Kind::Plain(url.into()) }
    }

    pub fn signed(bucket: Arc<rusty_s3::Bucket>, credentials: Arc<rusty_s3::Credentials>, key: &str) -> Self {
        let name = object_url(&bucket, key);
        Self { name, kind: Kind::Signed { bucket, credentials, key: key.to_owned() } }
    }

    /// The address to request now.
    pub fn url(&self, now: Timestamp) -> String {
        match &self.kind {
            Kind::Plain(url) => url.clone(),
            Kind::Signed { bucket, credentials, key } => {
                GetObject::new(bucket, Some(credentials), key).sign_with_time(SIGNATURE_VALIDITY, &now).into()
            }
        }
    }
}

/// Address of an object without signature.
pub(crate) fn object_url(bucket: &rusty_s3::Bucket, key: &str) -> String {
    bucket.object_url(key).into()
}

fn without_userinfo(url: &str) -> String {
    match url::Url::parse(url) {
        Ok(mut parsed) if !parsed.username().is_empty() || parsed.password().is_some() => {
            // Both fail only for addresses that cannot have user information.
            let cleared = parsed.set_username("").and_then(|()| parsed.set_password(None));
            if cleared.is_ok() { parsed.into() } else { "(address with credentials)".into() }
        }
        _ => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A signed address carries a signature, its name does not.
    #[test]
    fn names_hold_no_secrets() {
        let endpoint = url::Url::parse("https://s3.example.org").expect("address");
        let bucket =
            rusty_s3::Bucket::new(endpoint, rusty_s3::UrlStyle::Path, "dem", "eu-1").expect("bucket");
        let credentials = rusty_s3::Credentials::new("key-id", "very-secret");
        let address = Address::signed(Arc::new(bucket), Arc::new(credentials), "a/b.tif");
        assert_eq!(address.name, "https://s3.example.org/dem/a/b.tif");
        let url = address.url(Timestamp::UNIX_EPOCH);
        assert!(url.contains("X-Amz-Signature=") && !url.contains("very-secret"), "{url}");
        assert_eq!(Address::plain("https://me:pw@example.org/a.tif").name, "https://example.org/a.tif");
    }
}
