//! `GET /accounts/{id}/signals`: every signal with what it was worth and what is left of it.

use std::collections::{BTreeMap, BTreeSet};

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use quorate_domain::account::{Event, Record};
use quorate_domain::explain::{Cause, GroupExplanation, Line};
use quorate_domain::id::{ContactNo, Kind, SignalId};
use quorate_domain::signal::{Signal, SignalSource};
use quorate_engine::Engine;
use quorate_engine::view::{AccountView, TimelineEntry};

use super::asked::{ANONYMOUS, Asked, Links};
use super::shell::{self, Place, Shell};
use super::{ENTRIES_MAX, NOT_FOUND, deeds, paging, past, people, tiles};
use crate::access::Visitor;
use crate::pages::frame::Frame;
use crate::partials::Dated;
use crate::reply::{self, PageError};
use crate::state::ConsoleState;
use crate::words;

/// The page.
#[derive(Debug, Template)]
#[template(path = "account/signals.html")]
pub(crate) struct Page {
    frame: Frame,
    shell: Shell,
    list: List,
}

/// The signals that were asked for.
#[derive(Clone, Debug)]
pub(crate) struct List {
    pub(crate) days: Vec<DayGroup>,
    /// How many match, as words.
    pub(crate) counted: String,
    /// What they bring, when some were chosen.
    pub(crate) sum: Option<Sum>,
    pub(crate) people: Vec<Choice>,
    pub(crate) kinds: Vec<Choice>,
    /// Where the form goes.
    pub(crate) action: String,
    pub(crate) as_of: Option<String>,
    /// Whether something is chosen.
    pub(crate) filtered: bool,
    pub(crate) all: String,
    pub(crate) next: Option<String>,
    pub(crate) first: Option<String>,
}

/// The signals of a UTC day.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct DayGroup {
    pub(crate) day: String,
    pub(crate) signals: Vec<SignalLine>,
}

/// A signal.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct SignalLine {
    pub(crate) id: String,
    pub(crate) at: Dated,
    pub(crate) who: String,
    pub(crate) href: Option<String>,
    pub(crate) label: String,
    pub(crate) kind: String,
    pub(crate) kind_href: String,
    pub(crate) object: String,
    pub(crate) source: &'static str,
    pub(crate) strength: String,
    pub(crate) then: String,
    pub(crate) left: String,
    pub(crate) now: String,
    pub(crate) exact: String,
    /// Why it is worth nothing.
    pub(crate) note: &'static str,
}

/// What the chosen signals bring, and what combining took away.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Sum {
    pub(crate) total: String,
    pub(crate) exact: String,
    pub(crate) signals: String,
    pub(crate) taken: Vec<Taken>,
}

/// What combining took away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Taken {
    pub(crate) why: String,
    pub(crate) points: String,
    pub(crate) exact: String,
}

/// A choice in the form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Choice {
    pub(crate) value: String,
    pub(crate) text: String,
    pub(crate) chosen: bool,
}

/// What is asked for.
struct Filter {
    /// The outer `None`: everybody; the inner one: the anonymous visitor.
    #[expect(
        clippy::option_option,
        reason = "anybody, and nobody in particular, are two answers"
    )]
    person: Option<Option<ContactNo>>,
    /// Empty: all.
    kinds: BTreeSet<Kind>,
}

impl Filter {
    fn of(asked: &Asked, view: &AccountView) -> Self {
        let person = asked.key("person").and_then(|text| {
            if text == ANONYMOUS {
                Some(None)
            } else {
                text.parse().ok().map(|no| Some(ContactNo(no)))
            }
        });
        let text = asked.key("kind").unwrap_or_default();
        // A kind may hold a comma: one that is known as it stands is no list.
        let names: Vec<&str> = if view.state.kinds.contains(text) {
            vec![text]
        } else {
            text.split(',').map(str::trim).collect()
        };
        Self {
            person,
            kinds: names
                .into_iter()
                .filter_map(|name| Kind::new(name).ok())
                .collect(),
        }
    }

    fn matches(&self, contact: Option<ContactNo>, kind: &Kind) -> bool {
        self.person.is_none_or(|person| person == contact)
            && (self.kinds.is_empty() || self.kinds.contains(kind))
    }

    fn is_set(&self) -> bool {
        self.person.is_some() || !self.kinds.is_empty()
    }
}

/// `GET /accounts/{id}/signals`.
pub(crate) async fn show(
    visitor: Visitor,
    request: HttpRequest,
    state: web::Data<ConsoleState>,
    account: web::Path<String>,
) -> Result<HttpResponse, PageError> {
    let own = ["person", "kind", "cursor"];
    let asked = Asked::of(&state.engine, &request, account.into_inner(), &own)?;
    let (view, groups) = state
        .engine
        .explanation(&asked.id, asked.as_of())
        .await?
        .ok_or(NOT_FOUND)?;
    let records = read(&state.engine, &asked, &view).await?;
    let week_ago = past::heat_at(&state.engine, &asked.id, tiles::week_before(view.reading.at)).await?;
    let list = List::of(&view, groups.get(view.reading.best), records, &asked);
    reply::html(&Page {
        frame: shell::frame(&asked.row.name, &request, &visitor, &asked, &view),
        shell: Shell::of(&state.engine, &asked, &visitor, &view, week_ago, Place::Signals).await?,
        list,
    })
}

/// Returns the signals of an account that had happened by the view's instant, newest first.
pub(crate) async fn read(
    engine: &Engine,
    asked: &Asked,
    view: &AccountView,
) -> Result<Vec<Record>, PageError> {
    let before = view.reading.at.plus_millis(1);
    let entries = engine
        .timeline(&asked.id, Some(before), ENTRIES_MAX)
        .await?
        .ok_or(NOT_FOUND)?;
    let signals = entries.into_iter().filter_map(|entry| match entry {
        TimelineEntry::Record(record) if signal(&record).is_some() => Some(record),
        TimelineEntry::Record(_) | TimelineEntry::Notice(_) => None,
    });
    Ok(signals.collect())
}

/// Returns the signal of a record.
pub(crate) fn signal(record: &Record) -> Option<&Signal> {
    let Event::SignalRecorded(signal) = &record.event else {
        return None;
    };
    Some(signal)
}

/// What each signal brings to a group, by id, weighted.
pub(crate) struct Worth<'a> {
    lines: BTreeMap<&'a SignalId, (f64, &'a Line)>,
}

impl<'a> Worth<'a> {
    pub(crate) fn of(group: Option<&'a GroupExplanation>) -> Self {
        let mut lines = BTreeMap::new();
        for person in group.into_iter().flat_map(|group| &group.people) {
            for line in person.kinds.iter().flat_map(|kind| &kind.lines) {
                if let Cause::Signal { id, .. } = &line.cause {
                    lines.insert(id, (person.weight, line));
                }
            }
        }
        Self { lines }
    }
}

impl List {
    /// - `records`: the account's signals, newest first.
    /// - `group`: the explanation of the group that speaks for the account.
    pub(crate) fn of(
        view: &AccountView,
        group: Option<&GroupExplanation>,
        records: Vec<Record>,
        asked: &Asked,
    ) -> Self {
        let filter = Filter::of(asked, view);
        let people = people_choices(view, &records, &filter);
        let kinds = kind_choices(view, &filter);
        let matching: Vec<Record> = records
            .into_iter()
            .filter(|record| {
                signal(record).is_some_and(|signal| filter.matches(signal.contact, &signal.kind))
            })
            .collect();
        let counted = words::counted(matching.len(), "signal", "signals");
        let sum = filter.is_set().then(|| Sum::of(group, &filter, &counted, view));
        let paged = paging::page(matching, Record::effective_at, asked.key("cursor"));
        let worth = Worth::of(group);
        let mut keys: Vec<(&str, &str)> = ["person", "kind"]
            .into_iter()
            .filter_map(|name| asked.key(name).map(|value| (name, value)))
            .collect();
        let first = paged.further.then(|| asked.links.to("/signals", &keys));
        let next = paged.next.as_ref().map(|cursor| {
            keys.push(("cursor", cursor));
            asked.links.to("/signals", &keys)
        });
        Self {
            days: days(&paged.entries, view, &worth, &asked.links),
            counted,
            sum,
            people,
            kinds,
            action: asked.links.now("/signals"),
            as_of: asked.at.map(|at| at.to_string()),
            filtered: filter.is_set(),
            all: asked.links.to("/signals", &[]),
            next,
            first,
        }
    }
}

fn people_choices(view: &AccountView, records: &[Record], filter: &Filter) -> Vec<Choice> {
    let seen: BTreeSet<Option<ContactNo>> = records
        .iter()
        .filter_map(signal)
        .map(|signal| signal.contact)
        .collect();
    let mut choices: Vec<Choice> = seen
        .into_iter()
        .map(|contact| Choice {
            value: contact.map_or_else(|| ANONYMOUS.to_owned(), |no| no.0.to_string()),
            text: people::name(view, contact),
            chosen: filter.person == Some(contact),
        })
        .collect();
    choices.sort_by(|a, b| a.text.cmp(&b.text));
    choices
}

fn kind_choices(view: &AccountView, filter: &Filter) -> Vec<Choice> {
    let mut choices: Vec<Choice> = view
        .state
        .kinds
        .iter()
        .map(|kind| Choice {
            value: kind.as_str().to_owned(),
            text: deeds::label(&view.model, kind),
            chosen: filter.kinds.len() == 1 && filter.kinds.contains(kind),
        })
        .collect();
    choices.sort_by(|a, b| a.text.cmp(&b.text));
    if filter.kinds.len() > 1 {
        let names: Vec<&str> = filter.kinds.iter().map(Kind::as_str).collect();
        choices.insert(
            0,
            Choice {
                value: names.join(","),
                text: format!("{} kinds", names.len()),
                chosen: true,
            },
        );
    }
    choices
}

impl Sum {
    fn of(group: Option<&GroupExplanation>, filter: &Filter, signals: &str, view: &AccountView) -> Self {
        let mut total = 0.0;
        let mut taken = Vec::new();
        for person in group.into_iter().flat_map(|group| &group.people) {
            for kind in &person.kinds {
                if !filter.matches(person.contact, &kind.kind) {
                    continue;
                }
                total += person.weight * kind.contribution;
                for line in &kind.lines {
                    let Some(why) = taking(&line.cause, &kind.kind, view) else {
                        continue;
                    };
                    let points = person.weight * line.points;
                    let of = format!(
                        "{}, {}",
                        people::name(view, person.contact),
                        deeds::label(&view.model, &kind.kind)
                    );
                    taken.push(Taken {
                        why: format!("{why} ({of})"),
                        points: words::signed_points(points),
                        exact: words::signed_exact(points),
                    });
                }
            }
        }
        Self {
            total: words::points(total),
            exact: words::exact(total),
            signals: signals.to_owned(),
            taken,
        }
    }
}

/// Returns why combining took points away; `None`: the line is a signal.
fn taking(cause: &Cause, kind: &Kind, view: &AccountView) -> Option<String> {
    let cap = view.model.rule(kind.as_str()).and_then(|rule| rule.cap);
    match cause {
        Cause::Signal { .. } => None,
        Cause::Cap => Some(cap.map_or_else(
            || "over the cap".to_owned(),
            |cap| format!("over the cap of {} points before weight", words::number(cap)),
        )),
        Cause::Superseded => Some("only one signal of this kind counts".to_owned()),
        Cause::SameDay => Some("the same on the same day counts once".to_owned()),
    }
}

/// Returns signals under their days; both come newest first.
pub(crate) fn days(
    records: &[Record],
    view: &AccountView,
    worth: &Worth<'_>,
    links: &Links,
) -> Vec<DayGroup> {
    let now = view.reading.at;
    let mut days: Vec<DayGroup> = Vec::new();
    for signal in records.iter().filter_map(signal) {
        let day = words::date(signal.occurred_at, now);
        let line = SignalLine::of(signal, view, worth, links);
        match days.last_mut() {
            Some(last) if last.day == day => last.signals.push(line),
            Some(_) | None => days.push(DayGroup {
                day,
                signals: vec![line],
            }),
        }
    }
    days
}

impl SignalLine {
    fn of(signal: &Signal, view: &AccountView, worth: &Worth<'_>, links: &Links) -> Self {
        let now = view.reading.at;
        let known = view.model.rule(signal.kind.as_str()).is_some();
        let counted = worth
            .lines
            .get(&signal.id)
            .and_then(|(weight, line)| match &line.cause {
                Cause::Signal {
                    points_then,
                    remaining,
                    ..
                } => Some((weight * points_then, *remaining, weight * line.points)),
                Cause::Cap | Cause::Superseded | Cause::SameDay => None,
            });
        let (then, left, points) = counted.unwrap_or((0.0, 0.0, 0.0));
        let note = match (known, signal.expired, counted) {
            (false, _, _) => "worth 0: not in the model",
            (true, true, _) => "worth 0: older than signals are kept",
            (true, false, None) => "not of this solution",
            (true, false, Some(_)) => "",
        };
        let time = if now.millis_since(signal.occurred_at) < quorate_domain::time::DAY_MS {
            words::ago(signal.occurred_at, now)
        } else {
            words::clock(signal.occurred_at)
                .trim_end_matches(" UTC")
                .to_owned()
        };
        Self {
            id: signal.id.told().unwrap_or_default().to_owned(),
            at: Dated::new(time, signal.occurred_at),
            who: people::name(view, signal.contact),
            href: signal.contact.map(|no| links.person(no)),
            label: deeds::label(&view.model, &signal.kind),
            kind: signal.kind.as_str().to_owned(),
            kind_href: links.to("/signals", &[("kind", signal.kind.as_str())]),
            object: signal.object.as_deref().unwrap_or_default().to_owned(),
            source: source_word(signal.source),
            strength: words::number(signal.strength),
            then: words::points(then),
            left: format!("{}%", words::whole(left * 100.0)),
            now: words::points(points),
            exact: format!(
                "{} points × {} left = {}",
                words::exact(then),
                words::exact(left),
                words::exact(points)
            ),
            note,
        }
    }
}

/// Returns where a signal was seen, in words.
pub(crate) fn source_word(source: SignalSource) -> &'static str {
    match source {
        SignalSource::FirstParty => "our own",
        SignalSource::ThirdParty => "third party",
        SignalSource::Product => "product",
        SignalSource::Sales => "sales",
    }
}
