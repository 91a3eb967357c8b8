//! `GET /accounts/{id}/people/{number}`: one person: engagement over time, roles and who says so, relations, signals.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use quorate_domain::account::Record;
use quorate_domain::contact::{Attitude, Contact, RelationKind};
use quorate_domain::explain::{self, GroupExplanation};
use quorate_domain::id::ContactNo;
use quorate_domain::time::{DAY_MS, Timestamp};
use quorate_domain::value::Stated;
use quorate_engine::view::AccountView;

use super::asked::{Asked, Links};
use super::chart::Spark;
use super::people::{self, RoleMark};
use super::shell::{self, Place, Shell};
use super::signals::{self, DayGroup, Worth};
use super::{BACK_DAYS, NOT_FOUND, deeds, past, tiles};
use crate::access::Visitor;
use crate::pages::frame::Frame;
use crate::partials::Dated;
use crate::reply::{self, PageError};
use crate::state::ConsoleState;
use crate::words;

/// Signals the page lists.
const SIGNALS_SHOWN: usize = 30;
/// Signals looked at for one picture: of a person with many, fewer instants are read.
const READ_MAX: usize = 200_000;

/// The page.
#[derive(Debug, Template)]
#[template(path = "account/person.html")]
pub(crate) struct Page {
    frame: Frame,
    shell: Shell,
    person: Person,
}

/// A person.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub(crate) mark: RoleMark,
    pub(crate) name: String,
    pub(crate) title: String,
    pub(crate) emails: Vec<String>,
    pub(crate) engagement: String,
    pub(crate) exact: String,
    pub(crate) engaged: bool,
    /// `needs 5`.
    pub(crate) needs: String,
    pub(crate) brings: String,
    pub(crate) weight: String,
    pub(crate) spark: Spark,
    pub(crate) roles: Vec<RoleLine>,
    pub(crate) facts: Vec<FactLine>,
    pub(crate) kinds: Vec<KindLine>,
    pub(crate) relations: Vec<RelationLine>,
    pub(crate) days: Vec<DayGroup>,
    pub(crate) signals: String,
    pub(crate) all_signals: String,
}

/// A role and where it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RoleLine {
    pub(crate) mark: RoleMark,
    pub(crate) name: String,
    pub(crate) from: String,
    pub(crate) tone: &'static str,
    /// Whether it is held, rather than a guess somebody has to confirm.
    pub(crate) held: bool,
}

/// A fact with who said it and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FactLine {
    pub(crate) name: &'static str,
    pub(crate) value: String,
    pub(crate) tone: &'static str,
    pub(crate) source: String,
    pub(crate) at: Option<Dated>,
}

/// What a kind of signal brings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct KindLine {
    pub(crate) label: String,
    pub(crate) href: String,
    pub(crate) points: String,
    pub(crate) exact: String,
}

/// A relation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RelationLine {
    pub(crate) what: String,
    pub(crate) name: String,
    pub(crate) href: String,
    pub(crate) strength: String,
}

/// `GET /accounts/{id}/people/{number}`.
pub(crate) async fn show(
    visitor: Visitor,
    request: HttpRequest,
    state: web::Data<ConsoleState>,
    path: web::Path<(String, u32)>,
) -> Result<HttpResponse, PageError> {
    let (account, no) = path.into_inner();
    let asked = Asked::of(&state.engine, &request, account, &[])?;
    let (view, groups) = state
        .engine
        .explanation(&asked.id, asked.as_of())
        .await?
        .ok_or(NOT_FOUND)?;
    let contact = view
        .state
        .contacts
        .get(&ContactNo(no))
        .ok_or(PageError::NotFound { what: "this person" })?;
    let records = signals::read(&state.engine, &asked, &view).await?;
    let week_ago = past::heat_at(&state.engine, &asked.id, tiles::week_before(view.reading.at)).await?;
    let person = Person::of(
        &view,
        contact,
        groups.get(view.reading.best),
        &records,
        &asked.links,
    );
    let title = format!("{}, {}", person.name, asked.row.name);
    reply::html(&Page {
        frame: shell::frame(&title, &request, &visitor, &asked, &view),
        shell: Shell::of(&state.engine, &asked, &visitor, &view, week_ago, Place::Below).await?,
        person,
    })
}

impl Person {
    /// - `records`: the account's signals, newest first.
    pub(crate) fn of(
        view: &AccountView,
        contact: &Contact,
        group: Option<&GroupExplanation>,
        records: &[Record],
        links: &Links,
    ) -> Self {
        let no = Some(contact.no);
        let own: Vec<&Record> = records
            .iter()
            .filter(|record| signals::signal(record).is_some_and(|signal| signal.contact == no))
            .collect();
        let explained = group.and_then(|group| group.people.iter().find(|person| person.contact == no));
        let engagement = explained.map_or(0.0, |person| person.engagement);
        let reading = view
            .reading
            .best()
            .and_then(|group| group.people.iter().find(|person| person.contact == no));
        let mut kinds: Vec<_> = explained
            .map(|person| person.kinds.iter().collect())
            .unwrap_or_default();
        kinds.sort_by(|a: &&explain::KindExplanation, b| b.contribution.total_cmp(&a.contribution));
        let worth = Worth::of(group);
        let shown: Vec<Record> = own
            .iter()
            .take(SIGNALS_SHOWN)
            .map(|record| (*record).clone())
            .collect();
        let card = view.directory.card(contact.no);
        Self {
            mark: people::mark_of(view, no),
            name: people::name(view, no),
            title: people::title(view, no),
            emails: card
                .map(|card| card.emails.iter().map(ToString::to_string).collect())
                .unwrap_or_default(),
            engagement: words::points(engagement),
            exact: words::exact(engagement),
            engaged: reading.is_some_and(|reading| reading.engaged),
            needs: format!("engaged from {}", words::number(view.model.engagement.engaged_at)),
            brings: words::points(explained.map_or(0.0, |person| person.points)),
            weight: words::weight(explained.map_or(1.0, |person| person.weight)),
            spark: Spark::of(
                view.reading.at,
                &engagement_over(view, no, group, &own),
                view.model.engagement.engaged_at,
            ),
            roles: roles(view, contact),
            facts: facts(view, contact),
            kinds: kinds
                .into_iter()
                .filter(|kind| kind.contribution.abs() > 0.0)
                .map(|kind| KindLine {
                    label: deeds::label(&view.model, &kind.kind),
                    href: links.signals(no, std::slice::from_ref(&kind.kind)),
                    points: words::points(kind.contribution),
                    exact: words::exact(kind.contribution),
                })
                .collect(),
            relations: relations(view, contact.no, links),
            days: signals::days(&shown, view, &worth, links),
            signals: words::counted(own.len(), "signal", "signals"),
            all_signals: links.signals(no, &[]),
        }
    }
}

/// Returns engagement over the days the picture looks back, under the model of the view, oldest first.
fn engagement_over(
    view: &AccountView,
    contact: Option<ContactNo>,
    group: Option<&GroupExplanation>,
    own: &[&Record],
) -> Vec<(Timestamp, f64)> {
    let now = view.reading.at;
    let count = i64::try_from((READ_MAX / own.len().max(1)).clamp(20, 180)).unwrap_or(20);
    let instants: Vec<Timestamp> = (0..=count)
        .rev()
        .map(|back| now.plus_millis(-back * BACK_DAYS * DAY_MS / count))
        .collect();
    let solution = group.and_then(|group| group.solution.as_ref());
    let values = explain::engagement_at(own, contact, &view.model, solution, &instants);
    instants.into_iter().zip(values).collect()
}

fn roles(view: &AccountView, contact: &Contact) -> Vec<RoleLine> {
    let now = view.reading.at;
    let mut lines = Vec::new();
    if let Some(stated) = &contact.roles {
        for held in &stated.value {
            let solution = held
                .solution
                .as_ref()
                .map(|solution| format!(" for {}", solution.as_str()))
                .unwrap_or_default();
            lines.push(RoleLine {
                mark: people::mark(view, Some(&held.role)),
                name: words::capitalised(&words::spaced(held.role.as_str())),
                from: format!(
                    "stated by {}{solution}, {}",
                    people::said_by(&stated.source.0),
                    words::ago(stated.at, now)
                ),
                tone: "ok",
                held: true,
            });
        }
    }
    for inferred in &contact.inferred {
        let sure = words::whole(100.0 * inferred.confidence);
        let held = contact.roles.is_none() && !inferred.candidate;
        lines.push(RoleLine {
            mark: people::mark(view, Some(&inferred.role)),
            name: words::capitalised(&words::spaced(inferred.role.as_str())),
            from: match (inferred.candidate, contact.roles.is_some()) {
                (_, true) => format!(
                    "read from “{}”, {sure}% sure; what is stated counts",
                    inferred.rule
                ),
                (true, false) => {
                    format!(
                        "a candidate by “{}”, {sure}% sure; a title alone does not make one",
                        inferred.rule
                    )
                }
                (false, false) => format!("read from “{}”, {sure}% sure", inferred.rule),
            },
            tone: if held { "" } else { "s" },
            held,
        });
    }
    lines
}

fn facts(view: &AccountView, contact: &Contact) -> Vec<FactLine> {
    let now = view.reading.at;
    let text = |text: &std::sync::Arc<str>| text.to_string();
    let attitude = line("Attitude", contact.attitude.as_ref(), now, |attitude| {
        attitude.as_str().to_owned()
    });
    let attitude = attitude.map(|line| FactLine {
        tone: match contact.attitude() {
            Attitude::Supporter => "ok",
            Attitude::Detractor => "danger",
            Attitude::Neutral | Attitude::Unknown => "",
        },
        ..line
    });
    let level = |level: quorate_domain::contact::Seniority| match level {
        quorate_domain::contact::Seniority::CLevel => "C-level".to_owned(),
        quorate_domain::contact::Seniority::Vp => "VP or head".to_owned(),
        quorate_domain::contact::Seniority::Director
        | quorate_domain::contact::Seniority::Manager
        | quorate_domain::contact::Seniority::Staff => words::capitalised(level.as_str()),
    };
    let seniority = line("Seniority", contact.seniority.as_ref(), now, |stated| {
        level(*stated)
    })
    .or_else(|| {
        contact.inferred_seniority.map(|inferred| FactLine {
            name: "Seniority",
            value: level(inferred),
            tone: "",
            source: "read from the title".to_owned(),
            at: None,
        })
    });
    let function = line("Function", contact.function.as_ref(), now, text).or_else(|| {
        contact.inferred_function.as_ref().map(|function| FactLine {
            name: "Function",
            value: words::spaced(function),
            tone: "",
            source: "read from the title".to_owned(),
            at: None,
        })
    });
    let excluded = line("Does not count", contact.excluded.as_ref(), now, text).map(|line| FactLine {
        tone: "danger",
        ..line
    });
    [
        excluded,
        attitude,
        seniority,
        function,
        line("Lead source", contact.lead_source.as_ref(), now, text),
        line("Consent", contact.consent.as_ref(), now, text),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Returns what was stated, with who said it and when.
fn line<T>(
    name: &'static str,
    stated: Option<&Stated<T>>,
    now: Timestamp,
    text: impl Fn(&T) -> String,
) -> Option<FactLine> {
    stated.map(|stated| FactLine {
        name,
        value: text(&stated.value),
        tone: "",
        source: words::spaced(&stated.source.0),
        at: Some(Dated::ago(stated.at, now)),
    })
}

fn relations(view: &AccountView, no: ContactNo, links: &Links) -> Vec<RelationLine> {
    let own = view
        .state
        .relations
        .iter()
        .filter(|(relation, _)| relation.from == no || relation.to == no);
    own.map(|(relation, strength)| {
        let outward = relation.from == no;
        let other = if outward { relation.to } else { relation.from };
        let stated = strength.map_or_else(
            || "as the model says".to_owned(),
            |strength| format!("strength {strength:.2}"),
        );
        RelationLine {
            what: match (relation.kind, outward) {
                (RelationKind::ReportsTo, true) => "reports to",
                (RelationKind::ReportsTo, false) => "leads",
                (RelationKind::Influences, true) => "influences",
                (RelationKind::Influences, false) => "is influenced by",
                (RelationKind::WorksWith, _) => "works with",
                (RelationKind::Blocks, true) => "blocks",
                (RelationKind::Blocks, false) => "is blocked by",
            }
            .to_owned(),
            name: people::name(view, Some(other)),
            href: links.person(other),
            strength: stated,
        }
    })
    .collect()
}
