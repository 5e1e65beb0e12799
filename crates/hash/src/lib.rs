//! SHA-256 as lower-case hexadecimal text: checksums of files and documents, keys of tasks.

use sha2::{Digest, Sha256};

/// SHA-256 of `bytes`, 64 lower-case hexadecimal digits.
pub fn sha256_hex(bytes: impl AsRef<[u8]>) -> String {
    hex(&Sha256::digest(bytes))
}

/// SHA-256 of texts with their lengths, so that moving a border between two of them changes the hash.
pub fn hash_parts<'a>(parts: impl IntoIterator<Item = &'a str>) -> String {
    let mut hasher = Hasher::default();
    for part in parts {
        hasher.update((part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    hasher.finish()
}

/// SHA-256 of bytes that arrive in pieces.
#[derive(Clone, Debug, Default)]
pub struct Hasher(Sha256);

impl Hasher {
    /// Adds bytes.
    pub fn update(&mut self, bytes: impl AsRef<[u8]>) {
        self.0.update(bytes);
    }

    /// The digest, 64 lower-case hexadecimal digits.
    pub fn finish(self) -> String {
        hex(&self.0.finalize())
    }
}

fn hex(digest: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let pair = |byte: &u8| [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]];
    digest.iter().flat_map(pair).map(char::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Stored keys and checksums of earlier versions must stay comparable.
    #[test]
    fn digests_are_those_of_the_standard() {
        // FIPS 180-4, example "abc".
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(sha256_hex("abc"), abc);
        let mut pieces = Hasher::default();
        pieces.update("a");
        pieces.update("bc");
        assert_eq!(pieces.finish(), abc);
    }

    #[test]
    fn moving_a_border_between_two_texts_changes_their_hash() {
        assert_ne!(hash_parts(["ab", "c"]), hash_parts(["a", "bc"]));
        // SHA-256 of eight zero bytes: the length of the empty text.
        assert_eq!(hash_parts([""]), "af5570f5a1810b7af78caf4bc70a660f0df51e42baf91d4de5b2328de0e83dfc");
    }
}
