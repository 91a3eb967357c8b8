//! What keeps an account from being MQA, the nearest first, in a few words.

use quorate_domain::id::Role;
use quorate_domain::mqa::{ConditionKind, ConditionState, Measure};

use crate::words;

/// What is missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Needs {
    /// `needs heat 60, and 1 more`.
    pub(crate) text: String,
    /// All of it.
    pub(crate) title: String,
}

impl Needs {
    /// Returns what is missing; `None`: nothing is.
    pub(crate) fn of(missing: &[ConditionState]) -> Option<Self> {
        let mut sorted: Vec<&ConditionState> = missing.iter().collect();
        // Stable: of equally near ones the rule's order holds.
        sorted.sort_by(|a, b| distance(a).total_cmp(&distance(b)));
        let first = sentence(sorted.first()?);
        let all: Vec<String> = sorted.iter().map(|condition| sentence(condition)).collect();
        Some(Self {
            text: match sorted.len() - 1 {
                0 => first,
                more => format!("{first}, and {more} more"),
            },
            title: words::capitalised(&all.join("; ")),
        })
    }
}

/// How far a condition is from being met, as a share of the way; what forbids all else comes first.
fn distance(condition: &ConditionState) -> f64 {
    match (condition.kind, &condition.needed, &condition.actual) {
        (ConditionKind::NotExcluded | ConditionKind::NotDisqualified, ..) => -1.0,
        (_, Measure::Number(needed), Measure::Number(actual)) if *needed > 0.0 => 1.0 - actual / needed,
        (..) => 1.0,
    }
}

fn sentence(condition: &ConditionState) -> String {
    match condition.kind {
        ConditionKind::Heat => format!("needs heat {}", needed(condition)),
        ConditionKind::Quorum => format!("needs quorum {}%", needed(condition)),
        ConditionKind::Fit => match &condition.needed {
            Measure::Grade(grade) => format!("needs fit {}", grade.as_str()),
            Measure::Number(_) | Measure::Roles(_) | Measure::Flag(_) | Measure::Nothing => {
                "needs a better fit".to_owned()
            }
        },
        ConditionKind::EngagedContacts => {
            format!(
                "needs {} more {}",
                more(condition),
                noun(condition, "person", "people")
            )
        }
        ConditionKind::EngagedRoles => {
            format!(
                "needs {} more {}",
                more(condition),
                noun(condition, "role", "roles")
            )
        }
        ConditionKind::AnyRoleEngaged => match roles(&condition.needed) {
            [only] => format!("needs the {}", words::spaced(only.as_str())),
            several => format!("needs one of {} roles", several.len()),
        },
        ConditionKind::AllRolesEngaged => {
            let there = roles(&condition.actual);
            let absent: Vec<String> = roles(&condition.needed)
                .iter()
                .filter(|role| !there.contains(role))
                .map(|role| words::spaced(role.as_str()))
                .collect();
            format!("needs the {}", absent.join(" and the "))
        }
        ConditionKind::NotExcluded => "excluded by the model".to_owned(),
        ConditionKind::NotDisqualified => "disqualified".to_owned(),
    }
}

fn needed(condition: &ConditionState) -> String {
    match condition.needed {
        Measure::Number(number) => words::whole(number),
        Measure::Grade(_) | Measure::Roles(_) | Measure::Flag(_) | Measure::Nothing => {
            words::UNKNOWN.to_owned()
        }
    }
}

/// Returns how many are missing.
fn more(condition: &ConditionState) -> i64 {
    match (&condition.needed, &condition.actual) {
        (Measure::Number(needed), Measure::Number(actual)) => words::floored(needed - actual).max(1),
        (..) => 1,
    }
}

fn noun(condition: &ConditionState, one: &'static str, many: &'static str) -> &'static str {
    if more(condition) == 1 { one } else { many }
}

fn roles(measure: &Measure) -> &[Role] {
    match measure {
        Measure::Roles(roles) => roles,
        Measure::Number(_) | Measure::Grade(_) | Measure::Flag(_) | Measure::Nothing => &[],
    }
}

#[cfg(test)]
mod tests;
