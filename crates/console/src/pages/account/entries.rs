//! What happened to an account, an entry a line.

use quorate_domain::account::{ContactFact, Event, Record};
use quorate_domain::explain::{Cause, GroupExplanation};
use quorate_domain::id::{ContactNo, Kind, SignalId};
use quorate_domain::standing::{Change, Notice};
use quorate_domain::time::Timestamp;
use quorate_engine::view::{AccountView, TimelineEntry};

use super::people;
use crate::partials::Dated;
use crate::words;

/// An entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct EntryLine {
    pub(crate) at: Dated,
    /// Who, if it was a person.
    pub(crate) who: String,
    pub(crate) what: String,
    /// Beside it: a source, points now.
    pub(crate) aside: String,
    /// Colour of a change of standing; empty for a fact.
    pub(crate) tone: &'static str,
}

pub(crate) fn is_signal(entry: &TimelineEntry) -> bool {
    signal(entry).is_some()
}

fn signal(entry: &TimelineEntry) -> Option<(&SignalId, &Kind, Option<ContactNo>)> {
    let TimelineEntry::Record(Record {
        event: Event::SignalRecorded(signal),
        ..
    }) = entry
    else {
        return None;
    };
    Some((&signal.id, &signal.kind, signal.contact))
}

impl EntryLine {
    pub(crate) fn of(entry: &TimelineEntry, view: &AccountView, now: Timestamp) -> Self {
        let at = Dated::ago(entry.at(), now);
        let (who, what, aside, tone) = match entry {
            TimelineEntry::Record(record) => fact(record, view),
            TimelineEntry::Notice(notice) => change(notice, view),
        };
        Self {
            at,
            who,
            what,
            aside,
            tone,
        }
    }

    /// Says what a signal is worth now.
    pub(crate) fn with_points(self, entry: &TimelineEntry, groups: &[GroupExplanation]) -> Self {
        let worth = signal(entry).map(|(id, kind, contact)| {
            let lines = groups
                .iter()
                .flat_map(|group| &group.people)
                .filter(|person| person.contact == contact)
                .flat_map(|person| person.kinds.iter().map(move |one| (person.weight, one)))
                .filter(|(_, one)| one.kind == *kind)
                .flat_map(|(weight, one)| one.lines.iter().map(move |line| (weight, line)));
            lines
                .filter(|(_, line)| matches!(&line.cause, Cause::Signal { id: of, .. } if of == id))
                .map(|(weight, line)| weight * line.points)
                .fold(0.0, f64::max)
        });
        match worth {
            Some(points) => Self {
                aside: format!("+{}", words::points(points)),
                ..self
            },
            None => self,
        }
    }
}

type Told = (String, String, String, &'static str);

fn fact(record: &Record, view: &AccountView) -> Told {
    let by = |contact: ContactNo| people::name(view, Some(contact));
    match &record.event {
        Event::SignalRecorded(signal) => {
            let rule = view.model.rule(signal.kind.as_str());
            let label = rule.and_then(|rule| rule.label.as_deref()).map(str::to_lowercase);
            let mut what = label.unwrap_or_else(|| signal.kind.as_str().to_owned());
            if let Some(object) = &signal.object {
                what = format!("{what}, {object}");
            }
            let aside = if rule.is_none() {
                "worth 0: not in the model"
            } else {
                ""
            };
            (people::name(view, signal.contact), what, aside.to_owned(), "")
        }
        Event::FieldSet { field, value, source } => {
            let what = match value {
                Some(value) => format!(
                    "{}: {}",
                    words::spaced(field),
                    value.texts().collect::<Vec<_>>().join(", ")
                ),
                None => format!("{} was cleared", words::spaced(field)),
            };
            let number = value.as_ref().and_then(quorate_domain::value::Value::as_number);
            let what = match number {
                Some(number) => format!("{}: {}", words::spaced(field), words::exact(number)),
                None => what,
            };
            (String::new(), words::capitalised(&what), source.0.to_string(), "")
        }
        Event::Disqualified { reason, source } => {
            let what = match reason {
                Some(reason) => format!("Disqualified: {reason}"),
                None => "No longer disqualified".to_owned(),
            };
            (String::new(), what, source.0.to_string(), "danger")
        }
        Event::ContactIntroduced { contact } => (by(*contact), "became known".to_owned(), String::new(), ""),
        Event::ContactStated {
            contact,
            fact,
            source,
        } => (by(*contact), stated(fact), source.0.to_string(), ""),
        Event::RelationSet { relation, .. } => {
            let what = format!("{} {}", words::spaced(relation.kind.as_str()), by(relation.to));
            (by(relation.from), what, String::new(), "")
        }
        Event::RelationCleared { relation } => {
            let what = format!(
                "no longer {} {}",
                words::spaced(relation.kind.as_str()),
                by(relation.to)
            );
            (by(relation.from), what, String::new(), "")
        }
        Event::EvidenceStated { .. }
        | Event::EvidenceRetracted { .. }
        | Event::EvidenceContested { .. }
        | Event::OpportunitySet(_)
        | Event::GapSnoozed { .. } => qualifying(&record.event, view),
    }
}

/// Tells a fact on evidence, opportunities or gaps.
fn qualifying(event: &Event, view: &AccountView) -> Told {
    let by = |contact: ContactNo| people::name(view, Some(contact));
    match event {
        Event::EvidenceStated { statement, .. } => {
            let who = statement.said_by.map(by).unwrap_or_default();
            let element = words::spaced(&statement.element);
            let mut what = format!("evidence for {element}: {}", statement.level.as_str());
            if let Some(said) = statement.note.as_ref().or(statement.artefact.as_ref()) {
                what = format!("{what}, “{said}”");
            }
            let what = if who.is_empty() {
                words::capitalised(&what)
            } else {
                what
            };
            (who, what, statement.source.0.to_string(), "")
        }
        Event::EvidenceRetracted {
            evidence,
            reason,
            source,
        } => {
            let why = reason
                .as_ref()
                .map(|reason| format!(": {reason}"))
                .unwrap_or_default();
            let what = format!("Evidence {} was taken back{why}", evidence.0);
            (String::new(), what, source.0.to_string(), "")
        }
        Event::EvidenceContested {
            evidence,
            by: who,
            note,
            source,
        } => {
            let what = note
                .as_ref()
                .map(|note| format!(": “{note}”"))
                .unwrap_or_default();
            let what = format!("denies evidence {}{what}", evidence.0);
            (by(*who), what, source.0.to_string(), "danger")
        }
        Event::OpportunitySet(opportunity) => {
            let name = opportunity.name.as_deref().unwrap_or(opportunity.id.as_str());
            let mut what = format!("Opportunity {name}: {}", opportunity.state.as_str());
            if let Some(amount) = opportunity.amount {
                let currency = opportunity.currency.as_deref().unwrap_or_default();
                what = format!("{what}, {} {currency}", words::exact(amount));
            }
            let what = what.trim_end().to_owned();
            (String::new(), what, opportunity.source.0.to_string(), "")
        }
        Event::GapSnoozed {
            gap, reason, until, ..
        } => {
            let what = match until {
                Some(_) => format!("Put off: {}", words::spaced(gap)),
                None => format!("No longer put off: {}", words::spaced(gap)),
            };
            let aside = reason.as_deref().map(str::to_owned).unwrap_or_default();
            (String::new(), what, aside, "")
        }
        Event::FieldSet { .. }
        | Event::Disqualified { .. }
        | Event::ContactIntroduced { .. }
        | Event::ContactStated { .. }
        | Event::RelationSet { .. }
        | Event::RelationCleared { .. }
        | Event::SignalRecorded(_) => Told::default(),
    }
}

fn stated(fact: &ContactFact) -> String {
    let or_none = |text: Option<String>| text.unwrap_or_else(|| "not known any more".to_owned());
    match fact {
        ContactFact::Roles(roles) => {
            let roles = roles.as_ref().map(|roles| {
                roles
                    .iter()
                    .map(|held| words::spaced(held.role.as_str()))
                    .collect::<Vec<_>>()
                    .join(", ")
            });
            format!("role: {}", or_none(roles))
        }
        ContactFact::Inferred { roles, .. } => {
            let roles: Vec<String> = roles
                .iter()
                .map(|role| words::spaced(role.role.as_str()))
                .collect();
            if roles.is_empty() {
                "title suggests no role".to_owned()
            } else {
                format!("title suggests {}", roles.join(", "))
            }
        }
        ContactFact::Seniority(level) => {
            format!(
                "seniority: {}",
                or_none(level.map(|level| words::spaced(level.as_str())))
            )
        }
        ContactFact::Attitude(attitude) => {
            format!(
                "attitude: {}",
                or_none(attitude.map(|attitude| attitude.as_str().to_owned()))
            )
        }
        ContactFact::Excluded(Some(reason)) => format!("excluded: {reason}"),
        ContactFact::Excluded(None) => "no longer excluded".to_owned(),
        ContactFact::Function(text) => format!("function: {}", or_none(text.as_deref().map(str::to_owned))),
        ContactFact::LeadSource(text) => {
            format!("lead source: {}", or_none(text.as_deref().map(str::to_owned)))
        }
        ContactFact::Consent(text) => format!("consent: {}", or_none(text.as_deref().map(str::to_owned))),
    }
}

fn change(notice: &Notice, view: &AccountView) -> Told {
    let by = |contact: ContactNo| people::name(view, Some(contact));
    let late = if notice.late { "told late" } else { "" }.to_owned();
    match &notice.change {
        Change::MqaEntered(moment) => {
            let what = format!("Became MQA at heat {}", words::whole(moment.heat));
            (String::new(), what, late, "acc")
        }
        Change::MqaLeft(moment) => (
            String::new(),
            format!("Left MQA at heat {}", words::whole(moment.heat)),
            late,
            "warn",
        ),
        Change::MqaRevised { since } => {
            let what = match since {
                Some(since) => format!("Became MQA on {} after all", words::instant(*since)),
                None => "Was not MQA after all".to_owned(),
            };
            (String::new(), what, late, "warn")
        }
        Change::BandChanged { from, to } => {
            let tone = if to > from { "up" } else { "down" };
            (
                String::new(),
                format!("Heat went from {} to {}", from.as_str(), to.as_str()),
                late,
                tone,
            )
        }
        Change::Engaged { contact } => (by(*contact), "became engaged".to_owned(), late, "up"),
        Change::Cooled { contact } => (by(*contact), "went cold".to_owned(), late, "down"),
    }
}
