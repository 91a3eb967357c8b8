//! A contact where it is mentioned: number, id and name.

use quorate_domain::account::Directory;
use quorate_domain::id::ContactNo;
use serde::Serialize;
use utoipa::ToSchema;

/// A contact where it is mentioned.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ContactName)]
pub(crate) struct ContactName {
    /// Its number within its account.
    no: u32,
    /// Its id; null: not told here, or erased.
    id: Option<String>,
    /// Its name.
    name: Option<String>,
}

/// Returns a contact's number, id and name.
pub(crate) fn name_of(no: ContactNo, directory: &Directory) -> ContactName {
    let card = directory.card(no);
    ContactName {
        no: no.0,
        id: card
            .and_then(|card| card.outside_id.as_ref())
            .map(ToString::to_string),
        name: card.and_then(|card| card.name.as_deref()).map(str::to_owned),
    }
}
