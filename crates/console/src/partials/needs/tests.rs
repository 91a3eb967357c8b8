use quorate_domain::fit::Grade;

use super::*;

fn missing(kind: ConditionKind, needed: Measure, actual: Measure) -> ConditionState {
    ConditionState {
        kind,
        met: false,
        needed,
        actual,
        failing_since: None,
    }
}

fn number(kind: ConditionKind, needed: f64, actual: f64) -> ConditionState {
    missing(kind, Measure::Number(needed), Measure::Number(actual))
}

#[test]
fn the_nearest_is_said_and_the_others_are_counted() {
    let text = |all: &[ConditionState]| Needs::of(all).map(|needs| needs.text).unwrap_or_default();
    let heat = number(ConditionKind::Heat, 60.0, 47.0);
    let people = number(ConditionKind::EngagedContacts, 3.0, 1.0);
    assert_eq!(text(&[]), "");
    assert_eq!(text(std::slice::from_ref(&heat)), "needs heat 60");
    assert_eq!(text(&[people.clone(), heat.clone()]), "needs heat 60, and 1 more");
    assert_eq!(text(&[people]), "needs 2 more people");
    assert_eq!(
        text(&[number(ConditionKind::EngagedRoles, 2.0, 1.0)]),
        "needs 1 more role"
    );
    let fit = missing(ConditionKind::Fit, Measure::Grade(Grade::B), Measure::Nothing);
    assert_eq!(text(std::slice::from_ref(&fit)), "needs fit B");
    let excluded = missing(
        ConditionKind::NotExcluded,
        Measure::Flag(true),
        Measure::Flag(false),
    );
    let needs = Needs::of(&[heat, fit, excluded]).unwrap();
    assert_eq!(needs.text, "excluded by the model, and 2 more");
    assert_eq!(needs.title, "Excluded by the model; needs heat 60; needs fit B");
}

#[test]
fn roles_are_named_as_far_as_they_are_few() {
    let role = |name: &str| Role::new(name).unwrap();
    let any = |names: &[&str]| {
        let needed = Measure::Roles(names.iter().map(|name| role(name)).collect());
        missing(ConditionKind::AnyRoleEngaged, needed, Measure::Roles(Vec::new()))
    };
    let text = |one: ConditionState| Needs::of(&[one]).unwrap().text;
    assert_eq!(text(any(&["economic_buyer"])), "needs the economic buyer");
    assert_eq!(text(any(&["champion", "coach"])), "needs one of 2 roles");
    let all = missing(
        ConditionKind::AllRolesEngaged,
        Measure::Roles(vec![role("champion"), role("user")]),
        Measure::Roles(vec![role("user")]),
    );
    assert_eq!(text(all), "needs the champion");
}
