//! Lists of target accounts.

use quorate_engine::lists::{List, ListError, Slug};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::problem::{FieldError, Kind, Problem};
use crate::v1::instant::Instant;

pub(crate) mod all;
pub(crate) mod delete;
pub(crate) mod get;
pub(crate) mod members;
pub(crate) mod put;

/// `/v1/lists/{list}`.
#[derive(Deserialize)]
pub(crate) struct ListPath {
    list: String,
}

impl ListPath {
    pub(crate) fn slug(&self) -> Result<Slug, Problem> {
        Slug::new(&self.list)
            .map_err(|error| Problem::new(Kind::InvalidId, format!("{:?} {error}", self.list)))
    }
}

/// A list of target accounts.
#[derive(Serialize, ToSchema)]
#[schema(as = List)]
pub(crate) struct ListBody {
    /// Its name in addresses and in accounts' `lists`.
    slug: String,
    /// What people call it.
    name: String,
    /// What it is for.
    description: Option<String>,
    /// Who looks after it.
    owner: Option<String>,
    /// When it was made.
    created_at: Instant,
    /// How many accounts are on it; `GET /v1/accounts?list=` shows them.
    members: usize,
}

impl ListBody {
    pub(crate) fn of(list: &List, members: usize) -> Self {
        Self {
            slug: list.slug.to_string(),
            name: list.name.to_string(),
            description: list.description.as_deref().map(str::to_owned),
            owner: list.owner.as_deref().map(str::to_owned),
            created_at: list.created_at.into(),
            members,
        }
    }
}

impl From<ListError> for Problem {
    fn from(error: ListError) -> Self {
        let text = error.to_string();
        match error {
            ListError::Unknown { .. } => Self::new(Kind::ListNotFound, text),
            ListError::HasMembers { .. } => Self::new(
                Kind::ListHasMembers,
                format!("{text}; ?force=true takes them off it and deletes it, the accounts stay"),
            ),
            ListError::TooMany => Self::new(Kind::LimitReached, text),
            ListError::NoAccounts { accounts } => {
                let errors = accounts
                    .iter()
                    .map(|account| {
                        FieldError::at("/add", format!("there is no account {:?}", account.as_str()))
                    })
                    .collect();
                Self::fields(Kind::InvalidField, errors)
            }
            ListError::Engine(error) => error.into(),
        }
    }
}
