//! A signal whose account is described and matched none yet.

use std::sync::Arc;

use quorate_domain::account::{ContactRef, NewSignal};
use quorate_domain::id::{ContactId, Kind, SignalId, Solution};
use quorate_domain::signal::SignalSource;
use quorate_domain::time::Timestamp;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
pub(crate) struct UnmatchedV1 {
    id: String,
    kind: String,
    contact: Option<ContactV1>,
    occurred_at: i64,
    strength: f64,
    source: String,
    solution: Option<String>,
    object: Option<String>,
    properties: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum ContactV1 {
    Id(String),
    Email { email: String, name: Option<String> },
}

impl UnmatchedV1 {
    /// - `now`: when it came in; what says no time happened then.
    pub(crate) fn of(signal: &NewSignal, now: Timestamp) -> Self {
        let contact = signal.contact.as_ref().map(|contact| match contact {
            ContactRef::Id(id) => ContactV1::Id(id.as_str().to_owned()),
            ContactRef::Email { email, name } => ContactV1::Email {
                email: (**email).to_owned(),
                name: name.as_deref().map(str::to_owned),
            },
        });
        Self {
            id: signal.id.as_str().to_owned(),
            kind: signal.kind.as_str().to_owned(),
            contact,
            occurred_at: signal.occurred_at.unwrap_or(now).as_millis(),
            strength: signal.strength,
            source: signal.source.as_str().to_owned(),
            solution: signal
                .solution
                .as_ref()
                .map(|solution| solution.as_str().to_owned()),
            object: signal.object.as_deref().map(str::to_owned),
            properties: signal.properties.as_deref().map(str::to_owned),
        }
    }

    pub(crate) fn restore(self) -> NewSignal {
        let contact = self.contact.map(|contact| match contact {
            ContactV1::Id(id) => ContactRef::Id(ContactId::trusted(id)),
            ContactV1::Email { email, name } => ContactRef::Email {
                email: Arc::from(email),
                name: name.map(Arc::from),
            },
        });
        NewSignal {
            id: SignalId::trusted(self.id),
            kind: Kind::trusted(self.kind),
            contact,
            occurred_at: Some(Timestamp::from_millis(self.occurred_at)),
            strength: self.strength,
            source: SignalSource::parse(&self.source).unwrap_or_default(),
            solution: self.solution.map(Solution::trusted),
            object: self.object.map(Arc::from),
            properties: self.properties.map(Arc::from),
        }
    }
}
