//! Sessions: who signed in, in memory. A restart signs everybody out.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sha2::{Digest, Sha256};
use tokio::time::Instant;

/// Sessions at once; one more ends the oldest.
const SESSIONS_MAX: usize = 10_000;
/// How long a session lasts.
const LIFE: Duration = Duration::from_secs(12 * 3600);
/// Random bytes in a token.
const TOKEN_BYTES: usize = 32;

/// Somebody who signed in.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    /// By which key.
    pub(crate) key_id: Arc<str>,
    /// What its forms carry.
    pub(crate) form_token: Arc<str>,
    opened: Instant,
}

impl Session {
    fn is_open(&self, now: Instant) -> bool {
        now.duration_since(self.opened) < LIFE
    }
}

/// All sessions, by the hash of their token: who reads this memory cannot be somebody else with it.
#[derive(Default)]
pub(crate) struct Sessions {
    open: Mutex<HashMap<[u8; 32], Session>>,
}

impl Sessions {
    /// Opens a session.
    ///
    /// Returns its token; `None`: the operating system gives no randomness.
    pub(crate) fn open(&self, key_id: Arc<str>, now: Instant) -> Option<String> {
        let (token, form_token) = (draw()?, draw()?);
        let mut open = self.lock();
        if open.len() >= SESSIONS_MAX {
            open.retain(|_, session| session.is_open(now));
        }
        if open.len() >= SESSIONS_MAX {
            let oldest = open
                .iter()
                .min_by_key(|(_, session)| session.opened)
                .map(|(hash, _)| *hash);
            oldest.map(|hash| open.remove(&hash));
        }
        open.insert(
            hash(&token),
            Session {
                key_id,
                form_token: Arc::from(form_token),
                opened: now,
            },
        );
        Some(token)
    }

    /// Returns the session of a token.
    pub(crate) fn find(&self, token: &str, now: Instant) -> Option<Session> {
        let session = self.lock().get(&hash(token)).cloned()?;
        session.is_open(now).then_some(session)
    }

    /// Ends a session.
    pub(crate) fn close(&self, token: &str) {
        self.lock().remove(&hash(token));
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<[u8; 32], Session>> {
        // Every change is one step of the map: a panic leaves it whole.
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn hash(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

/// Compares two texts in a time that does not tell where they differ.
pub(crate) fn same(a: &str, b: &str) -> bool {
    // Hashes of unknown texts tell nothing by how long they are alike.
    hash(a) == hash(b)
}

/// Returns a random text nobody can guess; `None`: the operating system gives no randomness.
pub(crate) fn draw() -> Option<String> {
    use std::fmt::Write as _;
    let mut bytes = [0_u8; TOKEN_BYTES];
    if let Err(error) = getrandom::fill(&mut bytes) {
        tracing::error!(%error, "no random numbers for a session");
        return None;
    }
    Some(
        bytes
            .iter()
            .fold(String::with_capacity(TOKEN_BYTES * 2), |mut text, byte| {
                // Writing into a string cannot fail.
                let _ = write!(text, "{byte:02x}");
                text
            }),
    )
}

#[cfg(test)]
mod tests;
