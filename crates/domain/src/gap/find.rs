//! Looking for gaps: where seats, elements, people and conditions fall short, what closing each would add, and whom to ask.

use std::collections::BTreeSet;

use super::{About, Gap, GapKind, LEAVING_WITHIN, Since, Standings, id, of_check};
use crate::committee::access::{self, Access, Path};
use crate::committee::{SeatView, risk};
use crate::contact::{Contact, Seniority};
use crate::engagement;
use crate::framework::{CheckReading, ElementReading, Found, Sight};
use crate::id::{ContactNo, Role};
use crate::model::CheckKind;
use crate::mqa::{ConditionKind, Measure};

/// Looks for the gaps of one group.
pub(super) struct Finder<'a> {
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
    pub(super) fn new(sight: &'a Sight<'a>, standings: &'a Standings<'a>) -> Self {
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
    pub(super) fn roles(&self, gaps: &mut Vec<Gap>) {
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
    pub(super) fn elements(&self, gaps: &mut Vec<Gap>) {
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
    pub(super) fn risks(&self, gaps: &mut Vec<Gap>) {
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

    pub(super) fn conditions(&self, gaps: &mut Vec<Gap>) {
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

    pub(super) fn leaving(&self, gaps: &mut Vec<Gap>) {
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
