//! What program this is, and digests: how anything that is written can be traced to what it was made from.

use serde::Serialize;
use sha2::{Digest, Sha256};

/// The program that runs: its version and the state of its source when it was built.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Build {
    /// The version.
    pub version: &'static str,
    /// The commit, or `unknown` when built outside a repository.
    pub commit: &'static str,
    /// `clean`, `modified` when the source differed from the commit, or `unknown`.
    pub source: &'static str,
}

impl Build {
    /// This program.
    #[must_use]
    pub fn current() -> Self {
        Self {
            version: env!("CARGO_PKG_VERSION"),
            commit: env!("BARNRAISE_COMMIT"),
            source: env!("BARNRAISE_SOURCE_STATE"),
        }
    }
}

/// The SHA-256 digest of some bytes, hexadecimal.
#[must_use]
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// Bytes as hexadecimal digits.
pub(crate) fn hex(digest: &[u8]) -> String {
    digest.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}
