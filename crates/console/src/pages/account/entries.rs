//! What happened to an account, an entry a line.

use quorate_domain::account::{ContactFact, Event, Record};
use quorate_domain::explain::{Cause, GroupExplanation};
use quorate_domain::id::{ContactNo, EvidenceNo, Kind, SignalId};
use quorate_domain::standing::{Change, Notice};
use quorate_domain::time::Timestamp;
use quorate_engine::view::{AccountView, TimelineEntry};

use super::asked::Links;
use super::sentence::Sentence;
use super::{deeds, gaps, outlook, people};
use crate::partials::Dated;
use crate::words;

/// An entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct EntryLine {
    pub(crate) at: Dated,
    /// Who, if it was a person; empty: nobody in particular.
    pub(crate) who: String,
    /// The person's page.
    pub(crate) href: Option<String>,
    pub(crate) what: String,
    /// Why.
    pub(crate) why: Sentence,
    /// Beside it: a source, points now.
    pub(crate) aside: String,
    /// Colour of a change of standing; empty for a fact.
    pub(crate) tone: &'static str,
}

/// Returns whether an entry is a signal.
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
    /// - `together`: other changes of the account, for what caused one.
    pub(crate) fn of(
        entry: &TimelineEntry,
        view: &AccountView,
        now: Timestamp,
        together: &[&Notice],
        links: &Links,
    ) -> Self {
        let told = match entry {
            TimelineEntry::Record(record) => fact(record, view),
            TimelineEntry::Notice(notice) => change(notice, view),
        };
        let (who, href) = match told.who {
            Who::Nobody => (String::new(), None),
            Who::Anonymous => (people::name(view, None), None),
            Who::Person(no) => (people::name(view, Some(no)), Some(links.person(no))),
        };
        let why = match entry {
            TimelineEntry::Notice(notice) => cause(notice, view, together, links),
            TimelineEntry::Record(_) => Sentence::default(),
        };
        Self {
            at: Dated::ago(entry.at(), now),
            who,
            href,
            what: told.what,
            why,
            aside: told.aside,
            tone: told.tone,
        }
    }

    /// Says what a signal is worth now.
    pub(crate) fn with_points(self, entry: &TimelineEntry, group: Option<&GroupExplanation>) -> Self {
        let worth = signal(entry).map(|(id, kind, contact)| {
            let lines = group
                .into_iter()
                .flat_map(|group| &group.people)
                .filter(|person| person.contact == contact)
                .flat_map(|person| person.kinds.iter().map(move |one| (person.weight, one)))
                .filter(|(_, one)| one.kind == *kind)
                .flat_map(|(weight, one)| one.lines.iter().map(move |line| (weight, line)));
            lines
                .filter(|(_, line)| matches!(&line.cause, Cause::Signal { id: of, .. } if of == id))
                .map(|(weight, line)| weight * line.points)
                .sum()
        });
        match worth {
            Some(points) => Self {
                aside: words::signed_points(points),
                ..self
            },
            None => self,
        }
    }
}

/// An entry in words.
struct Told {
    who: Who,
    what: String,
    aside: String,
    tone: &'static str,
}

/// Who did it.
enum Who {
    Nobody,
    Anonymous,
    Person(ContactNo),
}

impl Told {
    fn new(who: Who, what: impl Into<String>) -> Self {
        Self {
            who,
            what: what.into(),
            aside: String::new(),
            tone: "",
        }
    }

    fn by(self, source: &str) -> Self {
        Self {
            aside: words::spaced(source),
            ..self
        }
    }

    fn tone(self, tone: &'static str) -> Self {
        Self { tone, ..self }
    }
}

fn fact(record: &Record, view: &AccountView) -> Told {
    let by = |contact: ContactNo| people::name(view, Some(contact));
    match &record.event {
        Event::SignalRecorded(signal) => {
            let mut what = deeds::did(&view.model, &signal.kind);
            if let Some(object) = &signal.object {
                what = format!("{what}: {object}");
            }
            let who = signal.contact.map_or(Who::Anonymous, Who::Person);
            let aside = if view.model.rule(signal.kind.as_str()).is_none() {
                "worth 0: not in the model"
            } else if signal.expired {
                "worth 0: too old"
            } else {
                ""
            };
            Told {
                aside: aside.to_owned(),
                ..Told::new(who, what)
            }
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
                Some(number) => format!("{}: {}", words::spaced(field), words::number(number)),
                None => what,
            };
            Told::new(Who::Nobody, words::capitalised(&what)).by(&source.0)
        }
        Event::Disqualified { reason, source } => {
            let what = match reason {
                Some(reason) => format!("Disqualified: {reason}"),
                None => "No longer disqualified".to_owned(),
            };
            Told::new(Who::Nobody, what).by(&source.0).tone("danger")
        }
        Event::ContactIntroduced { contact } => Told::new(Who::Person(*contact), "became known"),
        Event::ContactStated {
            contact,
            fact,
            source,
        } => Told::new(Who::Person(*contact), stated(fact)).by(&source.0),
        Event::RelationSet { relation, .. } => {
            let what = format!("{} {}", words::spaced(relation.kind.as_str()), by(relation.to));
            Told::new(Who::Person(relation.from), what)
        }
        Event::RelationCleared { relation } => {
            let what = format!(
                "no longer {} {}",
                words::spaced(relation.kind.as_str()),
                by(relation.to)
            );
            Told::new(Who::Person(relation.from), what)
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
    match event {
        Event::EvidenceStated { statement, .. } => {
            let element = gaps::element(view, &statement.element);
            // "Evidence for Metrics: stated by Priya Lindqvist".
            let by = statement
                .said_by
                .map(|who| format!(" by {}", people::name(view, Some(who))));
            let mut what = format!(
                "Evidence for {element}: {}{}",
                statement.level.as_str(),
                by.unwrap_or_default()
            );
            if let Some(said) = statement.note.as_ref().or(statement.artefact.as_ref()) {
                what = format!("{what}, “{said}”");
            }
            Told::new(Who::Nobody, what).by(&statement.source.0)
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
            let what = format!("Evidence{} was taken back{why}", of_element(view, *evidence));
            Told::new(Who::Nobody, what).by(&source.0)
        }
        Event::EvidenceContested {
            evidence,
            by,
            note,
            source,
        } => {
            let said = note
                .as_ref()
                .map(|note| format!(": “{note}”"))
                .unwrap_or_default();
            let what = format!("denies the evidence{}{said}", of_element(view, *evidence));
            Told::new(Who::Person(*by), what).by(&source.0).tone("danger")
        }
        Event::OpportunitySet(opportunity) => {
            let name = opportunity.name.as_deref().unwrap_or(opportunity.id.as_str());
            let mut what = format!("Opportunity {name}: {}", opportunity.state.as_str());
            if let Some(amount) = opportunity.amount {
                let currency = opportunity.currency.as_deref().unwrap_or_default();
                what = format!("{what}, {} {currency}", words::number(amount));
            }
            Told::new(Who::Nobody, what.trim_end()).by(&opportunity.source.0)
        }
        Event::GapSnoozed {
            gap, reason, until, ..
        } => {
            let what = match until {
                Some(_) => format!("Put off: {}", gaps::told(view, gap)),
                None => format!("No longer put off: {}", gaps::told(view, gap)),
            };
            Told {
                aside: reason.as_deref().map(str::to_owned).unwrap_or_default(),
                ..Told::new(Who::Nobody, what)
            }
        }
        Event::FieldSet { .. }
        | Event::Disqualified { .. }
        | Event::ContactIntroduced { .. }
        | Event::ContactStated { .. }
        | Event::RelationSet { .. }
        | Event::RelationCleared { .. }
        | Event::SignalRecorded(_) => Told::new(Who::Nobody, ""),
    }
}

/// Returns " for Metrics"; evidence that was taken back is known by its number alone.
fn of_element(view: &AccountView, no: EvidenceNo) -> String {
    let evidence = view.state.evidence.get(&no);
    evidence.map_or_else(
        || format!(" {}", no.0),
        |evidence| format!(" for {}", gaps::element(view, &evidence.statement.element)),
    )
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
    let told = match &notice.change {
        Change::MqaEntered(moment) => {
            let what = format!("Became MQA at heat {}", words::whole(moment.heat));
            Told::new(Who::Nobody, what).tone("acc")
        }
        Change::MqaLeft(moment) => {
            let what = format!("Left MQA at heat {}", words::whole(moment.heat));
            Told::new(Who::Nobody, what).tone("warn")
        }
        Change::MqaRevised { since } => {
            let what = match since {
                Some(since) => format!("Became MQA on {} after all", words::instant(*since)),
                None => "Was not MQA after all".to_owned(),
            };
            Told::new(Who::Nobody, what).tone("warn")
        }
        Change::BandChanged { from, to } => {
            let what = format!("Heat went from {} to {}", from.as_str(), to.as_str());
            Told::new(Who::Nobody, what).tone(if to > from { "up" } else { "down" })
        }
        Change::Engaged { contact } => Told::new(Who::Person(*contact), "became engaged").tone("up"),
        Change::Cooled { contact } => Told::new(Who::Person(*contact), "went cold").tone("down"),
        Change::GapOpened { gap } => {
            let what = format!("New gap: {}", gaps::told(view, gap));
            Told::new(Who::Nobody, what)
        }
        Change::GapClosed { gap } => {
            let what = format!("Gap closed: {}", gaps::told(view, gap));
            Told::new(Who::Nobody, what).tone("up")
        }
    };
    // The solution matters only where there are several.
    let of = notice
        .solution
        .as_ref()
        .filter(|_| view.reading.groups.len() > 1)
        .map(|solution| format!(" ({})", solution.as_str()))
        .unwrap_or_default();
    Told {
        what: format!("{}{of}", told.what),
        aside: if notice.late { "told late" } else { "" }.to_owned(),
        ..told
    }
}

/// Returns why an account became MQA or left.
fn cause(notice: &Notice, view: &AccountView, together: &[&Notice], links: &Links) -> Sentence {
    match &notice.change {
        Change::MqaEntered(moment) => {
            let same: Vec<&Notice> = together
                .iter()
                .copied()
                .filter(|other| other.at == notice.at && other.solution == notice.solution)
                .collect();
            outlook::began(view, moment, &same, links)
        }
        Change::MqaLeft(moment) => {
            let before: Vec<&Notice> = together
                .iter()
                .copied()
                .filter(|other| other.at <= notice.at && other.solution == notice.solution)
                .collect();
            outlook::ended(view, moment, &before, links)
        }
        Change::MqaRevised { .. }
        | Change::BandChanged { .. }
        | Change::Engaged { .. }
        | Change::Cooled { .. }
        | Change::GapOpened { .. }
        | Change::GapClosed { .. } => Sentence::default(),
    }
}

/// Returns the changes of standing among entries.
pub(crate) fn notices(entries: &[TimelineEntry]) -> Vec<&Notice> {
    entries
        .iter()
        .filter_map(|entry| match entry {
            TimelineEntry::Notice(notice) => Some(notice),
            TimelineEntry::Record(_) => None,
        })
        .collect()
}
