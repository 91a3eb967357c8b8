//! The people of an account and the seats they hold.

use quorate_domain::committee::SeatState;
use quorate_domain::contact::Attitude;
use quorate_domain::id::{ContactNo, Role};
use quorate_domain::standing::GroupReading;
use quorate_domain::value::Source;
use quorate_engine::view::AccountView;

use super::asked::Links;
use crate::words;

/// A role as a circle: its code in the colour of its family.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RoleMark {
    pub(crate) code: &'static str,
    /// Class of its colours.
    pub(crate) family: &'static str,
    pub(crate) title: String,
}

/// A person.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct PersonLine {
    pub(crate) mark: RoleMark,
    pub(crate) name: String,
    pub(crate) href: String,
    pub(crate) title: String,
    /// Roles and where they come from.
    pub(crate) roles: String,
    pub(crate) attitude: &'static str,
    pub(crate) attitude_tone: &'static str,
    pub(crate) engagement: String,
    pub(crate) engaged: bool,
    pub(crate) excluded: bool,
}

/// A seat.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct SeatLine {
    pub(crate) mark: RoleMark,
    pub(crate) role: String,
    pub(crate) state: &'static str,
    pub(crate) tone: &'static str,
    pub(crate) holders: Vec<Holder>,
    /// Its share of all weight.
    pub(crate) weight: String,
    /// Height of the filled part of its bar.
    pub(crate) filled: String,
    /// Where that part begins.
    pub(crate) top: String,
}

/// Who holds a seat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Holder {
    pub(crate) name: String,
    pub(crate) href: String,
}

/// How high a seat's bar is drawn.
const SEAT_HEIGHT: f64 = 16.0;

/// Returns a person's name; its id or number where nobody said it.
pub(crate) fn name(view: &AccountView, contact: Option<ContactNo>) -> String {
    let Some(no) = contact else {
        return "Anonymous visits".to_owned();
    };
    let card = view.directory.card(no);
    let name = card.and_then(|card| card.name.as_deref());
    let id = card
        .and_then(|card| card.outside_id.as_ref())
        .map(quorate_domain::id::ContactId::as_str);
    name.or(id)
        .map_or_else(|| format!("Person {}", no.0), str::to_owned)
}

/// Returns the job title of a person.
pub(crate) fn title(view: &AccountView, contact: Option<ContactNo>) -> String {
    match contact {
        None => "not a known person".to_owned(),
        Some(no) => {
            let card = view.directory.card(no);
            card.and_then(|card| card.title.as_deref())
                .unwrap_or_default()
                .to_owned()
        }
    }
}

/// Returns the mark of a role; `None`: nobody gave one. A role the model adds takes the colours of the family it names.
pub(crate) fn mark(view: &AccountView, role: Option<&Role>) -> RoleMark {
    let name = role.map_or(Role::UNKNOWN, Role::as_str);
    let family = role
        .and_then(|role| view.model.roles.get(role))
        .and_then(|rule| rule.family.as_deref());
    let known = known_mark(name).or_else(|| family.and_then(known_mark));
    let (code, family) = known.unwrap_or(("?", "none"));
    RoleMark {
        code,
        family,
        title: words::spaced(name),
    }
}

fn known_mark(name: &str) -> Option<(&'static str, &'static str)> {
    Some(match name {
        "economic_buyer" => ("EB", "eb"),
        "decision_maker" => ("DM", "dm"),
        "executive_sponsor" => ("ES", "dm"),
        "champion" => ("CH", "ch"),
        "coach" => ("CO", "ch"),
        "technical_evaluator" => ("TE", "te"),
        "security" => ("SE", "te"),
        "business_evaluator" => ("BE", "be"),
        "influencer" => ("IN", "be"),
        "user" => ("US", "us"),
        "procurement" => ("PR", "pl"),
        "legal" => ("LE", "pl"),
        "blocker" => ("BL", "bl"),
        _ => return None,
    })
}

/// Returns the mark of a person: the role that weighs most.
pub(crate) fn mark_of(view: &AccountView, contact: Option<ContactNo>) -> RoleMark {
    let group = view.reading.best();
    let solution = group.and_then(|group| group.solution.as_ref());
    let held = contact
        .and_then(|no| view.state.contacts.get(&no))
        .map(|held| held.roles_for(solution));
    let weight = |role: &Role| view.model.roles.get(role).map_or(1.0, |rule| rule.weight);
    let heaviest = held
        .unwrap_or_default()
        .into_iter()
        .max_by(|a, b| weight(a).total_cmp(&weight(b)));
    mark(view, heaviest)
}

/// Returns the people, most engaged first.
pub(crate) fn people(view: &AccountView, links: &Links) -> Vec<PersonLine> {
    let Some(group) = view.reading.best() else {
        return Vec::new();
    };
    let reading = |no: ContactNo| group.people.iter().find(|person| person.contact == Some(no));
    let mut contacts: Vec<_> = view.state.contacts.values().collect();
    let engagement = |no: ContactNo| reading(no).map_or(0.0, |person| person.engagement);
    contacts.sort_by(|a, b| {
        engagement(b.no)
            .total_cmp(&engagement(a.no))
            .then(a.no.cmp(&b.no))
    });
    let line = |contact: &quorate_domain::contact::Contact| {
        let roles = contact.roles_for(group.solution.as_ref());
        let named: Vec<String> = roles.iter().map(|role| words::spaced(role.as_str())).collect();
        let (attitude, attitude_tone) = match contact.attitude() {
            Attitude::Supporter => ("supporter", "ok"),
            Attitude::Neutral => ("neutral", "s"),
            Attitude::Detractor => ("detractor", "danger"),
            Attitude::Unknown => ("", "s"),
        };
        PersonLine {
            mark: mark_of(view, Some(contact.no)),
            name: name(view, Some(contact.no)),
            href: links.person(contact.no),
            title: title(view, Some(contact.no)),
            roles: match (named.is_empty(), contact.roles_are_inferred()) {
                (true, _) => "role not known".to_owned(),
                (false, true) => format!("{}, read from the title", named.join(", ")),
                (false, false) => named.join(", "),
            },
            attitude,
            attitude_tone,
            engagement: words::points(engagement(contact.no)),
            engaged: reading(contact.no).is_some_and(|person| person.engaged),
            excluded: contact.is_excluded(),
        }
    };
    contacts.into_iter().map(line).collect()
}

/// Returns how well a seat is filled, in words.
pub(crate) fn seat_word(state: SeatState) -> &'static str {
    match state {
        SeatState::Missing => "empty",
        SeatState::Opposed => "opposed",
        SeatState::Identified => "known, not engaged",
        SeatState::Engaged => "engaged",
    }
}

/// Returns the seats, in the model's order.
pub(crate) fn seats(view: &AccountView, group: &GroupReading, links: &Links) -> Vec<SeatLine> {
    let seats = &group.quorum.seats;
    let all: f64 = seats.iter().map(|seat| seat.seat.weight).sum();
    let line = |seat: &quorate_domain::committee::SeatView| {
        let holders = seat
            .holders
            .iter()
            .map(|holder| Holder {
                name: name(view, Some(holder.contact)),
                href: links.person(holder.contact),
            })
            .collect();
        let tone = match seat.state {
            SeatState::Missing if seat.seat.required => "danger",
            SeatState::Missing => "s",
            SeatState::Opposed => "danger",
            SeatState::Identified => "warn",
            SeatState::Engaged => "ok",
        };
        let share = if all > 0.0 {
            100.0 * seat.seat.weight / all
        } else {
            0.0
        };
        SeatLine {
            mark: mark(view, Some(&seat.seat.role)),
            role: words::capitalised(&words::spaced(seat.seat.role.as_str())),
            state: seat_word(seat.state),
            tone,
            holders,
            weight: format!("{}%", words::whole(share)),
            filled: format!("{:.1}", SEAT_HEIGHT * seat.worth),
            top: format!("{:.1}", SEAT_HEIGHT * (1.0 - seat.worth)),
        }
    };
    seats.iter().map(line).collect()
}
/// Returns a source as one says who said something: `a person`, `crm`.
pub(crate) fn said_by(source: &str) -> String {
    if source == Source::PERSON {
        "a person".to_owned()
    } else {
        words::spaced(source)
    }
}
