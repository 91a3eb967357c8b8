//! The same facts as a list: everybody with role, attitude, engagement and way to the buyer; how they are related.

use quorate_domain::contact::{Attitude, Contact, RelationKind};
use quorate_domain::id::ContactNo;
use quorate_domain::time::Timestamp;

use super::caption::level_name;
use super::scene::Scene;
use crate::pages::account::people::{self, RoleMark};
use crate::words;

/// A person.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct PersonRow {
    pub(crate) no: u32,
    pub(crate) mark: RoleMark,
    pub(crate) name: String,
    pub(crate) href: String,
    pub(crate) title: String,
    /// `C-level`, with where that is from.
    pub(crate) level: String,
    pub(crate) roles: Vec<RoleLine>,
    pub(crate) attitude: &'static str,
    pub(crate) tone: &'static str,
    pub(crate) engagement: String,
    /// In full precision.
    pub(crate) exact: String,
    pub(crate) engaged: bool,
    pub(crate) excluded: Option<String>,
    pub(crate) influence: String,
    /// `0.48, 2 steps`.
    pub(crate) path: String,
}

/// A role and where it came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RoleLine {
    pub(crate) role: String,
    pub(crate) name: String,
    /// `stated by a person, 16 Jun`.
    pub(crate) origin: String,
    /// Whether somebody may still say yes or no to it.
    pub(crate) open: bool,
}

/// A relation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RelationRow {
    pub(crate) from: u32,
    pub(crate) to: u32,
    pub(crate) kind: &'static str,
    pub(crate) from_name: String,
    pub(crate) words: String,
    pub(crate) to_name: String,
    pub(crate) strength: String,
    pub(crate) stated: bool,
}

/// Returns everybody: whoever has a way to the buyer first, the strongest first, then by engagement.
pub(crate) fn people(scene: &Scene<'_>, href: impl Fn(ContactNo) -> String) -> Vec<PersonRow> {
    let mut contacts: Vec<&Contact> = scene.view.state.contacts.values().collect();
    let strength = |contact: &Contact| scene.access.reach.strength(contact.no).unwrap_or(-1.0);
    contacts.sort_by(|a, b| {
        strength(b)
            .total_cmp(&strength(a))
            .then(scene.engagement(b.no).total_cmp(&scene.engagement(a.no)))
            .then(a.no.cmp(&b.no))
    });
    contacts
        .into_iter()
        .map(|contact| person(scene, contact, href(contact.no)))
        .collect()
}

fn person(scene: &Scene<'_>, contact: &Contact, href: String) -> PersonRow {
    let view = scene.view;
    let (attitude, tone) = attitude(contact.attitude());
    let engagement = scene.engagement(contact.no);
    let level = match (contact.seniority(), contact.seniority.is_some()) {
        (None, _) => "not known".to_owned(),
        (Some(level), true) => level_name(level).to_owned(),
        (Some(level), false) => format!("{}, by title", level_name(level)),
    };
    PersonRow {
        no: contact.no.0,
        mark: people::mark(view, scene.main_role(contact)),
        name: people::name(view, Some(contact.no)),
        href,
        title: people::title(view, Some(contact.no)),
        level,
        roles: roles(contact, view.reading.at),
        attitude,
        tone,
        engagement: words::points(engagement),
        exact: words::exact(engagement),
        engaged: scene.is_engaged(contact.no),
        excluded: contact.excluded.as_ref().map(|stated| stated.value.to_string()),
        influence: format!("{:.2}", scene.influence(contact)),
        path: path(scene, contact.no),
    }
}

/// Returns how strong a person's way to the buyer is, and how long.
fn path(scene: &Scene<'_>, no: ContactNo) -> String {
    let reach = &scene.access.reach;
    match (reach.strength(no), reach.steps(no)) {
        (Some(_), Some(0)) => "is the buyer".to_owned(),
        (Some(strength), Some(steps)) => {
            let steps = words::counted(usize::try_from(steps).unwrap_or(usize::MAX), "step", "steps");
            format!("{strength:.2}, {steps}")
        }
        (None, _) | (_, None) => words::UNKNOWN.to_owned(),
    }
}

/// Returns the words of an attitude and their tone.
pub(crate) fn attitude(attitude: Attitude) -> (&'static str, &'static str) {
    match attitude {
        Attitude::Supporter => ("supporter", "ok"),
        Attitude::Neutral => ("neutral", "m"),
        Attitude::Detractor => ("detractor", "danger"),
        Attitude::Unknown => ("not known", "s"),
    }
}

/// Returns the roles somebody stated, else those read from title or department; then mere candidates.
pub(crate) fn roles(contact: &Contact, now: Timestamp) -> Vec<RoleLine> {
    let line = |role: &quorate_domain::id::Role, origin: String, open: bool| RoleLine {
        role: role.to_string(),
        name: words::spaced(role.as_str()),
        origin,
        open,
    };
    let stated = contact.roles.iter().flat_map(|stated| {
        stated.value.iter().map(move |held| {
            let of = held.solution.as_ref().map(|solution| format!(" for {solution}"));
            let origin = format!(
                "stated by {}, {}{}",
                people::said_by(&stated.source.0),
                words::date(stated.at, now),
                of.unwrap_or_default()
            );
            line(&held.role, origin, false)
        })
    });
    let is_stated = contact.roles.is_some();
    let inferred = contact
        .inferred
        .iter()
        .filter(|role| role.candidate || !is_stated)
        .map(|role| {
            let what = if role.candidate { "maybe, by" } else { "by" };
            let sure = words::whole(role.confidence * 100.0);
            line(&role.role, format!("{what} “{}”, {sure}% sure", role.rule), true)
        });
    let said: Vec<RoleLine> = stated.collect();
    let inferred: Vec<RoleLine> = inferred
        .filter(|role| said.iter().all(|said| said.role != role.role))
        .collect();
    said.into_iter().chain(inferred).collect()
}

/// Returns the relations, by the numbers of their people.
pub(crate) fn relations(scene: &Scene<'_>) -> Vec<RelationRow> {
    let name = |no| people::name(scene.view, Some(no));
    let row =
        |(from, to, relation): (ContactNo, ContactNo, quorate_domain::committee::Relation)| RelationRow {
            from: from.0,
            to: to.0,
            kind: relation.kind.as_str(),
            from_name: name(from),
            words: words::spaced(relation.kind.as_str()),
            to_name: name(to),
            strength: match relation.kind {
                RelationKind::Blocks => String::new(),
                RelationKind::ReportsTo | RelationKind::Influences | RelationKind::WorksWith => {
                    format!("{:.2}", relation.strength)
                }
            },
            stated: relation.stated,
        };
    scene.committee.relations().map(row).collect()
}
