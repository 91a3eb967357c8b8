//! What may be done to evidence: added, taken back, denied. Each form is one command.

use std::sync::Arc;

use quorate_domain::account::{Command, StateEvidence};
use quorate_domain::evidence::Level;
use quorate_domain::id::{EvidenceNo, Solution};
use quorate_domain::time::Timestamp;
use quorate_domain::value::Source;
use quorate_engine::view::AccountView;
use serde::Deserialize;

use crate::pages::account::{asked, forms};

/// The longest note, artefact or reason; in bytes it stays below what the domain accepts.
const TEXT_LENGTH_MAX: usize = 1_000;

/// What a form says. `act` tells which one it is.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Sent {
    pub(crate) form_token: String,
    pub(crate) act: String,
    pub(crate) element: String,
    pub(crate) level: String,
    pub(crate) note: String,
    pub(crate) artefact: String,
    /// A person's number; empty: nobody is named.
    pub(crate) person: String,
    /// A day; empty: now.
    pub(crate) said_on: String,
    /// The number of a piece of evidence.
    pub(crate) evidence: String,
}

impl Sent {
    /// Returns what the form orders.
    ///
    /// # Errors
    /// What is wrong with it, for a person.
    pub(crate) fn command(
        &self,
        view: &AccountView,
        solution: Option<&Solution>,
        framework: &Arc<str>,
    ) -> Result<Command, String> {
        match self.act.as_str() {
            "add" => self.add(view, solution, framework).map(Command::StateEvidence),
            "retract" => Ok(Command::RetractEvidence {
                evidence: self.evidence()?,
                reason: text(&self.note, "reason")?,
                source: Source::person(),
            }),
            "contest" => Ok(Command::ContestEvidence {
                evidence: self.evidence()?,
                by: forms::person(view, &self.person)?,
                note: text(&self.note, "note")?,
                source: Source::person(),
            }),
            other => Err(format!("This page has no form “{other}”.")),
        }
    }

    fn add(
        &self,
        view: &AccountView,
        solution: Option<&Solution>,
        framework: &Arc<str>,
    ) -> Result<StateEvidence, String> {
        let level = Level::parse(&self.level).ok_or("Choose a level: assumed, stated or validated.")?;
        let artefact = text(&self.artefact, "link or document")?;
        if level == Level::Validated && artefact.is_none() {
            return Err("Validated needs what shows it: a link, a document, a meeting.".to_owned());
        }
        Ok(StateEvidence {
            solution: solution.cloned(),
            framework: framework.clone(),
            element: Arc::from(self.element.as_str()),
            level,
            artefact,
            said_by: match self.person.as_str() {
                "" => None,
                number => Some(forms::person(view, number)?),
            },
            note: text(&self.note, "note")?,
            said_at: said_at(&self.said_on, view.reading.at)?,
            source: Source::person(),
        })
    }

    fn evidence(&self) -> Result<EvidenceNo, String> {
        let number = self.evidence.parse().map(EvidenceNo);
        number.map_err(|_| "Choose which evidence is meant.".to_owned())
    }
}

/// Returns the instant of a day; `None`: today, which is now.
fn said_at(day: &str, now: Timestamp) -> Result<Option<Timestamp>, String> {
    let day = day.trim();
    if day.is_empty() || day == asked::day(now) {
        return Ok(None);
    }
    match asked::instant(day) {
        None => Err(format!("“{day}” is no date: write 2026-06-01.")),
        Some(at) if at > now => Err(format!("{day} has not come yet.")),
        Some(at) => Ok(Some(at)),
    }
}

fn text(said: &str, what: &str) -> Result<Option<Arc<str>>, String> {
    Ok(forms::text(said, what, TEXT_LENGTH_MAX)?.map(Arc::from))
}
