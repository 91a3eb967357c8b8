//! Who stands before and after an account in the list it was opened from.

use actix_web::error::BlockingError;
use actix_web::web;
use quorate_domain::id::AccountId;
use quorate_engine::Engine;

use super::asked::{Asked, Links};
use crate::pages::board::BoardQuery;
use crate::words;

/// Where an account stands in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Beside {
    /// The list's address.
    board: String,
    place: usize,
    total: usize,
    before: Option<Neighbour>,
    after: Option<Neighbour>,
}

/// An account and its name.
type Neighbour = (AccountId, String);

/// The same as an account's page shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ListLinks {
    pub(crate) board: String,
    /// `3 of 104`.
    pub(crate) place: String,
    /// Name and address.
    pub(crate) before: Option<(String, String)>,
    pub(crate) after: Option<(String, String)>,
}

impl Beside {
    /// Looks up an account's place in the list that its address names; `None`: it names none. Every row of the list is
    /// looked at, so this is done off the thread that answers.
    ///
    /// # Errors
    /// When the work broke off.
    pub(crate) async fn look_up(engine: &Engine, asked: &Asked) -> Result<Option<Self>, BlockingError> {
        let Some(query) = asked.links.origin() else {
            return Ok(None);
        };
        let (engine, account) = (engine.clone(), asked.id.clone());
        web::block(move || Self::find(&engine, &account, &query)).await
    }

    fn find(engine: &Engine, account: &AccountId, query: &BoardQuery) -> Option<Self> {
        let listing = match query.as_of {
            // One that is not kept any more is not read anew for two names.
            Some(at) => engine.past_lists().get(at)?.listing,
            None => engine.listing(),
        };
        let found = listing.neighbours(account, &query.list())?;
        let named = |id: Option<AccountId>| {
            let row = listing.row(&id?)?;
            Some((row.id, row.name.to_string()))
        };
        Some(Self {
            board: query.href(),
            place: found.place,
            total: found.total,
            before: named(found.before),
            after: named(found.after),
        })
    }

    /// Returns the links of one of the account's pages.
    ///
    /// - `tail`: which page, so that the neighbours' is the same.
    pub(crate) fn links(&self, links: &Links, tail: &str) -> ListLinks {
        let link = |(id, name): &Neighbour| (name.clone(), links.beside(id, tail));
        ListLinks {
            board: self.board.clone(),
            place: format!("{} of {}", words::count(self.place), words::count(self.total)),
            before: self.before.as_ref().map(link),
            after: self.after.as_ref().map(link),
        }
    }
}
