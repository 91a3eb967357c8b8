//! One API key: its text, shown once, and what is stored of it.

use std::fmt;
use std::sync::Arc;

use quorate_domain::time::Timestamp;
use quorate_domain::value::Source;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::Scope;

/// Random bytes in an id.
const ID_BYTES: usize = 6;
/// Random bytes in a secret: 256 bits.
const SECRET_BYTES: usize = 32;

/// A key as its owner has it: `qk_<id>_<secret>`. Prints as `qk_<id>_***`.
#[derive(Clone, PartialEq, Eq)]
pub struct KeyText {
    id: String,
    secret: String,
}

impl KeyText {
    /// Draws a new key.
    ///
    /// # Errors
    /// When the operating system gives no randomness.
    pub fn draw() -> Result<Self, getrandom::Error> {
        Ok(Self {
            id: random_hex::<ID_BYTES>()?,
            secret: random_hex::<SECRET_BYTES>()?,
        })
    }

    /// Returns the parts of a key's text; `None`: it is no key.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (id, secret) = text.strip_prefix("qk_")?.split_once('_')?;
        let hex = |part: &str, bytes: usize| {
            part.len() == 2 * bytes && part.bytes().all(|byte| byte.is_ascii_hexdigit())
        };
        (hex(id, ID_BYTES) && hex(secret, SECRET_BYTES)).then(|| Self {
            id: id.to_owned(),
            secret: secret.to_owned(),
        })
    }

    /// Returns the part that names the key; no secret.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Returns the whole text, for the one time it is shown.
    #[must_use]
    pub fn reveal(&self) -> String {
        format!("qk_{}_{}", self.id, self.secret)
    }

    /// Returns the hash that is stored.
    #[must_use]
    pub(crate) fn secret_hash(&self) -> [u8; 32] {
        // A plain hash will do: the secret is 256 random bits, there is no dictionary to try.
        Sha256::digest(self.secret.as_bytes()).into()
    }
}

impl fmt::Debug for KeyText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "qk_{}_***", self.id)
    }
}

fn random_hex<const N: usize>() -> Result<String, getrandom::Error> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)?;
    Ok(hex(&bytes))
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    use fmt::Write as _;
    bytes
        .iter()
        .fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
            // Writing to a string cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
}

pub(crate) fn unhex(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    if text.len() != 2 * bytes.len() {
        return None;
    }
    for (place, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * place..2 * place + 2)?, 16).ok()?;
    }
    Some(bytes)
}

/// What is known of a key. Holds nothing a caller could get in with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyRecord {
    /// Its id.
    pub id: Arc<str>,
    /// What people call it.
    pub name: Arc<str>,
    /// What it may do.
    pub scopes: Arc<[Scope]>,
    /// Who speaks when a body names no `source`.
    pub source: Source,
    /// When it was made.
    pub created_at: Timestamp,
    /// Since when it lets nobody in; `None`: it does.
    pub revoked_at: Option<Timestamp>,
    pub(crate) secret_hash: [u8; 32],
}

impl KeyRecord {
    /// Returns whether the key is this one's and not revoked. Takes the same time whatever the secret.
    #[must_use]
    pub fn admits(&self, key: &KeyText) -> bool {
        let same = bool::from(self.secret_hash.ct_eq(&key.secret_hash()));
        same && self.revoked_at.is_none()
    }

    pub(crate) fn to_bytes(&self) -> Result<Vec<u8>, serde_json::Error> {
        serde_json::to_vec(&StoredKeyV1 {
            version: 1,
            id: self.id.to_string(),
            name: self.name.to_string(),
            scopes: self
                .scopes
                .iter()
                .map(|scope| scope.as_str().to_owned())
                .collect(),
            source: self.source.0.to_string(),
            secret_sha256: hex(&self.secret_hash),
            created_at_ms: self.created_at.as_millis(),
            revoked_at_ms: self.revoked_at.map(Timestamp::as_millis),
        })
    }

    /// Reads a stored key; `None`: it is none, and lets nobody in.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let stored: StoredKeyV1 = serde_json::from_slice(bytes).ok()?;
        (stored.version == 1).then_some(())?;
        let scopes: Option<Vec<Scope>> = stored.scopes.iter().map(|scope| Scope::parse(scope)).collect();
        Some(Self {
            id: stored.id.into(),
            name: stored.name.into(),
            scopes: scopes?.into(),
            source: Source(stored.source.into()),
            created_at: Timestamp::from_millis(stored.created_at_ms),
            revoked_at: stored.revoked_at_ms.map(Timestamp::from_millis),
            secret_hash: unhex(&stored.secret_sha256)?,
        })
    }
}

/// A key as it is stored.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredKeyV1 {
    version: u32,
    id: String,
    name: String,
    scopes: Vec<String>,
    source: String,
    secret_sha256: String,
    created_at_ms: i64,
    revoked_at_ms: Option<i64>,
}
