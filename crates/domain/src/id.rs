//! Identifiers. Text ids come from outside and are case-sensitive; numbers are ours.

use std::borrow::Borrow;
use std::fmt;
use std::sync::Arc;

/// The longest id, kind or object that is accepted, in bytes.
pub const ID_LENGTH_MAX: usize = 256;

/// Text that cannot be an id: empty, too long, or with control characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// No text, or only white space.
    #[error("is empty")]
    Empty,
    /// More than [`ID_LENGTH_MAX`] bytes.
    #[error("is longer than {ID_LENGTH_MAX} bytes")]
    TooLong,
    /// A control character such as a newline or NUL.
    #[error("has a control character")]
    Control,
}

fn check(text: &str) -> Result<(), IdError> {
    if text.trim().is_empty() {
        return Err(IdError::Empty);
    }
    if text.len() > ID_LENGTH_MAX {
        return Err(IdError::TooLong);
    }
    if text.chars().any(char::is_control) {
        return Err(IdError::Control);
    }
    Ok(())
}

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Arc<str>);

        impl $name {
            /// Returns the id.
            ///
            /// # Errors
            /// When the text is empty, too long or has control characters.
            pub fn new(text: impl AsRef<str> + Into<Arc<str>>) -> Result<Self, IdError> {
                check(text.as_ref())?;
                Ok(Self(text.into()))
            }

            /// Returns the id of text that was checked before, such as our own journal's.
            #[must_use]
            pub fn trusted(text: impl Into<Arc<str>>) -> Self {
                Self(text.into())
            }

            /// Returns the text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:?}", &*self.0)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }
    };
}

text_id! {
    /// An account's id, unique in an installation.
    AccountId
}
text_id! {
    /// A contact's outside id, unique within its account. Personal data: it lives in the contact's card only.
    ContactId
}
text_id! {
    /// A signal's id; signals are idempotent by it within an account (docs/semantics.md 3.16).
    SignalId
}
text_id! {
    /// A signal's kind, dotted by convention: `page.pricing`.
    Kind
}
text_id! {
    /// A role's name: what a person is to a purchase.
    Role
}
text_id! {
    /// An opportunity's id, unique within its account; most often the CRM's.
    OpportunityId
}
text_id! {
    /// Something the model sells. The one unnamed solution of a model that lists none is no `Solution` at all.
    Solution
}

impl SignalId {
    /// What the place of a condensed signal's id begins with; no id from outside has control characters.
    const CONDENSED: char = '\0';

    /// Returns what stands in the place of a condensed signal's id, which is gone: unique within the account.
    ///
    /// - `rank`: the id's place among those of the same instant. What is decided by the order of ids stays as it was.
    /// - `seq`: the signal's record.
    #[must_use]
    pub fn condensed(rank: u32, seq: Seq) -> Self {
        Self(format!("{}{rank:08x}{:016x}", Self::CONDENSED, seq.0).into())
    }

    /// Returns the rank of a condensed signal; `None`: this is a signal's id.
    #[must_use]
    pub fn condensed_rank(&self) -> Option<u32> {
        let rank = self.0.strip_prefix(Self::CONDENSED)?.get(..8)?;
        u32::from_str_radix(rank, 16).ok()
    }

    /// Returns whether the signal is condensed: its id is gone.
    #[must_use]
    pub fn is_condensed(&self) -> bool {
        self.0.starts_with(Self::CONDENSED)
    }

    /// Returns the id to tell others; `None`: it is gone.
    #[must_use]
    pub fn told(&self) -> Option<&str> {
        (!self.is_condensed()).then_some(&*self.0)
    }
}

impl Role {
    /// The role of a contact nobody gave one: no role, it fills no seat.
    pub const UNKNOWN: &'static str = "unknown";
    /// The role that opposes the purchase.
    pub const BLOCKER: &'static str = "blocker";
    /// The role that releases the money.
    pub const ECONOMIC_BUYER: &'static str = "economic_buyer";
    /// The role that sells for us inside.
    pub const CHAMPION: &'static str = "champion";
    /// The role that tells us how things are inside.
    pub const COACH: &'static str = "coach";

    /// Returns whether this is the absence of a role.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        self.as_str() == Self::UNKNOWN
    }
}

/// A contact's internal number within its account: what journal, snapshots, index and logs carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContactNo(pub u32);

/// A piece of evidence's number within its account, from 1; never given twice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EvidenceNo(pub u32);

/// A record's place in its account's journal, from 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Seq(pub u64);

/// The version of a model; equal versions have equal content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ModelVersion(pub u64);

#[cfg(test)]
mod tests;
