//! `/accounts/{id}/signals/new`: somebody of the house writes down what happened.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use quorate_domain::account::{ContactRef, NewSignal, Outcome};
use quorate_domain::id::{ContactNo, Kind, SignalId};
use quorate_domain::signal::SignalSource;
use quorate_domain::time::Timestamp;
use quorate_engine::view::{AccountView, ItemOutcome};
use quorate_engine::{AccountRef, AsOf, IncomingSignal};
use serde::Deserialize;

use super::asked::{self, Asked};
use super::shell::{self, Place, Shell};
use super::signals::Choice;
use super::{NOT_FOUND, deeds, past, people, tiles};
use crate::access::{Editor, Visitor, check_origin, draw};
use crate::pages::frame::Frame;
use crate::reply::{self, PageError};
use crate::state::ConsoleState;
use crate::words;

/// The longest text about what a signal was about.
const OBJECT_LENGTH_MAX: usize = 256;

/// The page.
#[derive(Debug, Template)]
#[template(path = "account/log_signal.html")]
pub(crate) struct Page {
    frame: Frame,
    shell: Shell,
    form: Form,
}

/// The form, filled in as far as it was.
#[derive(Clone, Debug)]
pub(crate) struct Form {
    pub(crate) action: String,
    pub(crate) back: String,
    /// Names the signal, so that a form sent twice is one signal.
    pub(crate) id: String,
    pub(crate) kinds: Vec<Choice>,
    pub(crate) people: Vec<Choice>,
    pub(crate) when: String,
    pub(crate) latest: String,
    pub(crate) object: String,
    /// What is wrong with what was sent.
    pub(crate) problems: Vec<String>,
}

/// What the form says.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Sent {
    #[serde(default)]
    form_token: String,
    #[serde(default)]
    id: String,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    person: String,
    #[serde(default)]
    when: String,
    #[serde(default)]
    object: String,
}

/// `GET /accounts/{id}/signals/new`.
pub(crate) async fn show(
    editor: Editor,
    request: HttpRequest,
    state: web::Data<ConsoleState>,
    account: web::Path<String>,
) -> Result<HttpResponse, PageError> {
    let asked = Asked::of(&state.engine, &request, account.into_inner(), &["person"])?;
    let sent = Sent {
        person: asked.key("person").unwrap_or_default().to_owned(),
        ..Sent::default()
    };
    let page = page(&editor.0, &request, &state, &asked, &sent, Vec::new()).await?;
    reply::html(&page)
}

/// `POST /accounts/{id}/signals/new`.
pub(crate) async fn record(
    editor: Editor,
    request: HttpRequest,
    state: web::Data<ConsoleState>,
    account: web::Path<String>,
    sent: web::Form<Sent>,
) -> Result<HttpResponse, PageError> {
    check_origin(&request)?;
    editor.0.check_form(&sent.form_token)?;
    let asked = Asked::of(&state.engine, &request, account.into_inner(), &[])?;
    let view = state
        .engine
        .account(&asked.id, AsOf::default())
        .await?
        .ok_or(NOT_FOUND)?;
    let signal = match read(&sent, &view) {
        Ok(signal) => signal,
        Err(problems) => return refused(&editor.0, &request, &state, &asked, &sent, problems).await,
    };
    let signal = IncomingSignal {
        account: AccountRef::Id(asked.id.clone()),
        signal,
    };
    let outcomes = state.engine.record_signals(vec![signal]).await?;
    let problem = match outcomes.into_iter().next() {
        Some(ItemOutcome::Decided(Outcome::Rejected(rejection))) => format!("Not recorded: {rejection}."),
        Some(ItemOutcome::Decided(
            Outcome::Accepted
            | Outcome::UnknownKind
            | Outcome::Expired
            | Outcome::Waiting
            // The same form twice: it is there already.
            | Outcome::Duplicate,
        )) => {
            return Ok(reply::see_other(asked.links.now("/signals")));
        }
        Some(ItemOutcome::Unmatched | ItemOutcome::Unavailable { .. } | ItemOutcome::Quarantined { .. })
        | None => "Nobody can say whether it was recorded. Send it again: it will count once.".to_owned(),
    };
    refused(&editor.0, &request, &state, &asked, &sent, vec![problem]).await
}

/// Shows the form again with what was sent and what is wrong with it.
async fn refused(
    visitor: &Visitor,
    request: &HttpRequest,
    state: &ConsoleState,
    asked: &Asked,
    sent: &Sent,
    problems: Vec<String>,
) -> Result<HttpResponse, PageError> {
    let page = page(visitor, request, state, asked, sent, problems).await?;
    Ok(reply::page(StatusCode::UNPROCESSABLE_ENTITY).body(page.render()?))
}

async fn page(
    visitor: &Visitor,
    request: &HttpRequest,
    state: &ConsoleState,
    asked: &Asked,
    sent: &Sent,
    problems: Vec<String>,
) -> Result<Page, PageError> {
    let view = state
        .engine
        .account(&asked.id, AsOf::default())
        .await?
        .ok_or(NOT_FOUND)?;
    let week_ago = past::heat_at(&state.engine, &asked.id, tiles::week_before(view.reading.at)).await?;
    let title = format!("Log a signal, {}", asked.row.name);
    let mut shell = Shell::of(&state.engine, asked, visitor, &view, week_ago, Place::Below).await?;
    // A form is not exchanged under the hands of who fills it in.
    shell.live = None;
    Ok(Page {
        frame: shell::frame(&title, request, visitor, asked, &view),
        shell,
        form: Form::of(&view, asked, sent, problems)?,
    })
}

impl Form {
    fn of(view: &AccountView, asked: &Asked, sent: &Sent, problems: Vec<String>) -> Result<Self, PageError> {
        let now = view.reading.at;
        let id = if sent.id.is_empty() {
            let drawn = draw().ok_or(PageError::Internal {
                what: "no random numbers",
            })?;
            format!("console-{}", drawn.get(..16).unwrap_or(&drawn))
        } else {
            sent.id.clone()
        };
        let mut kinds: Vec<Choice> = view
            .model
            .kinds
            .keys()
            .map(|kind| Choice {
                value: kind.as_str().to_owned(),
                text: deeds::label(&view.model, kind),
                chosen: kind.as_str() == sent.kind,
            })
            .collect();
        kinds.sort_by(|a, b| a.text.cmp(&b.text));
        let mut people: Vec<Choice> = view
            .state
            .contacts
            .keys()
            .map(|no| Choice {
                value: no.0.to_string(),
                text: match people::title(view, Some(*no)) {
                    title if title.is_empty() => people::name(view, Some(*no)),
                    title => format!("{}, {title}", people::name(view, Some(*no))),
                },
                chosen: no.0.to_string() == sent.person,
            })
            .collect();
        people.sort_by(|a, b| a.text.cmp(&b.text));
        Ok(Self {
            action: asked.links.now("/signals/new"),
            back: asked.links.now("/signals"),
            id,
            kinds,
            people,
            when: if sent.when.is_empty() {
                asked::minute(now)
            } else {
                sent.when.clone()
            },
            latest: asked::minute(now),
            object: sent.object.clone(),
            problems,
        })
    }
}

/// Reads what the form says.
///
/// # Errors
/// What is wrong with it, each for a person.
fn read(sent: &Sent, view: &AccountView) -> Result<NewSignal, Vec<String>> {
    let mut problems = Vec::new();
    let id = SignalId::new(sent.id.as_str()).ok();
    if id.is_none() {
        problems.push("The form lost its number. Reload the page and fill it in again.".to_owned());
    }
    let kind = Kind::new(sent.kind.trim()).ok();
    if kind.is_none() {
        problems.push("What happened: choose one.".to_owned());
    }
    let contact = person(&sent.person, view);
    if contact.is_err() {
        problems.push("Who: this person is not known here any more. Choose again.".to_owned());
    }
    let occurred_at = when(&sent.when);
    if occurred_at.is_err() {
        problems.push(format!(
            "When: “{}” is not a date and time. Write it as {}.",
            sent.when,
            asked::minute(view.reading.at)
        ));
    }
    let object = Some(sent.object.trim()).filter(|object| !object.is_empty());
    if object.is_some_and(|object| object.len() > OBJECT_LENGTH_MAX) {
        problems.push(format!(
            "About: at most {} characters.",
            words::count(OBJECT_LENGTH_MAX)
        ));
    }
    match (id, kind, contact, occurred_at) {
        (Some(id), Some(kind), Ok(contact), Ok(occurred_at)) if problems.is_empty() => Ok(NewSignal {
            id,
            kind,
            contact,
            occurred_at,
            strength: 1.0,
            source: SignalSource::Sales,
            solution: None,
            object: object.map(std::sync::Arc::from),
            properties: None,
        }),
        (_, _, _, _) => Err(problems),
    }
}

/// There is nobody of that number.
struct NobodyThere;

fn person(text: &str, view: &AccountView) -> Result<Option<ContactRef>, NobodyThere> {
    if text.is_empty() {
        return Ok(None);
    }
    let no = text.parse().map(ContactNo).map_err(|_| NobodyThere)?;
    let card = view.directory.card(no).ok_or(NobodyThere)?;
    let id = card.outside_id.clone().ok_or(NobodyThere)?;
    Ok(Some(ContactRef::Id(id)))
}

/// The text is no instant.
struct NoInstant;

fn when(text: &str) -> Result<Option<Timestamp>, NoInstant> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    asked::instant(text).map(Some).ok_or(NoInstant)
}
