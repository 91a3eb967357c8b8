use super::*;
use crate::time::{DAY_MS, Days};

const T: i64 = 1_772_409_600_000;

fn day(days: f64) -> Timestamp {
    Timestamp::from_millis(T).plus_days(Days(days))
}

fn lines() -> MqaThresholds {
    MqaThresholds {
        enter_heat: 50.0,
        exit_heat: 40.0,
        engaged_contacts: 2,
        engaged_roles: 0,
        any_role_engaged: Vec::new(),
        all_roles_engaged: Vec::new(),
        fit_grade: None,
        quorum: None,
        grace_days: Days(3.0),
    }
}

fn roles(names: &[&str]) -> BTreeSet<Role> {
    names.iter().map(|name| Role::trusted(*name)).collect()
}

/// What an account looks like; good by the lines above.
#[derive(Clone)]
struct Looks {
    heat: f64,
    contacts: usize,
    roles: BTreeSet<Role>,
    fit: Fit,
    quorum: Option<f64>,
    disqualified: bool,
    act_now_until: Option<Timestamp>,
}

fn good() -> Looks {
    Looks {
        heat: 60.0,
        contacts: 2,
        roles: roles(&["champion"]),
        fit: Fit {
            score: Some(70.0),
            known: 1.0,
            grade: Some(Grade::B),
            excluded: false,
        },
        quorum: Some(30.0),
        disqualified: false,
        act_now_until: None,
    }
}

fn ungraded() -> Fit {
    Fit {
        score: Some(100.0),
        known: 0.2,
        grade: None,
        excluded: false,
    }
}

fn excluded() -> Fit {
    Fit {
        excluded: true,
        ..good().fit
    }
}

impl Looks {
    fn at(&self, t: Timestamp) -> Situation<'_> {
        Situation {
            at: t,
            heat: self.heat,
            engaged_contacts: self.contacts,
            engaged_roles: &self.roles,
            fit: &self.fit,
            quorum: self.quorum,
            disqualified: self.disqualified,
            act_now_until: self.act_now_until,
        }
    }
}

#[track_caller]
fn check_enters(looks: &Looks, lines: &MqaThresholds, enters: bool) {
    let mut status = MqaStatus::default();
    let verdict = status.judge(&looks.at(day(0.0)), Some(lines));
    assert_eq!(verdict == Verdict::Entered, enters);
    assert_eq!(status.since, enters.then(|| day(0.0)));
    assert_eq!(looks.at(day(0.0)).qualifies(lines), enters);
    let met = conditions(&looks.at(day(0.0)), lines, &MqaStatus::default())
        .iter()
        .all(|condition| condition.met);
    assert!(
        met == enters || looks.act_now_until.is_some(),
        "the conditions say the same"
    );
}

/// Judges what the account looks like at each day, and says when it left; it enters at day 0.
#[track_caller]
fn check_leaves(course: &[(f64, Looks)], lines: &MqaThresholds, left: Option<f64>) {
    let mut status = MqaStatus::default();
    assert_eq!(status.judge(&good().at(day(0.0)), Some(lines)), Verdict::Entered);
    let mut got = None;
    for (when, looks) in course {
        if let Verdict::Left(_) = status.judge(&looks.at(day(*when)), Some(lines)) {
            got = Some(*when);
            break;
        }
    }
    assert_eq!(got.map(day), left.map(day), "got {got:?}, expected {left:?}");
}

/// Judges what the account looks like at each day until it leaves, and says by what it ended.
#[track_caller]
fn check_ending(course: &[(f64, Looks)], lines: &MqaThresholds, ended_by: &[ConditionKind]) {
    let mut status = MqaStatus::default();
    assert_eq!(status.judge(&good().at(day(0.0)), Some(lines)), Verdict::Entered);
    for (when, looks) in course {
        let situation = looks.at(day(*when));
        let Verdict::Left(until_then) = status.judge(&situation, Some(lines)) else {
            continue;
        };
        assert_eq!(until_then.ending(&situation, lines), ended_by);
        assert_eq!(status, MqaStatus::default());
        // What ended it fails, by the lines of an account that is in.
        let unmet: Vec<ConditionKind> = conditions(&situation, lines, &until_then)
            .iter()
            .filter(|condition| !condition.met)
            .map(|condition| condition.kind)
            .collect();
        assert!(ended_by.iter().all(|kind| unmet.contains(kind)), "{unmet:?}");
        return;
    }
    panic!("it did not leave");
}

#[test]
fn an_account_enters_when_all_hold() {
    check_enters(&good(), &lines(), true);
    check_enters(&Looks { heat: 50.0, ..good() }, &lines(), true);
    check_enters(
        &Looks {
            heat: 49.999,
            ..good()
        },
        &lines(),
        false,
    );
    check_enters(
        &Looks {
            contacts: 1,
            ..good()
        },
        &lines(),
        false,
    );
}

#[test]
fn a_heat_that_would_stay_does_not_enter() {
    check_enters(&Looks { heat: 45.0, ..good() }, &lines(), false);
}

#[test]
fn roles_are_counted_and_named() {
    let two = MqaThresholds {
        engaged_roles: 2,
        ..lines()
    };
    check_enters(&good(), &two, false);
    let both = Looks {
        roles: roles(&["champion", "user"]),
        ..good()
    };
    check_enters(&both, &two, true);
    let any = MqaThresholds {
        any_role_engaged: vec![Role::trusted("champion"), Role::trusted("legal")],
        ..lines()
    };
    check_enters(&good(), &any, true);
    check_enters(
        &Looks {
            roles: roles(&["user"]),
            ..good()
        },
        &any,
        false,
    );
    let all = MqaThresholds {
        all_roles_engaged: vec![Role::trusted("champion"), Role::trusted("user")],
        ..lines()
    };
    check_enters(&good(), &all, false);
    check_enters(&both, &all, true);
}

#[test]
fn a_grade_is_needed_when_set_and_ungraded_fails() {
    let fit = |grade| MqaThresholds {
        fit_grade: Some(grade),
        ..lines()
    };
    check_enters(&good(), &fit(Grade::B), true);
    check_enters(&good(), &fit(Grade::C), true);
    check_enters(&good(), &fit(Grade::A), false);
    let unknown = Looks {
        fit: ungraded(),
        ..good()
    };
    check_enters(&unknown, &fit(Grade::D), false);
    check_enters(&unknown, &lines(), true);
}

#[test]
fn an_undefined_quorum_fails_a_quorum_condition() {
    let quorum = MqaThresholds {
        quorum: Some(30.0),
        ..lines()
    };
    check_enters(&good(), &quorum, true);
    check_enters(
        &Looks {
            quorum: Some(29.9),
            ..good()
        },
        &quorum,
        false,
    );
    check_enters(
        &Looks {
            quorum: None,
            ..good()
        },
        &quorum,
        false,
    );
    check_enters(
        &Looks {
            quorum: None,
            ..good()
        },
        &lines(),
        true,
    );
}

#[test]
fn the_excluded_and_the_disqualified_never_enter() {
    check_enters(
        &Looks {
            fit: excluded(),
            ..good()
        },
        &lines(),
        false,
    );
    check_enters(
        &Looks {
            disqualified: true,
            ..good()
        },
        &lines(),
        false,
    );
}

#[test]
fn heat_leaves_under_the_lower_line_and_at_once() {
    check_leaves(
        &[
            (1.0, Looks { heat: 45.0, ..good() }),
            (2.0, Looks { heat: 40.0, ..good() }),
            (
                3.0,
                Looks {
                    heat: 39.999,
                    ..good()
                },
            ),
        ],
        &lines(),
        Some(3.0),
    );
}

#[test]
fn another_condition_leaves_when_patience_ends() {
    let alone = Looks {
        contacts: 1,
        ..good()
    };
    check_leaves(
        &[(1.0, alone.clone()), (3.9, alone.clone()), (4.0, alone)],
        &lines(),
        Some(4.0),
    );
}

#[test]
fn without_grace_it_leaves_at_once() {
    let lines = MqaThresholds {
        grace_days: Days(0.0),
        ..lines()
    };
    check_leaves(
        &[(
            1.0,
            Looks {
                contacts: 1,
                ..good()
            },
        )],
        &lines,
        Some(1.0),
    );
}

#[test]
fn a_recovery_starts_the_clock_anew() {
    let alone = Looks {
        contacts: 1,
        ..good()
    };
    check_leaves(
        &[
            (1.0, alone.clone()),
            (3.0, good()),
            (3.5, alone.clone()),
            (5.0, alone.clone()),
            (6.5, alone),
        ],
        &lines(),
        Some(6.5),
    );
}

#[test]
fn each_condition_has_its_own_clock() {
    let lines = MqaThresholds {
        quorum: Some(20.0),
        ..lines()
    };
    let alone = Looks {
        contacts: 1,
        ..good()
    };
    let small = Looks {
        quorum: Some(10.0),
        ..good()
    };
    // Something fails all the while, but neither of them for three days.
    check_leaves(
        &[
            (1.0, alone.clone()),
            (3.0, small.clone()),
            (5.0, alone.clone()),
            (7.0, small),
        ],
        &lines,
        None,
    );
    // The quorum failed since 1, the contacts since 2: the quorum's clock runs out first.
    let both = Looks {
        contacts: 1,
        ..Looks {
            quorum: None,
            ..good()
        }
    };
    let mut status = MqaStatus::default();
    status.judge(&good().at(day(0.0)), Some(&lines));
    status.judge(
        &Looks {
            quorum: None,
            ..good()
        }
        .at(day(1.0)),
        Some(&lines),
    );
    status.judge(&both.at(day(2.0)), Some(&lines));
    assert_eq!(status.patience_ends(&lines), Some(day(4.0)));
}

#[test]
fn the_excluded_and_the_disqualified_leave_at_once() {
    check_leaves(
        &[(
            1.0,
            Looks {
                fit: excluded(),
                ..good()
            },
        )],
        &lines(),
        Some(1.0),
    );
    check_leaves(
        &[(
            1.0,
            Looks {
                disqualified: true,
                ..good()
            },
        )],
        &lines(),
        Some(1.0),
    );
}

fn acting() -> Looks {
    Looks {
        heat: 1.0,
        contacts: 0,
        roles: roles(&[]),
        act_now_until: Some(day(10.0)),
        ..good()
    }
}

#[test]
fn an_act_now_enters_whatever_the_rest_says() {
    check_enters(&acting(), &lines(), true);
    let over = Looks {
        act_now_until: Some(day(0.0)),
        ..acting()
    };
    check_enters(&over, &lines(), false);
}

#[test]
fn an_act_now_lifts_neither_block_nor_the_fit_condition() {
    let fit = MqaThresholds {
        fit_grade: Some(Grade::A),
        ..lines()
    };
    check_enters(&acting(), &fit, false);
    check_enters(
        &Looks {
            fit: excluded(),
            ..acting()
        },
        &lines(),
        false,
    );
    check_enters(
        &Looks {
            disqualified: true,
            ..acting()
        },
        &lines(),
        false,
    );
    // Another condition than fit it does lift.
    let quorum = MqaThresholds {
        quorum: Some(90.0),
        ..lines()
    };
    check_enters(&acting(), &quorum, true);
}

#[test]
fn when_an_act_now_ends_heat_decides_at_once_and_the_clocks_start() {
    check_leaves(
        &[(1.0, acting()), (9.9, acting()), (10.0, acting())],
        &lines(),
        Some(10.0),
    );
    let warm = Looks {
        heat: 60.0,
        ..acting()
    };
    // The contacts are missing from day 1 on, but the clock starts at day 10.
    check_leaves(
        &[
            (1.0, warm.clone()),
            (10.0, warm.clone()),
            (12.9, warm.clone()),
            (13.0, warm),
        ],
        &lines(),
        Some(13.0),
    );
}

#[test]
fn an_act_now_stops_a_clock_that_ran() {
    let alone = Looks {
        contacts: 1,
        ..good()
    };
    let acting = Looks {
        act_now_until: Some(day(5.0)),
        ..alone.clone()
    };
    check_leaves(
        &[
            (1.0, alone.clone()),
            (2.0, acting.clone()),
            (4.0, acting),
            (5.0, alone.clone()),
            (7.0, alone),
        ],
        &lines(),
        None,
    );
}

#[test]
fn a_leaving_says_by_what_it_ended() {
    let alone = || Looks {
        contacts: 1,
        ..good()
    };
    let cold = || Looks {
        heat: 39.9,
        ..alone()
    };
    // Heat under the line to enter and above that to stay ends nothing.
    let cooler = || Looks {
        heat: 45.0,
        ..alone()
    };
    check_ending(
        &[(1.0, cooler()), (4.0, cooler())],
        &lines(),
        &[ConditionKind::EngagedContacts],
    );
    // One person alone has not failed for three days yet.
    check_ending(&[(1.0, alone()), (2.0, cold())], &lines(), &[ConditionKind::Heat]);
    check_ending(
        &[(1.0, alone()), (4.0, cold())],
        &lines(),
        &[ConditionKind::Heat, ConditionKind::EngagedContacts],
    );
    let disqualified = Looks {
        disqualified: true,
        ..alone()
    };
    check_ending(
        &[(1.0, disqualified)],
        &lines(),
        &[ConditionKind::NotDisqualified],
    );
}

#[test]
fn a_condition_that_failed_with_another_keeps_its_clock_in_what_is_told() {
    let mut status = MqaStatus::default();
    status.judge(&good().at(day(0.0)), Some(&lines()));
    let looks = Looks {
        heat: 10.0,
        contacts: 1,
        ..good()
    };
    let situation = looks.at(day(1.0));
    let Verdict::Left(until_then) = status.judge(&situation, Some(&lines())) else {
        panic!("it did not leave");
    };
    let told = conditions(&situation, &lines(), &until_then);
    let heat = told
        .iter()
        .find(|state| state.kind == ConditionKind::Heat)
        .unwrap();
    assert_eq!(heat.needed, Measure::Number(lines().exit_heat));
    let people = told
        .iter()
        .find(|state| state.kind == ConditionKind::EngagedContacts)
        .unwrap();
    assert_eq!(people.failing_since, Some(day(1.0)));
}

#[test]
fn an_account_leaves_a_model_without_a_rule() {
    let mut status = MqaStatus::default();
    status.judge(&good().at(day(0.0)), Some(&lines()));
    assert!(matches!(
        status.judge(&good().at(day(1.0)), None),
        Verdict::Left(_)
    ));
    assert_eq!(status.judge(&good().at(day(1.0)), None), Verdict::Same);
}

#[test]
fn conditions_say_what_is_needed_and_what_there_is() {
    let lines = MqaThresholds {
        fit_grade: Some(Grade::A),
        quorum: Some(50.0),
        ..lines()
    };
    let told = conditions(&good().at(day(0.0)), &lines, &MqaStatus::default());
    let of = |kind| told.iter().find(|condition| condition.kind == kind);
    let heat = of(ConditionKind::Heat).unwrap();
    assert!(heat.met && heat.needed == Measure::Number(50.0) && heat.actual == Measure::Number(60.0));
    let fit = of(ConditionKind::Fit).unwrap();
    assert!(!fit.met && fit.needed == Measure::Grade(Grade::A) && fit.actual == Measure::Grade(Grade::B));
    assert!(!of(ConditionKind::Quorum).unwrap().met);
    assert_eq!(
        of(ConditionKind::AnyRoleEngaged),
        None,
        "what the rule does not ask is not told"
    );
    // Inside, heat is measured against the lower line, and a failing condition says since when.
    let status = MqaStatus {
        since: Some(day(0.0)),
        failing: BTreeMap::from([(ConditionKind::Quorum, day(1.0))]),
    };
    let told = conditions(&good().at(day(2.0)), &lines, &status);
    assert_eq!(
        told.first().map(|heat| heat.needed.clone()),
        Some(Measure::Number(40.0))
    );
    let quorum = told
        .iter()
        .find(|condition| condition.kind == ConditionKind::Quorum);
    assert_eq!(quorum.and_then(|quorum| quorum.failing_since), Some(day(1.0)));
}

#[test]
fn every_condition_is_found_by_its_name() {
    for kind in ConditionKind::ALL {
        assert_eq!(ConditionKind::parse(kind.as_str()), Some(kind));
    }
    assert_eq!(DAY_MS, Days(1.0).to_millis());
}
