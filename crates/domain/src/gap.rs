//! Gaps (docs/semantics.md 3.11): everything that keeps a buying group's quorum, MQA or completeness from 100 %, most
//! helpful first.
//!
//! A gap's worth is what its own seat or check would add if it were full, and all else as it stands. What people read
//! of it is made in [`crate::words`].

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::sync::Arc;

use crate::account::Snooze;
use crate::committee::access::{self, Access, Path};
use crate::committee::{Quorum, SeatView, risk};
use crate::contact::{Contact, Seniority};
use crate::engagement;
use crate::evidence::Level;
use crate::framework::{CheckReading, ElementReading, Found, FrameworkReading, Sight};
use crate::id::{ContactNo, Role};
use crate::model::CheckKind;
use crate::mqa::{ConditionKind, ConditionState, Measure};
use crate::time::{Days, Timestamp};

mod catalogue;

pub use catalogue::{Catalogue, Mark, Packed};

/// How long before MQA ends that is a gap.
pub const LEAVING_WITHIN: Days = Days(14.0);

/// What is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GapKind {
    /// Somebody who is against it reaches the buyer.
    Blocker,
    /// Somebody holds the role and is not engaged.
    ColdSeat,
    /// Nobody holds the role.
    EmptySeat,
    /// MQA ends within two weeks.
    LeavingMqa,
    /// An attribute a check asks for is unknown.
    MissingAttribute,
    /// A signal a check asks for did not come lately.
    MissingSignal,
    /// A condition of the MQA rule fails.
    MqaCondition,
    /// No path is there, or none strong enough.
    NoPath,
    /// Only people who are against it hold the role.
    OpposedSeat,
    /// Fewer people hold the role than the seat wants, and all of them are engaged.
    ShortSeat,
    /// All of it hangs on one person.
    SingleThreaded,
    /// The evidence of an element is out of date.
    StaleElement,
    /// An element is not fully proven.
    UnprovenElement,
}

impl GapKind {
    /// All kinds, by wire name.
    pub const ALL: [Self; 13] = [
        Self::Blocker,
        Self::ColdSeat,
        Self::EmptySeat,
        Self::LeavingMqa,
        Self::MissingAttribute,
        Self::MissingSignal,
        Self::MqaCondition,
        Self::NoPath,
        Self::OpposedSeat,
        Self::ShortSeat,
        Self::SingleThreaded,
        Self::StaleElement,
        Self::UnprovenElement,
    ];

    /// Returns the wire name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Blocker => "blocker",
            Self::ColdSeat => "cold_seat",
            Self::EmptySeat => "empty_seat",
            Self::LeavingMqa => "leaving_mqa",
            Self::MissingAttribute => "missing_attribute",
            Self::MissingSignal => "missing_signal",
            Self::MqaCondition => "mqa_condition",
            Self::NoPath => "no_path",
            Self::OpposedSeat => "opposed_seat",
            Self::ShortSeat => "short_seat",
            Self::SingleThreaded => "single_threaded",
            Self::StaleElement => "stale_element",
            Self::UnprovenElement => "unproven_element",
        }
    }

    /// Returns the kind of a wire name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// Something that is missing.
#[derive(Clone, Debug, PartialEq)]
pub struct Gap {
    /// What kind.
    pub kind: GapKind,
    /// Stable while the gap is open: `kind:about`.
    pub id: Arc<str>,
    /// Points of quorum that closing it adds.
    pub quorum: f64,
    /// Points of completeness that closing it adds.
    pub completeness: f64,
    /// Conditions of the MQA rule that fail and that closing it would meet.
    pub closes: Vec<ConditionKind>,
    /// What it is about.
    pub about: About,
    /// Whom it concerns, by number.
    pub contacts: Vec<ContactNo>,
    /// Whom to ask: the engaged person nearest to those it concerns.
    pub ask: Option<ContactNo>,
    /// Since when it has been seen.
    pub since: Since,
    /// Put off, and until when.
    pub snoozed: Option<Snooze>,
}

/// Since when a gap has been seen; `None`: found just now.
///
/// It depends on when somebody looked, so that it is no part of what a gap is: any two are equal.
#[derive(Clone, Copy, Debug, Default)]
pub struct Since(pub Option<Timestamp>);

impl PartialEq for Since {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

/// What a gap is about.
#[derive(Clone, Debug, PartialEq)]
pub enum About {
    /// A seat, or a role that a check asks for.
    Role {
        /// The role.
        role: Role,
        /// How many people it wants.
        wanted: usize,
        /// How many are engaged.
        engaged: usize,
    },
    /// The evidence of an element.
    Element {
        /// Its key.
        key: Arc<str>,
        /// What people read.
        name: Arc<str>,
        /// The level its best evidence still counts for.
        level: Option<Level>,
        /// When that went stale.
        stale_since: Option<Timestamp>,
        /// Somebody at the account denies it.
        contested: bool,
        /// It is below its gate and holds the verdict.
        holds: bool,
    },
    /// A path between two roles.
    Path {
        /// From a holder of this role.
        from: Role,
        /// To a holder of this one.
        to: Role,
        /// The strength it needs.
        needed: f64,
        /// The best there is.
        found: Option<Path>,
    },
    /// A signal.
    Signal {
        /// The element it proves.
        element: Arc<str>,
        /// A kind, or `prefix.*`.
        pattern: Arc<str>,
        /// How lately.
        within: Days,
        /// The newest.
        last: Option<Timestamp>,
    },
    /// An attribute of the account.
    Attribute {
        /// The element it proves.
        element: Arc<str>,
        /// Its name.
        attribute: Arc<str>,
    },
    /// Somebody against it who reaches the buyer.
    Blocker {
        /// How strong the path to the buyer is.
        strength: f64,
    },
    /// The one person all hangs on.
    Alone,
    /// MQA ends.
    Leaving {
        /// When, if nothing new happens.
        at: Timestamp,
    },
    /// A condition of the MQA rule.
    Condition {
        /// With what it needs and what there is.
        state: ConditionState,
        /// Intent points that are lacking, of the condition on heat.
        lacking: Option<f64>,
    },
}

impl Gap {
    /// Returns the larger of the two percentages.
    #[must_use]
    pub fn worth(&self) -> f64 {
        self.quorum.max(self.completeness)
    }

    /// Returns whether it is put off at `t`.
    #[must_use]
    pub fn is_snoozed(&self, t: Timestamp) -> bool {
        self.snoozed.as_ref().is_some_and(|snooze| snooze.until > t)
    }

    /// The order of a list: what would close an MQA condition first, then the larger worth, then kind and id.
    #[must_use]
    pub fn order(&self, other: &Self) -> Ordering {
        self.closes
            .is_empty()
            .cmp(&other.closes.is_empty())
            .then_with(|| other.worth().total_cmp(&self.worth()))
            .then_with(|| self.kind.as_str().cmp(other.kind.as_str()))
            .then_with(|| self.id.cmp(&other.id))
    }
}

/// What a group has come to, beside what a [`Sight`] shows.
pub struct Standings<'a> {
    /// Its seats.
    pub quorum: &'a Quorum,
    /// The conditions of the MQA rule.
    pub conditions: &'a [ConditionState],
    /// Its intent points.
    pub intent_points: f64,
    /// The framework that gives the account's completeness.
    pub framework: Option<&'a FrameworkReading>,
    /// When MQA ends if nothing new happens, where that is known.
    pub mqa_ends_at: Option<Timestamp>,
}

/// Returns the gaps of a group, most helpful first. An account that is excluded or disqualified has none: a gap is
/// work, and nobody is to work on it.
#[must_use]
pub fn of(sight: &Sight<'_>, standings: &Standings<'_>) -> Vec<Gap> {
    let blocked = standings.conditions.iter().any(|condition| {
        !condition.met
            && matches!(
                condition.kind,
                ConditionKind::NotExcluded | ConditionKind::NotDisqualified
            )
    });
    if blocked || sight.state.disqualified.is_some() {
        return Vec::new();
    }
    let finder = Finder::new(sight, standings);
    let mut gaps = Vec::new();
    finder.roles(&mut gaps);
    finder.elements(&mut gaps);
    finder.risks(&mut gaps);
    finder.conditions(&mut gaps);
    finder.leaving(&mut gaps);
    for gap in &mut gaps {
        let key = (sight.solution.cloned(), gap.id.clone());
        gap.snoozed = sight
            .state
            .snoozes
            .get(&key)
            .filter(|it| it.until > sight.at)
            .cloned();
    }
    gaps.sort_by(Gap::order);
    gaps
}

struct Finder<'a> {
    sight: &'a Sight<'a>,
    standings: &'a Standings<'a>,
    /// The roles of engaged people.
    engaged_roles: BTreeSet<Role>,
    /// The weight of all seats.
    seat_weight: f64,
    /// The weight of all elements in scope.
    element_weight: f64,
}

/// What closing a gap changes that the MQA rule looks at.
#[derive(Default)]
struct Effect {
    people: usize,
    roles: BTreeSet<Role>,
    quorum: f64,
}

impl<'a> Finder<'a> {
    fn new(sight: &'a Sight<'a>, standings: &'a Standings<'a>) -> Self {
        let engaged_roles = sight
            .engaged
            .iter()
            .filter_map(|no| sight.state.contacts.get(no))
            .flat_map(|contact| contact.roles_for(sight.solution).into_iter().cloned())
            .collect();
        let elements = standings
            .framework
            .iter()
            .flat_map(|framework| &framework.elements);
        Self {
            sight,
            standings,
            engaged_roles,
            seat_weight: standings.quorum.seats.iter().map(|view| view.seat.weight).sum(),
            element_weight: elements
                .filter(|element| element.in_scope)
                .map(|element| element.weight)
                .sum(),
        }
    }

    fn in_scope(&self) -> impl Iterator<Item = &'a ElementReading> {
        let framework = self.standings.framework;
        framework
            .into_iter()
            .flat_map(|framework| &framework.elements)
            .filter(|element| element.in_scope)
    }

    /// Points of completeness that some of an element's checks would add if they were passed.
    fn checks_worth<'c>(
        &self,
        element: &ElementReading,
        checks: impl Iterator<Item = &'c CheckReading>,
    ) -> f64 {
        let all: f64 = element.checks.iter().map(|check| check.weight).sum();
        let lost: f64 = checks.map(|check| check.weight * (1.0 - check.share)).sum();
        if all > 0.0 && self.element_weight > 0.0 {
            100.0 * element.weight / self.element_weight * lost / all
        } else {
            0.0
        }
    }

    fn closes(&self, effect: &Effect) -> Vec<ConditionKind> {
        let roles: BTreeSet<&Role> = self.engaged_roles.iter().chain(&effect.roles).collect();
        let number = |needed: &Measure, found: f64| match needed {
            Measure::Number(needed) => found >= *needed,
            Measure::Grade(_) | Measure::Roles(_) | Measure::Flag(_) | Measure::Nothing => false,
        };
        let wanted = |needed: &'a Measure| match needed {
            Measure::Roles(wanted) => wanted.as_slice(),
            Measure::Number(_) | Measure::Grade(_) | Measure::Flag(_) | Measure::Nothing => &[],
        };
        self.standings
            .conditions
            .iter()
            .filter(|condition| !condition.met)
            .filter(|condition| match condition.kind {
                ConditionKind::EngagedContacts => {
                    let people = self.sight.engaged.len() + effect.people;
                    effect.people > 0 && number(&condition.needed, crate::math::count_f64(people))
                }
                ConditionKind::EngagedRoles => number(&condition.needed, crate::math::count_f64(roles.len())),
                ConditionKind::AnyRoleEngaged => {
                    wanted(&condition.needed).iter().any(|role| roles.contains(role))
                }
                ConditionKind::AllRolesEngaged => {
                    wanted(&condition.needed).iter().all(|role| roles.contains(role))
                }
                ConditionKind::Quorum => {
                    let quorum = self.standings.quorum.percent.unwrap_or(0.0);
                    effect.quorum > 0.0 && number(&condition.needed, quorum + effect.quorum + 1e-9)
                }
                ConditionKind::Heat
                | ConditionKind::Fit
                | ConditionKind::NotExcluded
                | ConditionKind::NotDisqualified => false,
            })
            .map(|condition| condition.kind)
            .collect()
    }

    /// Seats, and roles that checks ask for.
    fn roles(&self, gaps: &mut Vec<Gap>) {
        let mut roles: Vec<&Role> = self
            .standings
            .quorum
            .seats
            .iter()
            .map(|view| &view.seat.role)
            .collect();
        for check in self.in_scope().flat_map(|element| &element.checks) {
            if let CheckKind::RoleIdentified(role) | CheckKind::RoleEngaged(role) = &check.kind
                && !roles.contains(&role)
            {
                roles.push(role);
            }
        }
        gaps.extend(roles.into_iter().filter_map(|role| self.role(role)));
    }

    fn role(&self, role: &Role) -> Option<Gap> {
        let seat = self
            .standings
            .quorum
            .seats
            .iter()
            .find(|view| view.seat.role == *role);
        let asks = |kind: &CheckKind| match kind {
            CheckKind::RoleIdentified(asked) | CheckKind::RoleEngaged(asked) => asked == role,
            CheckKind::Evidence
            | CheckKind::Path { .. }
            | CheckKind::Signal { .. }
            | CheckKind::Attribute(_) => false,
        };
        let completeness: f64 = self
            .in_scope()
            .map(|element| {
                self.checks_worth(element, element.checks.iter().filter(|check| asks(&check.kind)))
            })
            .sum();
        let quorum = seat.map_or(0.0, |view| self.seat_worth(view));
        let needed = seat.is_none_or(|view| view.seat.required) || completeness > 0.0;
        let wanted = seat.map_or(1, |view| usize::try_from(view.seat.count).unwrap_or(usize::MAX));
        let holders: Vec<&Contact> = self.sight.holders(role.as_str()).collect();
        let numbers = |keep: &dyn Fn(&Contact) -> bool| -> Vec<ContactNo> {
            let kept = holders.iter().filter(|contact| keep(contact));
            kept.map(|contact| contact.no).collect()
        };
        let opposed = numbers(&|contact| self.sight.is_opposed(contact));
        let is_engaged = |contact: &Contact| self.sight.engaged.contains(&contact.no);
        let engaged = numbers(&|contact| is_engaged(contact) && !self.sight.is_opposed(contact));
        let cold = numbers(&|contact| !is_engaged(contact) && !self.sight.is_opposed(contact));
        let (kind, contacts) = if holders.is_empty() {
            (GapKind::EmptySeat, Vec::new())
        } else if engaged.is_empty() && cold.is_empty() {
            (GapKind::OpposedSeat, opposed)
        } else if engaged.len() >= wanted {
            return None;
        } else if cold.is_empty() {
            (GapKind::ShortSeat, Vec::new())
        } else {
            (GapKind::ColdSeat, cold)
        };
        let is_absence = matches!(kind, GapKind::EmptySeat | GapKind::ShortSeat);
        if is_absence && !needed {
            return None;
        }
        let new = wanted.saturating_sub(engaged.len());
        let mut effect = Effect {
            people: new,
            roles: BTreeSet::from([role.clone()]),
            quorum,
        };
        if kind == GapKind::ColdSeat {
            let warmed = contacts.iter().take(new);
            for contact in warmed.filter_map(|no| self.sight.state.contacts.get(no)) {
                effect
                    .roles
                    .extend(contact.roles_for(self.sight.solution).into_iter().cloned());
            }
        }
        let closes = self.closes(&effect);
        if quorum <= 0.0 && completeness <= 0.0 && closes.is_empty() {
            return None;
        }
        Some(Gap {
            closes,
            quorum,
            completeness,
            ask: self.ask(&contacts),
            ..gap(
                kind,
                role.as_str(),
                About::Role {
                    role: role.clone(),
                    wanted,
                    engaged: engaged.len(),
                },
                contacts,
            )
        })
    }

    fn seat_worth(&self, view: &SeatView) -> f64 {
        if self.seat_weight > 0.0 {
            100.0 * view.seat.weight * (1.0 - view.worth) / self.seat_weight
        } else {
            0.0
        }
    }

    /// What the elements in scope lack beside roles; checks that ask for the same thing are one gap.
    fn elements(&self, gaps: &mut Vec<Gap>) {
        let mut missing: Vec<Gap> = Vec::new();
        for element in self.in_scope() {
            self.evidence(element, gaps);
            for check in element.checks.iter().filter(|check| check.share < 1.0) {
                let Some(gap) = self.missing(element, check) else {
                    continue;
                };
                match missing.iter_mut().find(|known| known.id == gap.id) {
                    Some(known) => known.completeness += gap.completeness,
                    None => missing.push(gap),
                }
            }
        }
        gaps.append(&mut missing);
    }

    /// The gap of a check that fails, if it has one of its own.
    fn missing(&self, element: &ElementReading, check: &CheckReading) -> Option<Gap> {
        let (kind, id) = of_check(&element.key, &check.kind)?;
        let gap = match (&check.kind, &check.found) {
            (CheckKind::Path { from, to, strength }, Found::Path(found)) => {
                self.path(&id, from, to, *strength, found.as_ref())
            }
            (CheckKind::Signal { pattern, within }, Found::Signal(last)) => {
                let about = About::Signal {
                    element: element.name.clone(),
                    pattern: pattern.clone(),
                    within: *within,
                    last: *last,
                };
                Gap {
                    ask: self.ally(),
                    ..gap(kind, &id, about, Vec::new())
                }
            }
            (CheckKind::Attribute(attribute), _) => {
                let about = About::Attribute {
                    element: element.name.clone(),
                    attribute: attribute.clone(),
                };
                Gap {
                    ask: self.ally(),
                    ..gap(kind, &id, about, Vec::new())
                }
            }
            (
                CheckKind::Evidence
                | CheckKind::RoleIdentified(_)
                | CheckKind::RoleEngaged(_)
                | CheckKind::Path { .. }
                | CheckKind::Signal { .. },
                _,
            ) => return None,
        };
        Some(Gap {
            completeness: self.checks_worth(element, std::iter::once(check)),
            ..gap
        })
    }

    fn evidence(&self, element: &ElementReading, gaps: &mut Vec<Gap>) {
        let proofs = element
            .checks
            .iter()
            .filter(|check| check.kind == CheckKind::Evidence);
        let completeness = self.checks_worth(element, proofs);
        if completeness <= 0.0 {
            return;
        }
        let kind = if element.stale {
            GapKind::StaleElement
        } else {
            GapKind::UnprovenElement
        };
        let about = About::Element {
            key: element.key.clone(),
            name: element.name.clone(),
            level: element.level,
            stale_since: element.stale_at.filter(|_| element.stale),
            contested: element.contested,
            holds: element.holds(),
        };
        gaps.push(Gap {
            completeness,
            ask: self.ally(),
            ..gap(kind, &element.key, about, Vec::new())
        });
    }

    fn path(&self, id: &str, from: &Role, to: &Role, needed: f64, found: Option<&Path>) -> Gap {
        let holders =
            |role: &Role| access::passable_holders(self.sight.state, self.sight.solution, role.as_str());
        let about = About::Path {
            from: from.clone(),
            to: to.clone(),
            needed,
            found: found.cloned(),
        };
        let ends = holders(to);
        let mut contacts = holders(from);
        let first = contacts.first().copied();
        contacts.extend(ends.iter().copied());
        contacts.sort_unstable();
        contacts.dedup();
        Gap {
            ask: self.nearest(&ends).or(first).or_else(|| self.ally()),
            ..gap(GapKind::NoPath, id, about, contacts)
        }
    }

    /// Who is against it near the buyer, and whether all hangs on one person.
    fn risks(&self, gaps: &mut Vec<Gap>) {
        let sight = self.sight;
        if !sight.state.relations.is_empty() {
            let people = sight.people();
            let access = Access::of(sight.state, sight.solution, &people.ways);
            for blocker in risk::blockers(sight.state, &people.committee, sight.solution, &access) {
                let Some(strength) = blocker.strength else {
                    continue;
                };
                let about = About::Blocker { strength };
                let contact = blocker.contact;
                gaps.push(Gap {
                    ask: self.ask(&[contact]),
                    ..gap(GapKind::Blocker, &contact.0.to_string(), about, vec![contact])
                });
            }
            for contact in risk::holds(sight.state, sight.solution, &people.ways, &access) {
                let about = contact.0.to_string();
                gaps.push(Gap {
                    ask: Some(contact),
                    ..gap(GapKind::SingleThreaded, &about, About::Alone, vec![contact])
                });
            }
        }
        if let (Some(only), 1) = (sight.engaged.first(), sight.engaged.len()) {
            let effect = Effect {
                people: 1,
                ..Effect::default()
            };
            gaps.push(Gap {
                closes: self.closes(&effect),
                ask: Some(*only),
                ..gap(GapKind::SingleThreaded, "engaged", About::Alone, vec![*only])
            });
        }
    }

    fn conditions(&self, gaps: &mut Vec<Gap>) {
        for condition in self
            .standings
            .conditions
            .iter()
            .filter(|condition| !condition.met)
        {
            let lacking = match (condition.kind, &condition.needed) {
                (ConditionKind::Heat, Measure::Number(line)) => {
                    let needed = engagement::points_at_heat(*line, self.sight.model.half_point);
                    Some(needed - self.standings.intent_points)
                }
                _ => None,
            };
            let about = About::Condition {
                state: condition.clone(),
                lacking,
            };
            gaps.push(Gap {
                closes: vec![condition.kind],
                ask: self.ally(),
                ..gap(GapKind::MqaCondition, condition.kind.as_str(), about, Vec::new())
            });
        }
    }

    fn leaving(&self, gaps: &mut Vec<Gap>) {
        let soon = self.sight.at.plus_days(LEAVING_WITHIN);
        if let Some(at) = self
            .standings
            .mqa_ends_at
            .filter(|at| *at <= soon && *at > self.sight.at)
        {
            gaps.push(Gap {
                ask: self.ally(),
                ..gap(GapKind::LeavingMqa, "mqa", About::Leaving { at }, Vec::new())
            });
        }
    }

    /// Whom to ask about people: the engaged one nearest to them, else whoever helps most.
    fn ask(&self, targets: &[ContactNo]) -> Option<ContactNo> {
        self.nearest(targets).or_else(|| self.ally_but(targets))
    }

    fn helpers(&self) -> impl Iterator<Item = &'a Contact> {
        let sight = self.sight;
        sight
            .engaged
            .iter()
            .filter_map(|no| sight.state.contacts.get(no))
            .filter(|contact| !sight.is_opposed(contact))
    }

    /// The engaged person with the strongest path to one of `targets`; of equal ones that of fewest steps.
    fn nearest(&self, targets: &[ContactNo]) -> Option<ContactNo> {
        if targets.is_empty() || self.sight.state.relations.is_empty() {
            return None;
        }
        let reach = self.sight.ways().to(targets);
        self.helpers()
            .map(|contact| contact.no)
            .filter(|no| !targets.contains(no))
            .filter_map(|no| Some((reach.strength(no)?, reach.steps(no)?, no)))
            .min_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)).then(a.2.cmp(&b.2)))
            .map(|(_, _, no)| no)
    }

    /// Who helps most: an engaged champion, else the most senior engaged person.
    fn ally(&self) -> Option<ContactNo> {
        self.ally_but(&[])
    }

    fn ally_but(&self, but: &[ContactNo]) -> Option<ContactNo> {
        let rank = |contact: &Contact| {
            let roles = contact.roles_for(self.sight.solution);
            let champion = roles.iter().any(|role| role.as_str() == Role::CHAMPION);
            (
                !champion,
                contact.seniority().unwrap_or(Seniority::Staff),
                contact.no,
            )
        };
        self.helpers()
            .filter(|contact| !but.contains(&contact.no))
            .min_by_key(|contact| rank(contact))
            .map(|contact| contact.no)
    }
}

fn gap(kind: GapKind, about_id: &str, about: About, contacts: Vec<ContactNo>) -> Gap {
    Gap {
        kind,
        id: id(kind, about_id),
        quorum: 0.0,
        completeness: 0.0,
        closes: Vec::new(),
        about,
        contacts,
        ask: None,
        since: Since(None),
        snoozed: None,
    }
}

/// Returns the kind of the gap that a failing check of an element makes, and what its id names; `None`: it is a seat's
/// or the element's own.
fn of_check(element: &str, check: &CheckKind) -> Option<(GapKind, String)> {
    match check {
        CheckKind::Path { from, to, .. } => Some((GapKind::NoPath, format!("{from}-{to}"))),
        CheckKind::Signal { pattern, .. } => Some((GapKind::MissingSignal, format!("{element}.{pattern}"))),
        CheckKind::Attribute(attribute) => {
            Some((GapKind::MissingAttribute, format!("{element}.{attribute}")))
        }
        CheckKind::Evidence | CheckKind::RoleIdentified(_) | CheckKind::RoleEngaged(_) => None,
    }
}

fn id(kind: GapKind, about: &str) -> Arc<str> {
    Arc::from(format!("{}:{about}", kind.as_str()))
}

#[cfg(test)]
mod tests;
