use super::*;
use crate::account::{ContactFact, Event, Record};
use crate::contact::HeldRole;
use crate::id::{AccountId, ContactNo, Role, Seq, SignalId, Solution};
use crate::math;
use crate::mqa::{ConditionKind, Measure};
use crate::signal::SignalSource;
use crate::time::{DAY_MS, Days};
use crate::value::{Source, Value};

/// Midnight of a UTC day.
const START: i64 = 1_772_409_600_000;

const MODEL: &str = "
name = 'm'
[heat]
half_point = 10
[engagement]
engaged_at = 5
anonymous_weight = 0.5
[roles.champion]
weight = 2
[roles.unknown]
weight = 1
[seniority]
c_level = 1.5
[signals.visit]
points = 10
half_life_days = 10
[signals.complaint]
points = -10
half_life_days = 10
[signals.gauge]
points = 1
half_life_days = 10
combine = 'latest'
[signals.demo]
points = 1
half_life_days = 10
act_now = true
[[fit.rules]]
attribute = 'banned'
exists = true
weight = 0
exclude = true
[mqa]
enter_heat = 50
exit_heat = 30
engaged_contacts = 1
grace_days = 2
act_now_days = 7
";

fn model() -> Model {
    parsed(MODEL)
}

fn parsed(text: &str) -> Model {
    Model::from_toml(text).unwrap_or_else(|errors| panic!("{errors}"))
}

fn day(days: f64) -> Timestamp {
    Timestamp::from_millis(START).plus_days(Days(days))
}

fn signal(id: &str, kind: &str, contact: Option<u32>, when: f64, strength: f64) -> Event {
    Event::SignalRecorded(Signal {
        id: SignalId::trusted(id),
        kind: Kind::trusted(kind),
        contact: contact.map(ContactNo),
        occurred_at: day(when),
        strength,
        source: SignalSource::FirstParty,
        solution: None,
        object: None,
        properties: None,
        expired: false,
    })
}

fn stated(contact: u32, fact: ContactFact) -> Event {
    Event::ContactStated {
        contact: ContactNo(contact),
        fact,
        source: Source::person(),
    }
}

fn champion(contact: u32) -> Event {
    let held = HeldRole {
        role: Role::trusted("champion"),
        solution: None,
    };
    stated(contact, ContactFact::Roles(Some(vec![held])))
}

fn field(name: &str, value: Option<&str>) -> Event {
    Event::FieldSet {
        field: Arc::from(name),
        value: value.map(Value::text),
        source: Source::person(),
    }
}

fn disqualified(yes: bool) -> Event {
    Event::Disqualified {
        reason: yes.then(|| Arc::from("no budget")),
        source: Source::person(),
    }
}

/// A journal: each event with the day it was recorded.
fn journal(events: &[(f64, Event)]) -> Vec<Record> {
    events
        .iter()
        .zip(1..)
        .map(|((at, event), seq)| Record {
            seq: Seq(seq),
            at: day(*at),
            event: event.clone(),
        })
        .collect()
}

fn in_force(models: &[(f64, &str)]) -> Vec<ModelInForce> {
    models
        .iter()
        .zip(1..)
        .map(|((from, text), version)| ModelInForce {
            from: day(*from),
            version: ModelVersion(version),
            model: Arc::new(parsed(text)),
        })
        .collect()
}

struct Folded {
    state: AccountState,
    standing: Standing,
    notices: Vec<Notice>,
}

fn fold(events: &[(f64, Event)], models: &[(f64, &str)], now: f64, known_at: Option<f64>) -> Folded {
    let mut notices = Vec::new();
    let horizon = Horizon {
        as_of: day(now),
        now: day(now),
        known_at: known_at.map(day),
    };
    let models = in_force(models);
    let id = AccountId::trusted("a");
    let (state, mut standing) = refold(&id, &journal(events), &models, horizon, &mut notices).unwrap();
    let model = &models.last().unwrap().model;
    standing.advance(&state, model, day(now), &mut notices);
    Folded {
        state,
        standing,
        notices,
    }
}

/// Records one by one, as they come in.
fn live(events: &[(f64, Event)]) -> Folded {
    let model = model();
    let mut state = AccountState::new(AccountId::trusted("a"));
    let mut standing = Standing::new(&state, &model, ModelVersion(1));
    let mut notices = Vec::new();
    for record in journal(events) {
        standing.absorb(&mut state, &record, &model, &mut notices);
    }
    Folded {
        state,
        standing,
        notices,
    }
}

/// Checks when the account was MQA, in days, to the millisecond where whole days or halves are given.
#[track_caller]
fn check_spans(events: &[(f64, Event)], now: f64, expected: &[(f64, Option<f64>)]) {
    let got = spans_of(&fold(events, &[(0.0, MODEL)], now, None).standing);
    check_days(&got, expected);
}

fn spans_of(standing: &Standing) -> Vec<Span> {
    standing
        .groups
        .iter()
        .flat_map(|group| group.spans.clone())
        .collect()
}

#[track_caller]
fn check_days(got: &[Span], expected: &[(f64, Option<f64>)]) {
    let expected: Vec<Span> = expected
        .iter()
        .map(|(entered, left)| Span {
            entered: day(*entered),
            left: left.map(day),
        })
        .collect();
    assert_eq!(got, expected);
}

/// What is one millisecond in days.
const MS: f64 = 1.0 / 86_400_000.0;

#[test]
fn an_account_is_mqa_from_the_signal_to_the_crossing() {
    // Two visits: H = 20, heat 75. Heat 30 is at H = 10 * -log2(0.7) = 5.1457; E falls under 5 a little later, at
    // 20 days, when patience no longer matters. 10 * log2(20 / 5.1457) = 19.586 days.
    let folded = fold(
        &[(0.0, signal("a", "visit", Some(0), 0.0, 2.0))],
        &[(0.0, MODEL)],
        60.0,
        None,
    );
    let spans = spans_of(&folded.standing);
    let left = spans[0].left.unwrap();
    let exact = 10.0 * math::log2(20.0 / (-10.0 * math::log2(0.7)));
    assert_eq!(spans[0].entered, day(0.0));
    assert!((left.millis_since(day(exact))).abs() <= 1, "{left:?} and {exact}");
}

#[test]
fn fading_complaints_let_an_account_in() {
    // With a stay of 12 (no half-life) and a complaint of 10: H = 12 - 10 * 2^(-t/10) reaches 10 at
    // t = 10 * log2(10 / 2) = 23.219 days.
    let text = MODEL.replace("[signals.gauge]", "[signals.stay]\npoints = 12\n[signals.gauge]");
    let folded = fold(
        &[
            (0.0, signal("b", "complaint", Some(1), 0.0, 1.0)),
            (0.0, signal("a", "stay", Some(0), 0.0, 1.0)),
        ],
        &[(0.0, &text)],
        60.0,
        None,
    );
    let spans = spans_of(&folded.standing);
    let exact = day(10.0 * math::log2(5.0));
    assert_eq!(spans.len(), 1);
    assert!(
        spans[0].entered.millis_since(exact).abs() <= 1,
        "{spans:?} and {exact}"
    );
    assert_eq!(spans[0].left, None);
}

#[test]
fn an_act_now_ends_to_the_millisecond() {
    // A demo of 1 point qualifies for 7 days, then heat (6.7) is far below 30.
    check_spans(
        &[(1.0, signal("a", "demo", Some(0), 1.0, 1.0))],
        30.0,
        &[(1.0, Some(8.0))],
    );
    // A newer one goes on.
    check_spans(
        &[
            (1.0, signal("a", "demo", Some(0), 1.0, 1.0)),
            (3.0, signal("b", "demo", Some(0), 3.0, 1.0)),
        ],
        30.0,
        &[(1.0, Some(10.0))],
    );
    let end = fold(
        &[(1.0, signal("a", "demo", Some(0), 1.0, 1.0))],
        &[(0.0, MODEL)],
        8.0 - MS,
        None,
    );
    check_days(&spans_of(&end.standing), &[(1.0, None)]);
}

#[test]
fn an_act_now_of_nobody_or_of_the_excluded_does_not_qualify() {
    check_spans(&[(1.0, signal("a", "demo", None, 1.0, 1.0))], 30.0, &[]);
    let excluded = ContactFact::Excluded(Some(Arc::from("student")));
    check_spans(
        &[
            (0.0, stated(0, excluded.clone())),
            (1.0, signal("a", "demo", Some(0), 1.0, 1.0)),
        ],
        30.0,
        &[],
    );
    // Its first statement holds from the beginning, also when it comes later.
    check_spans(
        &[
            (1.0, signal("a", "demo", Some(0), 1.0, 1.0)),
            (5.0, stated(0, excluded)),
        ],
        30.0,
        &[],
    );
}

#[test]
fn the_excluded_and_the_disqualified_leave_at_once_and_come_back() {
    let hot = (0.0, signal("a", "visit", Some(0), 0.0, 10.0));
    check_spans(
        &[hot.clone(), (1.0, disqualified(true)), (2.0, disqualified(false))],
        3.0,
        &[(0.0, Some(1.0)), (2.0, None)],
    );
    // A field is undated: that it is banned holds from the beginning; that it no longer is, from then on.
    check_spans(
        &[
            hot,
            (1.0, field("banned", Some("yes"))),
            (2.0, field("banned", None)),
        ],
        3.0,
        &[(2.0, None)],
    );
}

#[test]
fn the_first_role_holds_from_the_beginning_and_a_later_one_from_its_day() {
    // 10 points of an unknown: heat 50 at once. As a champion, 20 points: also when that is said later.
    let at = |records: &[(f64, Event)], when: f64| {
        let folded = fold(records, &[(0.0, MODEL)], when, Some(when));
        let reading = folded.standing.read(&folded.state, &model(), day(when));
        reading.best().unwrap().intent_points
    };
    let events = [(0.0, signal("a", "visit", Some(0), 0.0, 1.0)), (5.0, champion(0))];
    assert!((at(&events, 0.0) - 10.0).abs() < 1e-9, "not yet said by then");
    assert!((at(&events, 10.0) - 10.0).abs() < 1e-9, "2 * 10 * 2^-1");
    let mut notices = Vec::new();
    let horizon = Horizon {
        as_of: day(0.0),
        now: day(10.0),
        known_at: None,
    };
    let id = AccountId::trusted("a");
    let (state, past) = refold(
        &id,
        &journal(&events),
        &in_force(&[(0.0, MODEL)]),
        horizon,
        &mut notices,
    )
    .unwrap();
    let reading = past.read(&state, &model(), day(0.0));
    assert!(
        (reading.best().unwrap().intent_points - 20.0).abs() < 1e-9,
        "all facts known now"
    );
    let known = Horizon {
        known_at: Some(day(4.0)),
        ..horizon
    };
    let (state, past) = refold(
        &id,
        &journal(&events),
        &in_force(&[(0.0, MODEL)]),
        known,
        &mut notices,
    )
    .unwrap();
    let reading = past.read(&state, &model(), day(0.0));
    assert!(
        (reading.best().unwrap().intent_points - 10.0).abs() < 1e-9,
        "what was known then"
    );
}

#[test]
fn a_signal_ahead_waits_until_it_is_due() {
    let ahead = 4.0 / 1440.0;
    let events = [(1.0, signal("a", "visit", Some(0), 1.0 + ahead, 3.0))];
    let before = live(&events);
    assert_eq!(before.standing.ahead.len(), 1);
    assert!(before.notices.is_empty());
    assert_eq!(before.standing.wake_at(&model()), Some(day(1.0 + ahead)));
    let reading = before.standing.read(&before.state, &model(), day(1.0 + ahead));
    assert_eq!(reading.mqa_since(), Some(day(1.0 + ahead)));
    check_spans(&events, 2.0, &[(1.0 + ahead, None)]);
}

#[test]
fn signals_due_at_one_instant_are_judged_one_by_one() {
    // In and out again at the same millisecond: what a fold of the journal says, a timer says too.
    let due = 1.0 + 4.0 / 1440.0;
    let events = [
        (1.0, signal("a", "visit", Some(0), due, 3.0)),
        (1.0, signal("b", "complaint", Some(0), due, 3.0)),
    ];
    let Folded {
        state,
        mut standing,
        mut notices,
    } = live(&events);
    standing.advance(&state, &model(), day(2.0), &mut notices);
    check_days(&spans_of(&standing), &[(due, Some(due))]);
    check_spans(&events, 2.0, &[(due, Some(due))]);
}

#[test]
fn a_late_signal_that_changes_the_past_makes_a_standing_stale() {
    // 8 points of `visit` never enter; with 10 more five days earlier they would have.
    let events = [
        (5.0, signal("a", "visit", Some(0), 5.0, 0.8)),
        (6.0, signal("b", "visit", Some(0), 0.0, 1.0)),
    ];
    assert!(live(&events).standing.stale);
    check_spans(&events, 6.0, &[(0.0, None)]);
}

#[test]
fn a_late_signal_that_cannot_have_mattered_does_not() {
    let events = [
        (5.0, signal("a", "visit", Some(0), 5.0, 0.1)),
        (6.0, signal("b", "visit", Some(0), 4.9, 0.1)),
    ];
    let folded = live(&events);
    assert!(!folded.standing.stale);
    let anew = fold(&events, &[(0.0, MODEL)], 6.0, None);
    let read = |folded: &Folded| folded.standing.read(&folded.state, &model(), day(6.0));
    assert_eq!(read(&folded), read(&anew));
}

#[test]
fn a_late_signal_beside_a_gauge_that_stood_higher_makes_a_standing_stale() {
    // The gauge stood at 9 on day 1 and stands at 0 since day 3: with 2 more on day 2 the account was in.
    let events = [
        (1.0, signal("g1", "gauge", Some(0), 1.0, 9.5)),
        (3.0, signal("g2", "gauge", Some(0), 3.0, 0.0)),
        (4.0, signal("v", "visit", Some(0), 2.0, 0.2)),
    ];
    assert!(live(&events).standing.stale);
    check_spans(&events, 4.0, &[(2.0, Some(3.0))]);
}

#[test]
fn a_late_signal_from_before_another_weight_makes_a_standing_stale() {
    let no_roles = stated(0, ContactFact::Roles(None));
    let events = [
        (0.0, champion(0)),
        (1.0, signal("a", "visit", Some(0), 1.0, 0.4)),
        (3.0, no_roles),
        (4.0, signal("b", "visit", Some(0), 2.0, 0.2)),
    ];
    assert!(live(&events).standing.stale);
    // As a champion 2 * (4 * 2^-0.1 + 2) = 11.46 on day 2; on day 3 half of it, and E = 5.35 goes on: heat 31.
    let spans = spans_of(&fold(&events, &[(0.0, MODEL)], 4.0, None).standing);
    assert_eq!(spans.first().map(|span| span.entered), Some(day(2.0)));
}

/// Leaves out what is said of gaps.
fn of_mqa(mut notices: Vec<Notice>) -> Vec<Notice> {
    notices.retain(|notice| !matches!(notice.change, Change::GapOpened { .. } | Change::GapClosed { .. }));
    notices
}

#[test]
fn a_leaving_that_was_not_so_is_taken_back() {
    // Two visits on day 0 leave by heat after 19.6 days; one more on day 15, heard of on day 25, keeps it in.
    let first = [(0.0, signal("a", "visit", Some(0), 0.0, 2.0))];
    let late = [first[0].clone(), (25.0, signal("b", "visit", Some(0), 15.0, 2.0))];
    let announced = fold(&first, &[(0.0, MODEL)], 25.0, None);
    let told = fold(&late, &[(0.0, MODEL)], 25.0, None);
    check_days(&spans_of(&told.standing), &[(0.0, None)]);
    let left = spans_of(&announced.standing)[0].left.unwrap();
    let corrected = of_mqa(corrections(&announced.standing, &told.standing, &told.notices));
    assert_eq!(
        corrected,
        [Notice {
            at: left,
            solution: None,
            change: Change::MqaRevised {
                since: Some(day(0.0))
            },
            late: true,
        }]
    );
}

#[test]
fn an_entering_heard_of_late_is_announced_as_late() {
    let first = [(5.0, signal("a", "visit", Some(0), 5.0, 0.8))];
    let late = [first[0].clone(), (6.0, signal("b", "visit", Some(0), 0.0, 1.0))];
    let announced = fold(&first, &[(0.0, MODEL)], 6.0, None);
    let told = fold(&late, &[(0.0, MODEL)], 6.0, None);
    let corrected = of_mqa(corrections(&announced.standing, &told.standing, &told.notices));
    let [
        Notice {
            at,
            late: true,
            change: Change::MqaEntered(moment),
            ..
        },
    ] = corrected.as_slice()
    else {
        panic!("{corrected:?}");
    };
    assert_eq!(*at, day(0.0));
    assert!((moment.intent_points - 10.0).abs() < 1e-9);
    assert!(moment.conditions.iter().all(|condition| condition.met));
    assert!(corrections(&told.standing, &told.standing, &told.notices).is_empty());
}

#[test]
fn patience_is_counted_from_the_millisecond_of_cooling() {
    // Two people at E = 6 each, so 12 points: in. E falls under 5 after 10 * log2(6 / 5) = 2.6303 days, heat is then
    // still 50 (H = 10): two days later it leaves.
    let events = [
        (0.0, signal("a", "visit", Some(0), 0.0, 0.6)),
        (0.0, signal("b", "visit", Some(1), 0.0, 0.6)),
    ];
    let folded = fold(&events, &[(0.0, MODEL)], 30.0, None);
    let cooled = folded
        .notices
        .iter()
        .find(|notice| matches!(notice.change, Change::Cooled { .. }))
        .unwrap()
        .at;
    assert!(cooled.millis_since(day(10.0 * math::log2(1.2))).abs() <= 1);
    check_days_exact(&folded.standing, day(0.0), cooled.plus_millis(2 * DAY_MS));
    // Told by what it needed to stay: heat about 45 is above 30, one engaged person was missing since then.
    let left = leaving(&folded.notices);
    assert_eq!(left.ended_by, [ConditionKind::EngagedContacts]);
    assert_eq!(unmet(left), [(ConditionKind::EngagedContacts, Some(cooled))]);
    assert_eq!(left.conditions.first().unwrap().needed, Measure::Number(30.0));
}

/// What is told of the only leaving.
fn leaving(notices: &[Notice]) -> &Moment {
    let mut left = notices.iter().filter_map(|notice| {
        if let Change::MqaLeft(moment) = &notice.change {
            Some(&**moment)
        } else {
            None
        }
    });
    let moment = left.next().expect("it left");
    assert!(left.next().is_none(), "{notices:?}");
    moment
}

fn unmet(moment: &Moment) -> Vec<(ConditionKind, Option<Timestamp>)> {
    let failed = moment.conditions.iter().filter(|condition| !condition.met);
    failed
        .map(|condition| (condition.kind, condition.failing_since))
        .collect()
}

#[test]
fn a_leaving_by_heat_is_told_with_the_line_to_stay() {
    // Twenty points, E = 20: engaged until day 20, when E falls under 5. Heat is under 30 when H < 5.1457, a little before.
    let events = [(0.0, signal("a", "visit", Some(0), 0.0, 2.0))];
    let folded = fold(&events, &[(0.0, MODEL)], 30.0, None);
    let left = leaving(&folded.notices);
    assert_eq!(left.ended_by, [ConditionKind::Heat]);
    assert_eq!(unmet(left), [(ConditionKind::Heat, None)]);
    assert_eq!(left.conditions.first().unwrap().needed, Measure::Number(30.0));
}

#[test]
fn a_leaving_by_a_block_is_told_with_it() {
    let events = [
        (0.0, signal("a", "visit", Some(0), 0.0, 2.0)),
        (1.0, disqualified(true)),
    ];
    let folded = fold(&events, &[(0.0, MODEL)], 2.0, None);
    assert_eq!(
        leaving(&folded.notices).ended_by,
        [ConditionKind::NotDisqualified]
    );
}

#[track_caller]
fn check_days_exact(standing: &Standing, entered: Timestamp, left: Timestamp) {
    let left = Some(left);
    assert_eq!(spans_of(standing), [Span { entered, left }]);
}

#[test]
fn a_model_holds_from_its_day_and_a_model_without_a_rule_ends_it() {
    let events = [(0.0, signal("a", "visit", Some(0), 0.0, 10.0))];
    let without = MODEL.split("[mqa]").next().unwrap();
    let strict = MODEL.replace("engaged_contacts = 1", "engaged_contacts = 2");
    let spans = |second: &str| spans_of(&fold(&events, &[(0.0, MODEL), (3.0, second)], 10.0, None).standing);
    check_days(&spans(without), &[(0.0, Some(3.0))]);
    // One engaged of two: patience of two days from the day of the model on.
    check_days(&spans(&strict), &[(0.0, Some(5.0))]);
    check_days(&spans(MODEL), &[(0.0, None)]);
}

#[test]
fn a_segment_has_its_own_numbers() {
    let text = format!(
        "{MODEL}[[mqa.segments]]\nwhen = {{ attribute = 'size', equals = 'small' }}\nenter_heat = 30\n"
    );
    let visit = (1.0, signal("a", "visit", Some(0), 1.0, 0.7));
    // 7 points: heat 38.4.
    let spans = |size: &str| {
        let events = [(0.0, field("size", Some(size))), visit.clone()];
        spans_of(&fold(&events, &[(0.0, &text)], 2.0, None).standing)
    };
    check_days(&spans("small"), &[(1.0, None)]);
    check_days(&spans("large"), &[]);
}

#[test]
fn people_weigh_by_role_and_seniority_and_the_anonymous_by_its_own() {
    let seniority = ContactFact::Seniority(Some(crate::contact::Seniority::CLevel));
    let folded = fold(
        &[
            (0.0, champion(0)),
            (0.0, stated(0, seniority)),
            (0.0, signal("a", "visit", Some(0), 0.0, 1.0)),
            (0.0, signal("b", "visit", Some(1), 0.0, 1.0)),
            (0.0, signal("c", "visit", None, 0.0, 1.0)),
        ],
        &[(0.0, MODEL)],
        0.0,
        None,
    );
    let reading = folded.standing.read(&folded.state, &model(), day(0.0));
    let group = reading.best().unwrap();
    // 2 * 1.5 * 10 + 1 * 10 + 0.5 * 10.
    assert!((group.intent_points - 45.0).abs() < 1e-9);
    assert_eq!(group.engaged_contacts, 2);
    assert_eq!(group.engaged_roles, [Role::trusted("champion")]);
}

#[test]
fn signals_belong_to_their_solution_or_to_all() {
    let text = "
name = 'm'
[signals.both]
points = 1
[signals.own]
points = 10
solution = 'alpha'
[[solutions]]
name = 'beta'
[[solutions]]
name = 'alpha'
";
    let said = |id: &str, kind: &str, solution: Option<&str>| {
        let Event::SignalRecorded(signal) = signal(id, kind, Some(0), 0.0, 1.0) else {
            panic!();
        };
        Event::SignalRecorded(Signal {
            solution: solution.map(Solution::trusted),
            ..signal
        })
    };
    let folded = fold(
        &[
            (0.0, said("a", "both", None)),
            (0.0, said("b", "own", None)),
            // What the signal says wins over what the model says.
            (0.0, said("c", "own", Some("beta"))),
            (0.0, said("d", "both", Some("beta"))),
        ],
        &[(0.0, text)],
        0.0,
        None,
    );
    let reading = folded.standing.read(&folded.state, &parsed(text), day(0.0));
    let points: Vec<f64> = reading.groups.iter().map(|group| group.intent_points).collect();
    assert_eq!(points, [12.0, 11.0]);
    assert_eq!(reading.best, 0);
}

#[test]
fn of_equal_groups_the_first_by_name_speaks() {
    let text =
        "name = 'm'\n[signals.k]\npoints = 1\n[[solutions]]\nname = 'beta'\n[[solutions]]\nname = 'alpha'\n";
    let folded = fold(
        &[(0.0, signal("a", "k", Some(0), 0.0, 1.0))],
        &[(0.0, text)],
        0.0,
        None,
    );
    let reading = folded.standing.read(&folded.state, &parsed(text), day(0.0));
    assert_eq!(reading.best().unwrap().solution, Some(Solution::trusted("alpha")));
}

#[test]
fn stages_follow_from_what_happened() {
    let stage = |events: &[(f64, Event)], now: f64| {
        let folded = fold(events, &[(0.0, MODEL)], now, None);
        folded.standing.read(&folded.state, &model(), day(now)).stage()
    };
    let visit = |strength| (0.0, signal("a", "visit", Some(0), 0.0, strength));
    assert_eq!(stage(&[(0.0, champion(0))], 0.0), Stage::Target);
    assert_eq!(
        stage(&[(0.0, signal("a", "unheard", Some(0), 0.0, 1.0))], 0.0),
        Stage::Target
    );
    assert_eq!(stage(&[visit(0.1)], 0.0), Stage::Aware);
    assert_eq!(stage(&[visit(0.7)], 0.0), Stage::Engaged);
    assert_eq!(stage(&[visit(2.0)], 0.0), Stage::Mqa);
    assert_eq!(stage(&[visit(2.0)], 60.0), Stage::Aware);
    assert_eq!(
        stage(&[visit(2.0), (1.0, disqualified(true))], 1.0),
        Stage::Disqualified
    );
}

#[test]
fn unknown_kinds_are_counted_and_named() {
    let folded = fold(
        &[
            (0.0, signal("a", "unheard", Some(0), 0.0, 1.0)),
            (0.0, signal("b", "visit", Some(0), 0.0, 1.0)),
        ],
        &[(0.0, MODEL)],
        0.0,
        None,
    );
    assert_eq!((folded.standing.counted, folded.standing.unknown), (1, 1));
    assert!(folded.standing.unknown_kinds.contains("unheard"));
}

#[test]
fn what_is_inside_reads_its_failing_condition() {
    let events = [
        (0.0, signal("a", "visit", Some(0), 0.0, 0.6)),
        (0.0, signal("b", "visit", Some(1), 0.0, 0.6)),
    ];
    let folded = fold(&events, &[(0.0, MODEL)], 4.0, None);
    let reading = folded.standing.read(&folded.state, &model(), day(4.0));
    let group = reading.best().unwrap();
    let contacts = group
        .conditions
        .iter()
        .find(|condition| condition.kind == ConditionKind::EngagedContacts)
        .unwrap();
    assert!(!contacts.met && contacts.failing_since.is_some());
    assert_eq!(group.mqa_since, Some(day(0.0)));
}

#[test]
fn a_standing_that_nothing_can_change_wakes_nobody() {
    let text = "name = 'm'\n[signals.k]\npoints = 50\n[mqa]\n";
    let folded = fold(
        &[(0.0, signal("a", "k", Some(0), 0.0, 1.0))],
        &[(0.0, text)],
        0.0,
        None,
    );
    assert_eq!(folded.standing.wake_at(&parsed(text)), None);
    assert_eq!(folded.standing.quiet_until(), None);
}
