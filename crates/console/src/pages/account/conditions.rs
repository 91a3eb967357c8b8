//! The conditions behind MQA, each with what it needs and what there is.

use quorate_domain::id::Role;
use quorate_domain::mqa::{ConditionKind, ConditionState, Measure};
use quorate_domain::time::Timestamp;
use quorate_engine::view::AccountView;

use crate::words;

/// A condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ConditionLine {
    pub(crate) name: &'static str,
    pub(crate) met: bool,
    pub(crate) actual: String,
    pub(crate) needed: String,
    /// In full, where `needed` is short.
    pub(crate) title: String,
    /// Whether `actual` is a number.
    pub(crate) number: bool,
    /// Since when it fails, of an account that is in and may yet recover.
    pub(crate) failing: Option<String>,
}

/// Returns the conditions of the group that speaks for the account; empty: the model has no rule.
pub(crate) fn lines(view: &AccountView) -> Vec<ConditionLine> {
    shown(view)
        .map(|condition| ConditionLine::of(condition, view, view.reading.at))
        .collect()
}

/// Returns the conditions that are worth a word.
pub(crate) fn shown(view: &AccountView) -> impl Iterator<Item = &ConditionState> {
    let conditions = view
        .reading
        .best()
        .map(|group| group.conditions.as_slice())
        .unwrap_or_default();
    conditions.iter().filter(|condition| is_shown(condition))
}

/// That nothing forbids an account to qualify is worth a word only when something does.
fn is_shown(condition: &ConditionState) -> bool {
    let block = matches!(
        condition.kind,
        ConditionKind::NotExcluded | ConditionKind::NotDisqualified
    );
    !(block && condition.met)
}

impl ConditionLine {
    fn of(condition: &ConditionState, view: &AccountView, now: Timestamp) -> Self {
        let needed = measure(&condition.needed);
        let inside = view.reading.best().is_some_and(|group| group.mqa_since.is_some());
        Self {
            name: match condition.kind {
                ConditionKind::Heat => "Heat",
                ConditionKind::EngagedContacts => "Engaged people",
                ConditionKind::EngagedRoles => "Engaged roles",
                ConditionKind::AnyRoleEngaged => "One of these roles",
                ConditionKind::AllRolesEngaged => "All of these roles",
                ConditionKind::Fit => "Fit",
                ConditionKind::Quorum => "Quorum",
                ConditionKind::NotExcluded => "Not excluded",
                ConditionKind::NotDisqualified => "Not disqualified",
            },
            met: condition.met,
            actual: holders(condition, view).unwrap_or_else(|| actual(condition)),
            title: format!("needs {needed}"),
            number: matches!(condition.actual, Measure::Number(_) | Measure::Grade(_)),
            needed: match condition.kind {
                ConditionKind::Heat if inside => format!("{needed} to stay"),
                ConditionKind::AnyRoleEngaged if condition.met => "one engaged".to_owned(),
                ConditionKind::AnyRoleEngaged => format!("any of {} roles", roles(&condition.needed).len()),
                ConditionKind::NotExcluded | ConditionKind::NotDisqualified => String::new(),
                ConditionKind::Heat
                | ConditionKind::EngagedContacts
                | ConditionKind::EngagedRoles
                | ConditionKind::AllRolesEngaged
                | ConditionKind::Fit
                | ConditionKind::Quorum => format!("needs {needed}"),
            },
            failing: condition
                .failing_since
                .map(|since| format!("fails since {}", words::date(since, now))),
        }
    }
}

/// Returns who fulfils a condition on roles, most engaged first.
fn holders(condition: &ConditionState, view: &AccountView) -> Option<String> {
    if !condition.met || !matches!(condition.kind, ConditionKind::AnyRoleEngaged) {
        return None;
    }
    let asked = roles(&condition.needed);
    let group = view.reading.best()?;
    let holder = group
        .people
        .iter()
        .filter(|person| person.engaged && person.roles.iter().any(|role| asked.contains(role)))
        .max_by(|a, b| a.engagement.total_cmp(&b.engagement))?;
    Some(super::people::name(view, holder.contact))
}

/// Returns what there is: of the roles that are asked for, those that are engaged.
pub(super) fn actual(condition: &ConditionState) -> String {
    let asked = roles(&condition.needed);
    let found: Vec<Role> = roles(&condition.actual)
        .iter()
        .filter(|role| asked.contains(role))
        .cloned()
        .collect();
    match condition.kind {
        ConditionKind::AnyRoleEngaged | ConditionKind::AllRolesEngaged => measure(&Measure::Roles(found)),
        ConditionKind::Heat
        | ConditionKind::EngagedContacts
        | ConditionKind::EngagedRoles
        | ConditionKind::Fit
        | ConditionKind::Quorum
        | ConditionKind::NotExcluded
        | ConditionKind::NotDisqualified => measure(&condition.actual),
    }
}

fn roles(measure: &Measure) -> &[Role] {
    match measure {
        Measure::Roles(roles) => roles,
        Measure::Number(_) | Measure::Grade(_) | Measure::Flag(_) | Measure::Nothing => &[],
    }
}

pub(super) fn measure(measure: &Measure) -> String {
    match measure {
        Measure::Number(number) => words::whole(*number),
        Measure::Grade(grade) => grade.as_str().to_owned(),
        Measure::Roles(roles) if roles.is_empty() => "none".to_owned(),
        Measure::Roles(roles) => roles
            .iter()
            .map(|role| words::spaced(role.as_str()))
            .collect::<Vec<_>>()
            .join(", "),
        Measure::Flag(yes) => if *yes { "yes" } else { "no" }.to_owned(),
        Measure::Nothing => words::UNKNOWN.to_owned(),
    }
}
