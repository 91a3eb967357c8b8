//! What an account lacks, most helpful first: what shows it, what to do next, what it adds; and the form that puts a
//! gap off for a while, with a reason.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use quorate_domain::account::{Command, SnoozeGap};
use quorate_domain::gap::{About, Gap, GapKind};
use quorate_domain::standing::GroupReading;
use quorate_domain::time::{Days, Timestamp};
use quorate_domain::value::Source;
use quorate_domain::words::{GapWords, Speaker};
use quorate_engine::AsOf;
use quorate_engine::view::AccountView;
use serde::Deserialize;

use super::asked::{self, Asked, Links};
use super::{NOT_FOUND, forms, qualification};
use crate::access::{Editor, check_origin};
use crate::partials::Dated;
use crate::reply::{self, PageError};
use crate::state::ConsoleState;
use crate::words;

mod told;

pub(crate) use told::{element, told};

/// Gaps the panel shows before the rest is folded away.
const SHOWN: usize = 8;
/// How long a gap is put off when nobody says until when.
const FOR_DAYS: Days = Days(14.0);
/// The longest reason.
const REASON_LENGTH_MAX: usize = 400;

/// A gap in words, and where it is closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct GapLine {
    pub(crate) id: String,
    pub(crate) what: String,
    pub(crate) proof: String,
    pub(crate) next: String,
    /// What closing it adds, number and unit: `+22.5`, `quorum`.
    pub(crate) worth: Vec<(String, String)>,
    /// Whether closing it meets a condition of the MQA rule.
    pub(crate) closes: bool,
    /// Where it is closed.
    pub(crate) href: String,
    /// The form that closes it; `None`: no form does.
    pub(crate) done: Option<Done>,
    /// Since when it has been seen; `None`: found just now.
    pub(crate) since: Option<Dated>,
    /// Until when it is put off, and why; empty: it is not.
    pub(crate) put_off: String,
}

/// The form that asks for what closes a gap: evidence, a person, a relation, a signal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Done {
    pub(crate) href: String,
    pub(crate) label: &'static str,
}

/// The gaps on the overview.
#[derive(Clone, Debug)]
pub(crate) struct Panel {
    /// `8, most helpful first`.
    pub(crate) counted: String,
    pub(crate) first: Vec<GapLine>,
    pub(crate) rest: Vec<GapLine>,
    pub(crate) put_off: Vec<GapLine>,
    /// What is said when nothing is missing.
    pub(crate) nothing: String,
    /// `None`: the visitor may not change anything, or looks at the past.
    pub(crate) edit: Option<Offer>,
}

/// What the form offers.
#[derive(Clone, Debug)]
pub(crate) struct Offer {
    pub(crate) action: String,
    pub(crate) until: String,
    pub(crate) earliest: String,
}

impl Panel {
    pub(crate) fn of(view: &AccountView, links: &Links, may_edit: bool) -> Self {
        let now = view.reading.at;
        let all = view.reading.best().map(|group| lines(view, group, links));
        let (put_off, open): (Vec<GapLine>, Vec<GapLine>) = all
            .unwrap_or_default()
            .into_iter()
            .partition(|line| !line.put_off.is_empty());
        let mut first = open;
        let rest = first.split_off(first.len().min(SHOWN));
        Self {
            counted: format!("{}, most helpful first", words::count(first.len() + rest.len())),
            nothing: nothing(view),
            first,
            rest,
            put_off,
            edit: may_edit.then(|| Offer {
                action: links.now("/gaps"),
                until: asked::day(now.plus_days(FOR_DAYS)),
                earliest: asked::day(now.plus_days(Days(1.0))),
            }),
        }
    }
}

/// "No gaps. Quorum 100%, completeness 96%."
fn nothing(view: &AccountView) -> String {
    let Some(group) = view.reading.best() else {
        return "No gaps.".to_owned();
    };
    let percent =
        |name: &str, value: Option<f64>| value.map(|value| format!("{name} {}%", words::whole(value)));
    let facts: Vec<String> = [
        percent("quorum", group.quorum.percent),
        percent("completeness", group.completeness),
    ]
    .into_iter()
    .flatten()
    .collect();
    if facts.is_empty() {
        "No gaps.".to_owned()
    } else {
        format!("No gaps. {}.", words::capitalised(&facts.join(", ")))
    }
}

/// Returns all gaps of a group in words, most helpful first.
pub(crate) fn lines(view: &AccountView, group: &GroupReading, links: &Links) -> Vec<GapLine> {
    let speaker = Speaker {
        state: &view.state,
        directory: &view.directory,
        model: &view.model,
        people: &group.people,
        at: view.reading.at,
    };
    let line = |gap: &Gap| {
        let said = GapWords::of(gap, &speaker);
        let worth = said.worth.split(", ").filter(|part| part.starts_with('+'));
        GapLine {
            id: gap.id.to_string(),
            what: said.what,
            proof: said.proof,
            next: said.next,
            worth: worth
                .filter_map(|part| part.split_once(' '))
                .map(|(number, unit)| (number.to_owned(), unit.to_owned()))
                .collect(),
            closes: !gap.closes.is_empty(),
            href: place(gap, links),
            done: done(gap, links),
            since: gap.since.0.map(|since| Dated::ago(since, view.reading.at)),
            put_off: put_off(gap, view.reading.at),
        }
    };
    group.gaps.iter().map(line).collect()
}

fn put_off(gap: &Gap, now: Timestamp) -> String {
    let Some(snooze) = gap.snoozed.as_ref().filter(|_| gap.is_snoozed(now)) else {
        return String::new();
    };
    let until = words::date(snooze.until, now);
    match &snooze.reason {
        Some(reason) => format!("Not before {until}: {reason}"),
        None => format!("Not before {until}"),
    }
}

/// Returns where a gap is closed.
fn place(gap: &Gap, links: &Links) -> String {
    let element = |key: &str| format!("{}#el-{key}", links.to("/qualification", &[]));
    match (gap.kind, &gap.about) {
        (_, About::Element { key, .. }) => element(key),
        (GapKind::MissingSignal, _) => {
            let about = gap.id.split_once(':').map_or("", |(_, about)| about);
            element(about.split_once('.').map_or(about, |(key, _)| key))
        }
        (GapKind::MissingAttribute, _) => links.to("/details", &[]),
        (GapKind::Blocker, _) => gap
            .contacts
            .first()
            .map_or_else(|| links.to("/committee", &[]), |no| links.person(*no)),
        (_, About::Role { .. }) => format!("{}#seats", links.to("/committee", &[])),
        (_, About::Condition { .. } | About::Leaving { .. }) => format!("{}#why", links.to("", &[])),
        (_, About::Path { .. } | About::Alone | About::Blocker { .. }) => links.to("/committee", &[]),
        (_, About::Signal { .. } | About::Attribute { .. }) => links.to("/details", &[]),
    }
}

/// Returns the form that closes a gap: what is done says what shows it.
fn done(gap: &Gap, links: &Links) -> Option<Done> {
    let some = |href: String, label| Some(Done { href, label });
    let committee = |form: &str| format!("{}#{form}", links.to("/committee", &[]));
    let person = || {
        let first = gap.contacts.first();
        first.and_then(|no| some(links.person(*no), "Open the person"))
    };
    match (gap.kind, &gap.about) {
        (_, About::Element { key, .. }) => {
            let form = format!("#add-{}", qualification::anchor(key));
            some(links.to("/qualification", &[]) + &form, "Add evidence")
        }
        (GapKind::EmptySeat | GapKind::ShortSeat, _) | (_, About::Alone) => {
            some(committee("add-person"), "Add a person")
        }
        (_, About::Role { .. } | About::Blocker { .. }) => person(),
        (_, About::Path { .. }) => some(committee("relate"), "Relate two people"),
        (_, About::Signal { .. }) => some(links.to("/signals/new", &[]), "Log a signal"),
        (_, About::Attribute { .. } | About::Condition { .. } | About::Leaving { .. }) => None,
    }
}

/// What the form says. `act` tells which one it is.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Sent {
    pub(crate) form_token: String,
    /// `put_off` or `show`.
    pub(crate) act: String,
    pub(crate) gap: String,
    pub(crate) reason: String,
    /// A day.
    pub(crate) until: String,
}

impl Sent {
    /// Returns what the form orders.
    ///
    /// # Errors
    /// What is wrong with it, for a person.
    pub(crate) fn command(&self, view: &AccountView) -> Result<Command, String> {
        let now = view.reading.at;
        let group = view.reading.best();
        let open = group.and_then(|group| {
            let gap = group.gaps.iter().find(|gap| *gap.id == *self.gap)?;
            Some((group, gap))
        });
        let (group, gap) = open.ok_or("That gap is closed meanwhile.")?;
        let reason = forms::text(&self.reason, "reason", REASON_LENGTH_MAX)?;
        let until = match self.act.as_str() {
            "show" => None,
            "put_off" => {
                let day = self.until.trim();
                let until = if day.is_empty() {
                    now.plus_days(FOR_DAYS)
                } else {
                    asked::instant(day).ok_or_else(|| format!("“{day}” is no date: write 2026-06-01."))?
                };
                if until <= now {
                    return Err("A gap is put off until a day to come.".to_owned());
                }
                if reason.is_none() {
                    return Err("Say why it is put off.".to_owned());
                }
                Some(until)
            }
            other => return Err(format!("This page has no form “{other}”.")),
        };
        Ok(Command::SnoozeGap(SnoozeGap {
            solution: group.solution.clone(),
            gap: gap.id.clone(),
            until,
            reason: reason.map(Into::into),
            source: Source::person(),
        }))
    }
}

/// `POST /accounts/{id}/gaps`: puts a gap off or shows it again, then leads to the overview.
pub(crate) async fn change(
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
    let command = sent.command(&view);
    let Some(problem) = forms::refusal(&state.engine, &asked.id, command).await? else {
        return Ok(reply::see_other(format!("{}#gaps", asked.links.to("", &[]))));
    };
    let page = super::overview::page(&editor.0, &request, &state, asked, Some(problem)).await?;
    Ok(reply::page(StatusCode::UNPROCESSABLE_ENTITY).body(page))
}

#[cfg(test)]
mod tests;
