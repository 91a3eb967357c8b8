//! What commands on evidence, opportunities and gaps make happen. Each makes one event, or none.

use std::sync::Arc;

use crate::account::{
    AccountState, Command, Directory, Event, FUTURE_MAX_MS, OpportunityChange, Policy, Rejection, SnoozeGap,
    StateEvidence,
};
use crate::evidence::{Level, Statement, TEXT_MAX};
use crate::id::{ContactId, ContactNo, EvidenceNo, Solution};
use crate::model::Model;
use crate::opportunity::{Opportunity, OpportunityState};
use crate::time::Timestamp;

/// Decides such a command; any other makes nothing happen.
pub(super) fn decide(
    state: &AccountState,
    directory: &Directory,
    command: &Command,
    model: &Model,
    policy: &Policy,
    now: Timestamp,
) -> Result<Option<Event>, Rejection> {
    let asked = Asked {
        state,
        directory,
        model,
        policy,
        now,
    };
    match command {
        Command::StateEvidence(evidence) => asked.state_evidence(evidence).map(Some),
        Command::RetractEvidence {
            evidence,
            reason,
            source,
        } => {
            asked.known_evidence(*evidence)?;
            fits("reason", reason.as_ref())?;
            Ok(Some(Event::EvidenceRetracted {
                evidence: *evidence,
                reason: reason.clone(),
                source: source.clone(),
            }))
        }
        Command::ContestEvidence {
            evidence,
            by,
            note,
            source,
        } => {
            asked.known_evidence(*evidence)?;
            fits("note", note.as_ref())?;
            Ok(Some(Event::EvidenceContested {
                evidence: *evidence,
                by: asked.person(by)?,
                note: note.clone(),
                source: source.clone(),
            }))
        }
        Command::ChangeOpportunity(change) => asked.change_opportunity(change),
        Command::SnoozeGap(snooze) => asked.snooze(snooze),
        Command::ChangeAccount(_)
        | Command::ChangeLists(_)
        | Command::Disqualify { .. }
        | Command::ChangeContact(_)
        | Command::Relate(_)
        | Command::Unrelate { .. }
        | Command::RecordSignals(_) => Ok(None),
    }
}

struct Asked<'a> {
    state: &'a AccountState,
    directory: &'a Directory,
    model: &'a Model,
    policy: &'a Policy,
    now: Timestamp,
}

impl Asked<'_> {
    fn state_evidence(&self, asked: &StateEvidence) -> Result<Event, Rejection> {
        let frameworks = &self.model.frameworks;
        let framework = frameworks
            .get(&asked.framework)
            .ok_or_else(|| Rejection::UnknownFramework {
                framework: asked.framework.to_string(),
                known: frameworks.in_use.iter().map(|it| it.name.to_string()).collect(),
            })?;
        if framework.element(&asked.element).is_none() {
            return Err(Rejection::UnknownElement {
                framework: asked.framework.to_string(),
                element: asked.element.to_string(),
                known: framework.elements.iter().map(|it| it.key.to_string()).collect(),
            });
        }
        self.solution(asked.solution.as_ref())?;
        let artefact = asked.artefact.clone().filter(|text| !text.trim().is_empty());
        let note = asked.note.clone().filter(|text| !text.trim().is_empty());
        if asked.level == Level::Validated && artefact.is_none() {
            return Err(Rejection::NoArtefact);
        }
        fits("artefact", artefact.as_ref())?;
        fits("note", note.as_ref())?;
        let said_at = asked.said_at.unwrap_or(self.now);
        if said_at.millis_since(self.now) > FUTURE_MAX_MS {
            return Err(Rejection::EvidenceAhead {
                said_at,
                now: self.now,
            });
        }
        let said_by = asked.said_by.as_ref().map(|id| self.person(id)).transpose()?;
        within(
            "pieces of evidence",
            self.state.evidence.len(),
            self.policy.evidence_max,
        )?;
        let statement = Statement {
            solution: asked.solution.clone(),
            framework: framework.name.clone(),
            element: asked.element.clone(),
            level: asked.level,
            artefact,
            source: asked.source.clone(),
            said_by,
            note,
            // Clocks differ by a little; what was said was said by now.
            said_at: said_at.min(self.now),
        };
        Ok(Event::EvidenceStated {
            evidence: EvidenceNo(self.state.evidence_last.0.saturating_add(1)),
            statement: Box::new(statement),
        })
    }

    fn change_opportunity(&self, change: &OpportunityChange) -> Result<Option<Event>, Rejection> {
        let known = self.state.opportunities.get(&change.id);
        if known.is_none() {
            let count = self.state.opportunities.len();
            within("opportunities", count, self.policy.opportunities_max)?;
        }
        let mut next = known.cloned().unwrap_or_else(|| Opportunity {
            id: change.id.clone(),
            name: None,
            solution: None,
            amount: None,
            currency: None,
            state: OpportunityState::Open,
            closes_on: None,
            source: change.source.clone(),
            changed_at: self.now,
        });
        change.name.write(&mut next.name);
        change.solution.write(&mut next.solution);
        change.amount.write(&mut next.amount);
        change.currency.write(&mut next.currency);
        change.closes_on.write(&mut next.closes_on);
        next.state = change.state.unwrap_or(next.state);
        self.solution(next.solution.as_ref())?;
        fits("name", next.name.as_ref())?;
        fits("currency", next.currency.as_ref())?;
        if let Some(amount) = next.amount
            && !(amount.is_finite() && amount >= 0.0)
        {
            return Err(Rejection::Amount { amount });
        }
        // Saying again what is said already is no event.
        if known == Some(&next) {
            return Ok(None);
        }
        next.source = change.source.clone();
        next.changed_at = self.now;
        Ok(Some(Event::OpportunitySet(Box::new(next))))
    }

    fn snooze(&self, asked: &SnoozeGap) -> Result<Option<Event>, Rejection> {
        self.solution(asked.solution.as_ref())?;
        fits("reason", asked.reason.as_ref())?;
        fits("gap", Some(&asked.gap))?;
        let key = (asked.solution.clone(), asked.gap.clone());
        let known = self.state.snoozes.get(&key);
        match asked.until {
            Some(until) if until <= self.now => {
                return Err(Rejection::SnoozeOver { until, now: self.now });
            }
            Some(_) if known.is_none() => {
                let running = self.state.snoozes.values().filter(|it| it.until > self.now);
                within("gaps put off", running.count(), self.policy.snoozes_max)?;
            }
            None if known.is_none() => return Ok(None),
            Some(_) | None => {}
        }
        Ok(Some(Event::GapSnoozed {
            solution: asked.solution.clone(),
            gap: asked.gap.clone(),
            until: asked.until,
            reason: asked.reason.clone(),
            source: asked.source.clone(),
        }))
    }

    fn known_evidence(&self, evidence: EvidenceNo) -> Result<(), Rejection> {
        if self.state.evidence.contains_key(&evidence) {
            Ok(())
        } else {
            Err(Rejection::UnknownEvidence { evidence: evidence.0 })
        }
    }

    /// Returns somebody the account knows: evidence introduces nobody.
    fn person(&self, id: &ContactId) -> Result<ContactNo, Rejection> {
        self.directory
            .find(id.as_str())
            .ok_or_else(|| Rejection::UnknownContact {
                contact: id.as_str().to_owned(),
            })
    }

    fn solution(&self, solution: Option<&Solution>) -> Result<(), Rejection> {
        let listed = &self.model.solutions;
        match solution {
            Some(solution) if !listed.iter().any(|known| known.name == *solution) => {
                Err(Rejection::UnknownSolution {
                    solution: solution.as_str().to_owned(),
                    known: listed.iter().map(|known| known.name.to_string()).collect(),
                })
            }
            Some(_) | None => Ok(()),
        }
    }
}

fn fits(field: &'static str, text: Option<&Arc<str>>) -> Result<(), Rejection> {
    match text {
        Some(text) if text.len() > TEXT_MAX => Err(Rejection::TextTooLong { field }),
        Some(_) | None => Ok(()),
    }
}

fn within(what: &'static str, count: usize, max: usize) -> Result<(), Rejection> {
    if count < max {
        Ok(())
    } else {
        Err(Rejection::TooMany { what, max })
    }
}
