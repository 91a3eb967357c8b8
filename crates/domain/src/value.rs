//! What is said of an account: values, and who said them.

use std::fmt;
use std::sync::Arc;

use crate::time::Timestamp;

/// A value of an account's field or attribute.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Text. Empty text is unknown.
    Text(Arc<str>),
    /// A finite number.
    Number(f64),
    /// Yes or no.
    Flag(bool),
    /// Several texts. An empty list is unknown.
    List(Vec<Arc<str>>),
}

impl Value {
    /// Returns text as a value.
    #[must_use]
    pub fn text(text: impl Into<Arc<str>>) -> Self {
        Self::Text(text.into())
    }

    /// Returns whether the value says nothing: empty text, an empty list, a number that is none.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        match self {
            Self::Text(text) => text.trim().is_empty(),
            Self::Number(number) => !number.is_finite(),
            Self::Flag(_) => false,
            Self::List(items) => items.iter().all(|item| item.trim().is_empty()),
        }
    }

    /// Returns the value as a number: a number itself, or text that reads as one.
    #[must_use]
    pub fn as_number(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Text(text) => text.trim().parse().ok().filter(|number: &f64| number.is_finite()),
            Self::Flag(_) | Self::List(_) => None,
        }
    }

    /// Returns the texts of the value: the items of a list, or the one text.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        let (one, many) = match self {
            Self::Text(text) => (Some(&**text), None),
            Self::List(items) => (None, Some(items.iter().map(|item| &**item))),
            Self::Number(_) | Self::Flag(_) => (None, None),
        };
        one.into_iter().chain(many.into_iter().flatten())
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Number(number) => write!(f, "{number}"),
            Self::Flag(flag) => write!(f, "{flag}"),
            Self::List(items) => f.write_str(&items.join(";")),
        }
    }
}

/// Who says a thing; the model ranks sources (docs/semantics.md 2).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Source(pub Arc<str>);

impl Source {
    /// A person of the house.
    pub const PERSON: &'static str = "person";
    /// The ranking used by a model that gives none, strongest first.
    pub const RANKING: [&'static str; 5] = ["person", "crm", "marketing_automation", "list", "vendor"];

    /// Returns a person as the source.
    #[must_use]
    pub fn person() -> Self {
        Self(Arc::from(Self::PERSON))
    }
}

/// A thing said, by whom, and when it was recorded.
#[derive(Clone, Debug, PartialEq)]
pub struct Stated<T> {
    /// What was said.
    pub value: T,
    /// Who said it.
    pub source: Source,
    /// When it was recorded.
    pub at: Timestamp,
}

#[cfg(test)]
mod tests;
