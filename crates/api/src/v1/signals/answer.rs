//! The answer to signals: what happened to each. Written by hand, since it is made for every batch.

use std::borrow::Cow;

use quorate_domain::account::Outcome;
use quorate_engine::view::ItemOutcome;
use serde::Serialize;
use utoipa::ToSchema;

/// What happened to the signals of a request.
#[derive(Serialize, ToSchema)]
#[schema(as = SignalsAnswer)]
pub(crate) struct AnswerSchema<'a> {
    /// How many are recorded now.
    accepted: usize,
    /// How many were recorded before.
    duplicate: usize,
    /// How many are refused; sending them again will not help.
    rejected: usize,
    /// How many were not recorded, or nobody can say: send them again.
    unavailable: usize,
    /// What the accepted ones survive: `fsync`, `redis-fsync`, `redis-replica`, `weak`.
    durability: &'a str,
    /// One a signal, in the order of the body.
    items: Vec<ItemSchema<'a>>,
}

/// What happened to one signal.
#[derive(Serialize, ToSchema)]
#[schema(as = SignalOutcome)]
pub(crate) struct ItemSchema<'a> {
    /// Its place in the body, from 0.
    index: usize,
    /// Its id; null when it has none that can be read.
    id: Option<&'a str>,
    /// `accepted`, `duplicate`, `rejected` or `unavailable`.
    outcome: &'a str,
    /// Of an accepted one: `unknown_kind`, `expired` (both worth nothing) or `waiting` (until it is due, or until
    /// an account matches). Of a refused one: why.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'a str>,
    /// The same for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<Cow<'a, str>>,
}

/// What happened to an item, in wire words.
#[derive(Debug, PartialEq)]
pub(crate) struct Verdict {
    pub(crate) outcome: Word,
    pub(crate) code: Option<&'static str>,
    pub(crate) detail: Option<Cow<'static, str>>,
}

/// An outcome's word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Word {
    Accepted,
    Duplicate,
    Rejected,
    Unavailable,
}

impl Word {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Duplicate => "duplicate",
            Self::Rejected => "rejected",
            Self::Unavailable => "unavailable",
        }
    }
}

impl Verdict {
    fn plain(outcome: Word) -> Self {
        Self {
            outcome,
            code: None,
            detail: None,
        }
    }

    fn with(outcome: Word, code: &'static str, detail: impl Into<Cow<'static, str>>) -> Self {
        Self {
            outcome,
            code: Some(code),
            detail: Some(detail.into()),
        }
    }

    /// Returns the verdict on an item that is refused here.
    pub(crate) fn rejected(code: &'static str, detail: String) -> Self {
        Self::with(Word::Rejected, code, detail)
    }

    /// Returns the verdict on an item that the engine did not take.
    pub(crate) fn unavailable(code: &'static str, detail: &'static str) -> Self {
        Self::with(Word::Unavailable, code, detail)
    }

    /// Returns the verdict of the engine.
    pub(crate) fn of(outcome: ItemOutcome) -> Self {
        match outcome {
            ItemOutcome::Decided(Outcome::Accepted) => Self::plain(Word::Accepted),
            ItemOutcome::Decided(Outcome::UnknownKind) => Self::with(
                Word::Accepted,
                "unknown_kind",
                "the model does not know this kind: it is worth nothing",
            ),
            ItemOutcome::Decided(Outcome::Expired) => Self::with(
                Word::Accepted,
                "expired",
                "it is older than signals are kept: it is worth nothing",
            ),
            ItemOutcome::Decided(Outcome::Waiting) => Self::with(
                Word::Accepted,
                "waiting",
                "it is dated ahead and counts when it is due",
            ),
            ItemOutcome::Decided(Outcome::Duplicate) => Self::plain(Word::Duplicate),
            ItemOutcome::Decided(Outcome::Rejected(rejection)) => {
                Self::with(Word::Rejected, rejection.code(), rejection.to_string())
            }
            ItemOutcome::Unmatched => Self::with(
                Word::Accepted,
                "waiting",
                "no account matches yet: it is kept until one does",
            ),
            ItemOutcome::Unavailable { .. } => Self::unavailable(
                "not_durable",
                "it was not recorded, or nobody can say: send it again",
            ),
            ItemOutcome::Quarantined { .. } => Self::with(
                Word::Rejected,
                "account_set_aside",
                "its account is set aside until an operator looks",
            ),
        }
    }
}

/// The answer as it grows.
#[derive(Debug)]
pub(crate) struct Answer {
    items: Vec<u8>,
    count: usize,
    /// Counts in the order of [`Word`].
    accepted: usize,
    duplicate: usize,
    rejected: usize,
    unavailable: usize,
}

impl Answer {
    /// Returns an answer with room for that many items.
    pub(crate) fn with_capacity(items: usize) -> Self {
        Self {
            items: Vec::with_capacity(64 * items),
            count: 0,
            accepted: 0,
            duplicate: 0,
            rejected: 0,
            unavailable: 0,
        }
    }

    /// Adds the verdict on the next item.
    pub(crate) fn push(&mut self, id: Option<&str>, verdict: &Verdict) {
        let tally = match verdict.outcome {
            Word::Accepted => &mut self.accepted,
            Word::Duplicate => &mut self.duplicate,
            Word::Rejected => &mut self.rejected,
            Word::Unavailable => &mut self.unavailable,
        };
        *tally += 1;
        let out = &mut self.items;
        if self.count > 0 {
            out.push(b',');
        }
        out.extend_from_slice(b"{\"index\":");
        number(out, self.count);
        out.extend_from_slice(b",\"id\":");
        match id {
            Some(id) => text(out, id),
            None => out.extend_from_slice(b"null"),
        }
        out.extend_from_slice(b",\"outcome\":\"");
        out.extend_from_slice(verdict.outcome.as_str().as_bytes());
        out.push(b'"');
        if let Some(code) = verdict.code {
            out.extend_from_slice(b",\"code\":");
            text(out, code);
        }
        if let Some(detail) = &verdict.detail {
            out.extend_from_slice(b",\"detail\":");
            text(out, detail);
        }
        out.push(b'}');
        self.count += 1;
    }

    /// Returns how many items should be sent again.
    pub(crate) fn unavailable(&self) -> usize {
        self.unavailable
    }

    /// Returns each outcome's word and count.
    pub(crate) fn tallies(&self) -> [(&'static str, usize); 4] {
        [
            (Word::Accepted.as_str(), self.accepted),
            (Word::Duplicate.as_str(), self.duplicate),
            (Word::Rejected.as_str(), self.rejected),
            (Word::Unavailable.as_str(), self.unavailable),
        ]
    }

    /// Returns the answer as JSON.
    pub(crate) fn into_json(self, durability: &str) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.items.len() + 128);
        let mut before = b'{';
        for (word, count) in self.tallies() {
            out.push(before);
            text(&mut out, word);
            out.push(b':');
            number(&mut out, count);
            before = b',';
        }
        out.extend_from_slice(b",\"durability\":");
        text(&mut out, durability);
        out.extend_from_slice(b",\"items\":[");
        out.extend_from_slice(&self.items);
        out.extend_from_slice(b"]}");
        out
    }
}

fn number(out: &mut Vec<u8>, number: usize) {
    // Writing to a vector cannot fail, nor can a number be no JSON.
    let _ = serde_json::to_writer(out, &number);
}

fn text(out: &mut Vec<u8>, text: &str) {
    let _ = serde_json::to_writer(out, text);
}

#[cfg(test)]
mod tests;
