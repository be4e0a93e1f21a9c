//! Secrets: hashed, and compared without telling by the time it takes how much of a guess is right.

use sha2::{Digest, Sha256};

/// SHA-256 in hex. Enough for random tokens of 256 bit, which cannot be guessed from their hashes.
pub(super) fn hash(text: &str) -> String {
    hex(&Sha256::digest(text.as_bytes()))
}

/// Whether two secrets are the same. Comparing hashes, the time tells of the hashes only.
pub(crate) fn same(a: &str, b: &str) -> bool {
    Sha256::digest(a.as_bytes()) == Sha256::digest(b.as_bytes())
}

/// Lower-case hex digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
