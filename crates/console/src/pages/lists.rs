//! Lists of target accounts: all of them, and one with its members, its overlap with others, and who is put on it.

use quorate_engine::Engine;
use quorate_engine::lists::{ListError, Slug};
use quorate_intake::clean;
use serde::Deserialize;

use crate::reply::PageError;
use crate::words;

pub(crate) mod all;
pub(crate) mod members;
pub(crate) mod one;

/// A list that an address names.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Wanted {
    /// Its slug; empty: none.
    #[serde(default)]
    pub(crate) list: String,
}

/// Returns what people call a list; its slug when nobody made it.
///
/// # Errors
/// When the store cannot be read.
pub(crate) async fn name(engine: &Engine, slug: &Slug) -> Result<String, PageError> {
    match engine.lists().get(slug).await {
        Ok((list, _)) => Ok(list.name.to_string()),
        Err(ListError::Unknown { .. }) => Ok(slug.to_string()),
        Err(
            error @ (ListError::HasMembers { .. }
            | ListError::TooMany
            | ListError::NoAccounts { .. }
            | ListError::Engine(_)),
        ) => Err(error.into()),
    }
}

/// Returns what a list is called in addresses, made of what people call it; `None`: it has no letter that would do.
pub(crate) fn slug_of(name: &str) -> Option<Slug> {
    let plain: String = clean::slug(name)
        .chars()
        .map(|letter| if letter.is_ascii() { letter } else { '-' })
        .take(64)
        .collect();
    Slug::new(plain.trim_matches('-')).ok()
}

impl From<ListError> for PageError {
    fn from(error: ListError) -> Self {
        match error {
            ListError::Unknown { .. } => Self::NotFound { what: "this list" },
            ListError::Engine(error) => error.into(),
            ListError::HasMembers { .. } | ListError::TooMany | ListError::NoAccounts { .. } => {
                Self::NotNow {
                    text: format!("{}.", words::capitalised(&error.to_string())),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
