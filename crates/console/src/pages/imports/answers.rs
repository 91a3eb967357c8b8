//! `POST /imports/{id}/answers`: what a person says about rows: one by one, all of a kind at once, or taken back.

use std::collections::{BTreeMap, BTreeSet};

use actix_web::{HttpRequest, HttpResponse, web};
use quorate_engine::imports::parse_answer;
use quorate_intake::matching::Answer;
use serde::Deserialize;

use super::groups::Group;
use crate::access::{Editor, check_origin};
use crate::pages::board::escaped;
use crate::reply::{self, PageError};
use crate::state::ConsoleState;

/// What a form without fields of its own says.
#[derive(Debug, Deserialize)]
pub(crate) struct Token {
    #[serde(default)]
    pub(crate) form_token: String,
}

/// What the form says.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Sent {
    form_token: String,
    /// The group it was sent from.
    show: String,
    /// `same`, `new` or `skip` for all rows of the group that are open; empty: row by row.
    all: String,
    /// A row whose answer is taken back.
    back: Option<usize>,
    answers: BTreeMap<usize, Answer>,
}

impl Sent {
    /// Reads the form's fields: `row.48=same:halden`, and those named above. A row that is not understood is left
    /// out; its question stays.
    pub(crate) fn of(fields: Vec<(String, String)>) -> Self {
        let mut sent = Self::default();
        for (key, value) in fields {
            match key.as_str() {
                "form_token" => sent.form_token = value,
                "show" => sent.show = value,
                "all" => sent.all = value,
                "back" => sent.back = value.parse().ok(),
                _ => {
                    let row = key.strip_prefix("row.").and_then(|row| row.parse().ok());
                    sent.answers.extend(row.zip(parse_answer(&value).ok()));
                }
            }
        }
        sent
    }
}

/// `POST /imports/{id}/answers`.
pub(crate) async fn take(
    editor: Editor,
    request: HttpRequest,
    state: web::Data<ConsoleState>,
    id: web::Path<String>,
    fields: web::Form<Vec<(String, String)>>,
) -> Result<HttpResponse, PageError> {
    check_origin(&request)?;
    let sent = Sent::of(fields.into_inner());
    editor.0.check_form(&sent.form_token)?;
    let imports = state.engine.imports();
    let back = format!("/imports/{}/review?show={}", escaped(&id), escaped(&sent.show));
    if let Some(row) = sent.back {
        imports.take_back(&id, &BTreeSet::from([row])).await?;
        return Ok(reply::see_other(back));
    }
    let answers = match Group::parse(&sent.show).filter(|_| !sent.all.is_empty()) {
        Some(group) => {
            let one = sent.all;
            imports
                .fold_rows(&id, BTreeMap::new(), move |answers, row| {
                    let is_open = row.answer.is_none() && !row.done;
                    if !is_open || !Group::of(&row).contains(&group) {
                        return;
                    }
                    let answer = match (one.as_str(), row.planned.candidates.as_slice()) {
                        ("same", [only]) => Some(Answer::Same(only.account.clone())),
                        ("new", _) => Some(Answer::New),
                        ("skip", _) => Some(Answer::Skip),
                        (_, _) => None,
                    };
                    answers.extend(answer.map(|answer| (row.planned.row, answer)));
                })
                .await?
        }
        None => sent.answers,
    };
    if !answers.is_empty() {
        imports.answer(&id, answers).await?;
    }
    Ok(reply::see_other(back))
}

#[cfg(test)]
mod tests;
