//! The MQA rule (docs/semantics.md 3.8): which conditions an account meets at an instant, and what follows.

use std::collections::{BTreeMap, BTreeSet};

use crate::fit::{Fit, Grade};
use crate::id::Role;
use crate::model::{MqaRule, MqaThresholds};
use crate::time::Timestamp;

/// A condition of the rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ConditionKind {
    /// Heat is high enough.
    Heat,
    /// Enough contacts are engaged.
    EngagedContacts,
    /// They hold enough distinct roles.
    EngagedRoles,
    /// One of them holds one of the listed roles.
    AnyRoleEngaged,
    /// Each listed role is held by one of them.
    AllRolesEngaged,
    /// The fit grade is good enough.
    Fit,
    /// The quorum is large enough.
    Quorum,
    /// No exclusion rule matches.
    NotExcluded,
    /// Sales has not disqualified the account.
    NotDisqualified,
}

impl ConditionKind {
    /// All conditions, in the order they are told.
    pub const ALL: [Self; 9] = [
        Self::Heat,
        Self::EngagedContacts,
        Self::EngagedRoles,
        Self::AnyRoleEngaged,
        Self::AllRolesEngaged,
        Self::Fit,
        Self::Quorum,
        Self::NotExcluded,
        Self::NotDisqualified,
    ];

    /// Returns the condition of a wire name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    /// Returns the wire name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Heat => "heat",
            Self::EngagedContacts => "engaged_contacts",
            Self::EngagedRoles => "engaged_roles",
            Self::AnyRoleEngaged => "any_role_engaged",
            Self::AllRolesEngaged => "all_roles_engaged",
            Self::Fit => "fit",
            Self::Quorum => "quorum",
            Self::NotExcluded => "not_excluded",
            Self::NotDisqualified => "not_disqualified",
        }
    }
}

/// A condition with what it needs and what there is.
#[derive(Clone, Debug, PartialEq)]
pub struct ConditionState {
    /// Which.
    pub kind: ConditionKind,
    /// Whether it holds (for heat: by the entering line, or the leaving line of an account that is in).
    pub met: bool,
    /// What it needs.
    pub needed: Measure,
    /// What there is.
    pub actual: Measure,
    /// Since when it has failed, of an account that is in and may yet recover.
    pub failing_since: Option<Timestamp>,
}

/// A value of a condition.
#[derive(Clone, Debug, PartialEq)]
pub enum Measure {
    /// A number: heat, a count, a percentage.
    Number(f64),
    /// A grade.
    Grade(Grade),
    /// Roles.
    Roles(Vec<Role>),
    /// Yes or no.
    Flag(bool),
    /// Undefined.
    Nothing,
}

/// What the rule looks at, at one instant.
#[derive(Clone, Debug)]
pub struct Situation<'a> {
    /// The instant.
    pub at: Timestamp,
    /// Heat, `0..=100`.
    pub heat: f64,
    /// Engaged contacts.
    pub engaged_contacts: usize,
    /// Their distinct roles, `unknown` not counted.
    pub engaged_roles: &'a BTreeSet<Role>,
    /// Fit.
    pub fit: &'a Fit,
    /// Quorum in percent.
    pub quorum: Option<f64>,
    /// Whether sales disqualified the account.
    pub disqualified: bool,
    /// Until when an act-now signal qualifies; that instant itself is no longer in.
    pub act_now_until: Option<Timestamp>,
}

/// Whether an account is MQA, and what it hangs on. A function of what happened up to an instant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MqaStatus {
    /// Since when it is in; `None`: it is not.
    pub since: Option<Timestamp>,
    /// Since when each failing condition fails, of an account that is in (heat and blocks have no patience).
    pub failing: BTreeMap<ConditionKind, Timestamp>,
}

/// What a judgement changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing.
    Same,
    /// The account entered.
    Entered,
    /// The account left; with it, what its being in hung on at that instant.
    Left(MqaStatus),
}

impl Situation<'_> {
    fn fit_holds(&self, thresholds: &MqaThresholds) -> bool {
        thresholds
            .fit_grade
            .is_none_or(|needed| self.fit.grade.is_some_and(|grade| grade <= needed))
    }

    fn blocked(&self) -> bool {
        self.fit.excluded || self.disqualified
    }

    /// Whether an act-now signal qualifies the account: it lifts neither blocks nor the fit condition.
    #[must_use]
    pub fn acts_now(&self, thresholds: &MqaThresholds) -> bool {
        self.act_now_until.is_some_and(|until| self.at < until)
            && !self.blocked()
            && self.fit_holds(thresholds)
    }

    /// Returns each condition the rule has but heat and the blocks, and whether it holds.
    fn patient(&self, thresholds: &MqaThresholds) -> [(ConditionKind, bool); 6] {
        let needed = |count: u32| usize::try_from(count).unwrap_or(usize::MAX);
        let has = |role: &Role| self.engaged_roles.contains(role);
        [
            (
                ConditionKind::EngagedContacts,
                self.engaged_contacts >= needed(thresholds.engaged_contacts),
            ),
            (
                ConditionKind::EngagedRoles,
                self.engaged_roles.len() >= needed(thresholds.engaged_roles),
            ),
            (
                ConditionKind::AnyRoleEngaged,
                thresholds.any_role_engaged.is_empty() || thresholds.any_role_engaged.iter().any(has),
            ),
            (
                ConditionKind::AllRolesEngaged,
                thresholds.all_roles_engaged.iter().all(has),
            ),
            (ConditionKind::Fit, self.fit_holds(thresholds)),
            (
                ConditionKind::Quorum,
                thresholds
                    .quorum
                    .is_none_or(|needed| self.quorum.is_some_and(|quorum| quorum >= needed)),
            ),
        ]
    }

    /// Returns the conditions that fail, a bit each, in the order of [`ConditionKind::ALL`].
    ///
    /// - `inside`: whether the account is in, so that heat is held to the leaving line.
    #[must_use]
    pub fn unmet(&self, thresholds: &MqaThresholds, inside: bool) -> u16 {
        let line = if inside {
            thresholds.exit_heat
        } else {
            thresholds.enter_heat
        };
        let patient = self.patient(thresholds).map(|(_, holds)| holds);
        let all = [self.heat >= line]
            .into_iter()
            .chain(patient)
            .chain([!self.fit.excluded, !self.disqualified]);
        all.fold(0, |unmet, holds| unmet << 1 | u16::from(!holds))
    }

    /// Returns whether the entering conditions hold.
    #[must_use]
    pub fn qualifies(&self, thresholds: &MqaThresholds) -> bool {
        !self.blocked()
            && (self.acts_now(thresholds)
                || (self.heat >= thresholds.enter_heat
                    && self.patient(thresholds).iter().all(|(_, holds)| *holds)))
    }
}

impl MqaStatus {
    /// Judges the situation: enters, leaves, starts and stops the clocks of failing conditions.
    ///
    /// - `thresholds`: `None` when the model has no rule; then nothing is MQA, whatever it was before.
    pub fn judge(&mut self, situation: &Situation<'_>, thresholds: Option<&MqaThresholds>) -> Verdict {
        let Some(thresholds) = thresholds else {
            return if self.since.is_some() {
                self.leave()
            } else {
                Verdict::Same
            };
        };
        if self.since.is_none() {
            if situation.qualifies(thresholds) {
                self.since = Some(situation.at);
                self.failing.clear();
                // An act-now may let an account in whose other conditions fail: their clocks start when it ends.
                return Verdict::Entered;
            }
            return Verdict::Same;
        }
        // It never does for a blocked account.
        if situation.acts_now(thresholds) {
            self.failing.clear();
            return Verdict::Same;
        }
        // Also when it leaves by another: what else failed, and since when, is told with it.
        for (kind, holds) in situation.patient(thresholds) {
            if holds {
                self.failing.remove(&kind);
            } else {
                self.failing.entry(kind).or_insert(situation.at);
            }
        }
        if self.ending(situation, thresholds).is_empty() {
            Verdict::Same
        } else {
            self.leave()
        }
    }

    /// Returns the conditions that end an MQA at an instant: a block, heat under the leaving line, and each other one
    /// that has failed for the days of grace.
    ///
    /// - `self`: the status of an account that is in, judged at that instant.
    #[must_use]
    pub fn ending(&self, situation: &Situation<'_>, thresholds: &MqaThresholds) -> Vec<ConditionKind> {
        let grace_ms = thresholds.grace_days.to_millis();
        let is_over = |kind: &ConditionKind| match kind {
            ConditionKind::Heat => situation.heat < thresholds.exit_heat,
            ConditionKind::NotExcluded => situation.fit.excluded,
            ConditionKind::NotDisqualified => situation.disqualified,
            ConditionKind::EngagedContacts
            | ConditionKind::EngagedRoles
            | ConditionKind::AnyRoleEngaged
            | ConditionKind::AllRolesEngaged
            | ConditionKind::Fit
            | ConditionKind::Quorum => self
                .failing
                .get(kind)
                .is_some_and(|since| situation.at.millis_since(*since) >= grace_ms),
        };
        ConditionKind::ALL.into_iter().filter(is_over).collect()
    }

    fn leave(&mut self) -> Verdict {
        Verdict::Left(std::mem::take(self))
    }

    /// Returns when the first clock of a failing condition runs out.
    #[must_use]
    pub fn patience_ends(&self, thresholds: &MqaThresholds) -> Option<Timestamp> {
        self.failing
            .values()
            .min()
            .map(|since| since.plus_days(thresholds.grace_days))
    }
}

impl MqaRule {
    /// Returns the numbers an account is judged by.
    #[must_use]
    pub fn thresholds(&self, state: &crate::account::AccountState) -> &MqaThresholds {
        self.segments
            .iter()
            .find(|segment| segment.when.matches(state))
            .map_or(&self.base, |segment| &segment.thresholds)
    }

    /// Returns which of [`MqaRule::all`] an account is judged by.
    #[must_use]
    pub fn place(&self, state: &crate::account::AccountState) -> usize {
        self.segments
            .iter()
            .position(|segment| segment.when.matches(state))
            .map_or(0, |segment| segment + 1)
    }

    /// Returns the numbers of accounts of no segment, then those of each segment.
    pub fn all(&self) -> impl Iterator<Item = &MqaThresholds> {
        std::iter::once(&self.base).chain(self.segments.iter().map(|segment| &segment.thresholds))
    }
}

/// Returns the conditions the rule asks for, each with what it needs and what there is.
///
/// - `status`: by whether it is in, they are those to stay or those to enter.
#[must_use]
pub fn conditions(
    situation: &Situation<'_>,
    thresholds: &MqaThresholds,
    status: &MqaStatus,
) -> Vec<ConditionState> {
    let inside = status.since.is_some();
    let line = if inside {
        thresholds.exit_heat
    } else {
        thresholds.enter_heat
    };
    let mut all = vec![ConditionState {
        kind: ConditionKind::Heat,
        met: situation.heat >= line,
        needed: Measure::Number(line),
        actual: Measure::Number(situation.heat),
        failing_since: None,
    }];
    let roles: Vec<Role> = situation.engaged_roles.iter().cloned().collect();
    for (kind, met) in situation.patient(thresholds) {
        let (needed, actual) = match kind {
            ConditionKind::EngagedContacts => (
                Measure::Number(f64::from(thresholds.engaged_contacts)),
                Measure::Number(crate::math::count_f64(situation.engaged_contacts)),
            ),
            ConditionKind::EngagedRoles if thresholds.engaged_roles > 0 => (
                Measure::Number(f64::from(thresholds.engaged_roles)),
                Measure::Number(crate::math::count_f64(roles.len())),
            ),
            ConditionKind::AnyRoleEngaged if !thresholds.any_role_engaged.is_empty() => (
                Measure::Roles(thresholds.any_role_engaged.clone()),
                Measure::Roles(roles.clone()),
            ),
            ConditionKind::AllRolesEngaged if !thresholds.all_roles_engaged.is_empty() => (
                Measure::Roles(thresholds.all_roles_engaged.clone()),
                Measure::Roles(roles.clone()),
            ),
            ConditionKind::Fit => match thresholds.fit_grade {
                Some(grade) => (
                    Measure::Grade(grade),
                    situation.fit.grade.map_or(Measure::Nothing, Measure::Grade),
                ),
                None => continue,
            },
            ConditionKind::Quorum => match thresholds.quorum {
                Some(needed) => (
                    Measure::Number(needed),
                    situation.quorum.map_or(Measure::Nothing, Measure::Number),
                ),
                None => continue,
            },
            ConditionKind::EngagedRoles
            | ConditionKind::AnyRoleEngaged
            | ConditionKind::AllRolesEngaged
            | ConditionKind::Heat
            | ConditionKind::NotExcluded
            | ConditionKind::NotDisqualified => continue,
        };
        let failing_since = status.failing.get(&kind).copied();
        all.push(ConditionState {
            kind,
            met,
            needed,
            actual,
            failing_since,
        });
    }
    for (kind, failed) in [
        (ConditionKind::NotExcluded, situation.fit.excluded),
        (ConditionKind::NotDisqualified, situation.disqualified),
    ] {
        all.push(ConditionState {
            kind,
            met: !failed,
            needed: Measure::Flag(true),
            actual: Measure::Flag(!failed),
            failing_since: None,
        });
    }
    all
}

#[cfg(test)]
mod tests;
