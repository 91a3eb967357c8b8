//! A kept answer as it lies in the store.

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::web::Bytes;
use quorate_domain::time::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Fingerprint, Place};
use crate::auth::{hex, unhex};

/// An answer, and what it was the answer to.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct StoredAnswerV1 {
    pub(super) caller: Arc<str>,
    pub(super) place: Place,
    pub(super) fingerprint: Fingerprint,
    pub(super) at: Timestamp,
    pub(super) status: StatusCode,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Bytes,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    version: u32,
    caller: String,
    place: String,
    fingerprint: String,
    at_ms: i64,
    status: u16,
    headers: Vec<(String, String)>,
    body: String,
}

impl StoredAnswerV1 {
    /// Writes it; `None`: its body is no text.
    pub(super) fn write(&self) -> Option<Vec<u8>> {
        let document = Document {
            version: 1,
            caller: self.caller.to_string(),
            place: self.place.name(),
            fingerprint: hex(&self.fingerprint.0),
            at_ms: self.at.as_millis(),
            status: self.status.as_u16(),
            headers: self.headers.clone(),
            body: std::str::from_utf8(&self.body).ok()?.to_owned(),
        };
        serde_json::to_vec(&document).ok()
    }

    /// Reads one; `None`: it is damaged, or of a later version.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let document: Document = serde_json::from_slice(bytes).ok()?;
        (document.version == 1).then_some(())?;
        Some(Self {
            caller: document.caller.into(),
            place: Place(unhex(&document.place)?),
            fingerprint: Fingerprint(unhex(&document.fingerprint)?),
            at: Timestamp::from_millis(document.at_ms),
            status: StatusCode::from_u16(document.status).ok()?,
            headers: document.headers,
            body: Bytes::from(document.body),
        })
    }
}
