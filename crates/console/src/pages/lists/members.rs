//! `POST /lists/{slug}`: what is said of a list, who is put on it or taken off, and its end.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use quorate_domain::id::AccountId;
use quorate_domain::value::Source;
use quorate_engine::lists::{ListEdit, ListError, Slug};

use crate::access::{Editor, check_origin};
use crate::reply::{self, PageError};
use crate::state::ConsoleState;

/// The longest text about a list, in letters.
const TEXT_LENGTH_MAX: usize = 500;

/// What a form says. `act` tells which one it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sent {
    form_token: String,
    act: String,
    name: String,
    description: String,
    owner: String,
    accounts: Vec<AccountId>,
}

impl Sent {
    /// Reads a form's fields; an account that has no id is left out.
    pub(crate) fn of(fields: Vec<(String, String)>) -> Self {
        let mut sent = Self::default();
        for (key, value) in fields {
            match key.as_str() {
                "form_token" => sent.form_token = value,
                "act" => sent.act = value,
                "name" => sent.name = shortened(&value),
                "description" => sent.description = shortened(&value),
                "owner" => sent.owner = shortened(&value),
                "account" => sent.accounts.extend(AccountId::new(value).ok()),
                _ => {}
            }
        }
        sent
    }

    fn edit(&self) -> ListEdit {
        let said = |text: &str| (!text.is_empty()).then(|| Arc::from(text));
        ListEdit {
            name: said(&self.name),
            description: Some(said(&self.description)),
            owner: Some(said(&self.owner)),
        }
    }
}

fn shortened(text: &str) -> String {
    text.trim().chars().take(TEXT_LENGTH_MAX).collect()
}

/// `POST /lists/{slug}`.
pub(crate) async fn change(
    editor: Editor,
    request: HttpRequest,
    state: web::Data<ConsoleState>,
    slug: web::Path<String>,
    fields: web::Form<Vec<(String, String)>>,
) -> Result<HttpResponse, PageError> {
    check_origin(&request)?;
    let sent = Sent::of(fields.into_inner());
    editor.0.check_form(&sent.form_token)?;
    let slug = Slug::new(&slug).map_err(|_| PageError::NotFound { what: "this list" })?;
    let lists = state.engine.lists();
    let here = format!("/lists/{slug}");
    let there = match sent.act.as_str() {
        "say" => {
            lists.put(&slug, sent.edit()).await?;
            here
        }
        "add" | "remove" => {
            // A list that accounts name and nobody made is made by whoever works on it.
            if matches!(lists.get(&slug).await, Err(ListError::Unknown { .. })) {
                lists.put(&slug, ListEdit::default()).await?;
            }
            let adds = sent.act == "add";
            let (add, remove) = if adds {
                (sent.accounts, Vec::new())
            } else {
                (Vec::new(), sent.accounts)
            };
            let changed = lists
                .change_members(&slug, add, remove, &Source::person())
                .await?;
            let sign = if adds { "" } else { "-" };
            format!("{here}?changed={sign}{changed}")
        }
        "delete" => {
            lists.delete(&slug, true, &Source::person()).await?;
            "/lists".to_owned()
        }
        _ => here,
    };
    Ok(reply::see_other(there))
}

#[cfg(test)]
mod tests;
