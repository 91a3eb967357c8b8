//! What the forms of an account's pages share: whom they offer, and how what they say is read.

use quorate_domain::account::Command;
use quorate_domain::id::{AccountId, ContactId, ContactNo};
use quorate_engine::view::AccountView;
use quorate_engine::{Engine, Error};

use super::people;
use crate::reply::PageError;

/// Carries out what a form asks for; returns why not, for a person. `None`: it is done.
///
/// - `command`: what was read of the form, or what is wrong with it.
///
/// # Errors
/// When the engine cannot answer.
pub(crate) async fn refusal(
    engine: &Engine,
    account: &AccountId,
    command: Result<Command, String>,
) -> Result<Option<String>, PageError> {
    let command = match command {
        Ok(command) => command,
        Err(problem) => return Ok(Some(problem)),
    };
    match engine.execute(account.clone(), command, None).await {
        Ok(_) => Ok(None),
        Err(Error::Rejected(rejection)) => Ok(Some(format!("Not saved: {rejection}."))),
        Err(
            error @ (Error::Overloaded { .. }
            | Error::Unavailable { .. }
            | Error::Quarantined { .. }
            | Error::VersionMismatch { .. }
            | Error::Stopping),
        ) => Err(error.into()),
    }
}

/// Returns everybody who has an id, by name: the number, then the name.
pub(crate) fn known_people(view: &AccountView) -> Vec<(String, String)> {
    let known = view
        .state
        .contacts
        .keys()
        .filter(|no| id_of(view, **no).is_some());
    let mut people: Vec<(String, String)> = known
        .map(|no| (no.0.to_string(), people::name(view, Some(*no))))
        .collect();
    people.sort_by(|a, b| a.1.cmp(&b.1));
    people
}

/// Returns whom a number names.
///
/// # Errors
/// What to do, for a person.
pub(crate) fn person(view: &AccountView, number: &str) -> Result<ContactId, String> {
    let no = number.parse().map(ContactNo).ok();
    no.and_then(|no| id_of(view, no))
        .ok_or_else(|| "Choose a person.".to_owned())
}

/// Returns a text without the space around it; `None`: it is empty.
///
/// - `length_max`: in letters.
///
/// # Errors
/// When it is too long, for a person.
pub(crate) fn text(said: &str, what: &str, length_max: usize) -> Result<Option<String>, String> {
    let said = said.trim();
    if said.chars().count() > length_max {
        return Err(format!("That {what} is too long: at most {length_max} letters."));
    }
    Ok((!said.is_empty()).then(|| said.to_owned()))
}

fn id_of(view: &AccountView, no: ContactNo) -> Option<ContactId> {
    view.directory.card(no)?.outside_id.clone()
}
