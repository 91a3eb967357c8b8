//! Views that people save as tabs: the menu beside the tabs, and what its forms send. All who look at the console share
//! them.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use quorate_engine::views::{NAME_LENGTH_MAX, SavedView, VIEWS_MAX, ViewError, ViewNo};
use serde::Deserialize;

use super::query::BoardQuery;
use super::tabs::{saved_query, shipped};
use super::{Request, answer};
use crate::access::{Editor, check_origin};
use crate::reply::{self, PageError};
use crate::state::ConsoleState;

/// The menu beside the tabs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SaveMenu {
    pub(crate) offer: Offer,
    /// What was not taken, and why; nothing: all is well.
    pub(crate) problem: Option<String>,
}

/// What the menu offers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Offer {
    /// The view is a shipped tab: there is nothing to save.
    Nothing,
    /// To save the view.
    Save {
        /// What it shows.
        shows: String,
        /// The name that was not taken.
        name: String,
    },
    /// To rename or delete the saved view that is shown.
    Change {
        /// Where the forms go.
        action: String,
        /// What it is called.
        name: String,
    },
}

impl SaveMenu {
    pub(crate) fn of(query: &BoardQuery, saved: &[SavedView], refused: Option<Refused>) -> Self {
        let here = query.first_page();
        let (name, problem) = match refused {
            Some(Refused { name, problem }) => (name, Some(problem)),
            None => (String::new(), None),
        };
        let known = saved.iter().find(|view| saved_query(view, None) == here);
        let offer = match known {
            Some(view) => Offer::Change {
                action: format!("/board/views/{}", view.no.0),
                name: view.name.to_string(),
            },
            None if shipped("", &here).is_some() => Offer::Nothing,
            None => Offer::Save {
                shows: shows(&here),
                name,
            },
        };
        Self { offer, problem }
    }
}

/// What was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refused {
    name: String,
    problem: String,
}

/// What a view shows, as it is kept: its address without the day and the page.
fn shows(query: &BoardQuery) -> String {
    let address = query.at_instant(None).at("");
    address.trim_start_matches('?').to_owned()
}

/// What the form sends that saves a view.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Sent {
    #[serde(default)]
    form_token: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    shows: String,
}

/// `POST /board/views`: saves a view.
pub(crate) async fn save(
    editor: Editor,
    request: HttpRequest,
    state: web::Data<ConsoleState>,
    sent: web::Form<Sent>,
) -> Result<HttpResponse, PageError> {
    check_origin(&request)?;
    editor.0.check_form(&sent.form_token)?;
    let query = BoardQuery::parse(&sent.shows).0.at_instant(None);
    let saved = match shipped(&sent.name, &query) {
        Some(name) => Err(format!("The tab {name} is shipped.")),
        None => match state.engine.views().save(&sent.name, &shows(&query)).await {
            Ok(_) => Ok(()),
            Err(error) => Err(problem(error)?),
        },
    };
    conclude(editor, &request, state, query, &sent.name, saved).await
}

/// What the forms send that rename and delete a view. `act` tells which one it is.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Change {
    #[serde(default)]
    form_token: String,
    #[serde(default)]
    act: String,
    #[serde(default)]
    name: String,
}

/// `POST /board/views/{no}`: renames or deletes a view.
pub(crate) async fn change(
    editor: Editor,
    request: HttpRequest,
    state: web::Data<ConsoleState>,
    no: web::Path<u64>,
    sent: web::Form<Change>,
) -> Result<HttpResponse, PageError> {
    check_origin(&request)?;
    editor.0.check_form(&sent.form_token)?;
    let (views, no) = (state.engine.views(), ViewNo(no.into_inner()));
    let known = views.all().await?;
    let view = known.iter().find(|view| view.no == no).ok_or(GONE)?;
    let query = saved_query(view, None);
    if sent.act == "delete" {
        return match views.delete(no).await {
            Ok(()) => Ok(reply::see_other("/board")),
            Err(ViewError::Engine(error)) => Err(error.into()),
            Err(_) => Err(GONE),
        };
    }
    let renamed = match shipped(&sent.name, &query) {
        Some(name) => Err(format!("The tab {name} is shipped.")),
        None => match views.rename(no, &sent.name).await {
            Ok(_) => Ok(()),
            Err(error) => Err(problem(error)?),
        },
    };
    conclude(editor, &request, state, query, &sent.name, renamed).await
}

/// Shows the view that was saved or renamed; or the board of it, with what was wrong.
async fn conclude(
    editor: Editor,
    request: &HttpRequest,
    state: web::Data<ConsoleState>,
    query: BoardQuery,
    name: &str,
    done: Result<(), String>,
) -> Result<HttpResponse, PageError> {
    let Err(problem) = done else {
        return Ok(reply::see_other(query.href()));
    };
    let asked = Request {
        query,
        refused: Some(Refused {
            name: name.to_owned(),
            problem,
        }),
        ..Request::default()
    };
    let mut page = answer(&editor.0, request, state, asked).await?;
    *page.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(page)
}

const GONE: PageError = PageError::NotFound { what: "this view" };

/// Returns what is wrong, for a person.
fn problem(error: ViewError) -> Result<String, PageError> {
    match error {
        ViewError::Unknown { .. } => Err(GONE),
        ViewError::Name => Ok(format!("A view needs a name of up to {NAME_LENGTH_MAX} letters.")),
        ViewError::TooLong => Ok("This view has more filters than can be kept.".to_owned()),
        ViewError::NameTaken { name } => Ok(format!("There is a view “{name}” already.")),
        ViewError::Same { name } => Ok(format!("“{name}” shows just this.")),
        ViewError::TooMany => Ok(format!(
            "There are {VIEWS_MAX} views already, the most there may be. Open one that nobody needs and delete it."
        )),
        ViewError::Engine(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests;
