//! Models and histories for the properties, written for the reference and translated for the domain.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::sync::Arc;

use proptest::prelude::*;
use proptest::sample::select;
use quorate_domain::account::{ContactFact, Event, Record as DomainRecord};
use quorate_domain::contact::{Attitude, HeldRole, InferredRole, Seniority};
use quorate_domain::id::{ContactNo, Kind, ModelVersion, Role, Seq, SignalId, Solution};
use quorate_domain::model;
use quorate_domain::signal::SignalSource;
use quorate_domain::standing::ModelInForce;
use quorate_domain::time::Timestamp;
use quorate_domain::value::{Source, Value as DomainValue};

use crate::reference::{
    Combine, Condition, DAY, Fact, FitRule, KindRule, Lines, Model, Mqa, Record, Seat, Signal, Test, Value,
    What,
};

/// 2026-03-02T00:00:00Z.
pub(crate) const START: i64 = 1_772_409_600_000;
const HOUR: i64 = 3_600_000;
const ROLES: [&str; 4] = ["champion", "economic_buyer", "user", "blocker"];
const KEYS: [&str; 8] = [
    "page.pricing",
    "page.*",
    "page.blog.*",
    "email.open",
    "demo.requested",
    "intent.surge",
    "review.read",
    "unsubscribed",
];
/// What happens; `page` and `unheard.of` are covered by no rule.
const KINDS: [&str; 10] = [
    "page.pricing",
    "page.home",
    "page.blog.x",
    "email.open",
    "demo.requested",
    "intent.surge",
    "review.read",
    "unsubscribed",
    "page",
    "unheard.of",
];

fn kind_rule(key: &'static str, solutions: Vec<String>) -> impl Strategy<Value = KindRule> {
    let points = match key {
        "unsubscribed" => select(vec![-10.0, -4.0, -25.0]),
        "demo.requested" => select(vec![25.0, 8.0]),
        "review.read" => select(vec![12.0, -3.0, 6.0]),
        _ => select(vec![8.0, 1.0, 3.0, 0.5, 16.0, -2.0]),
    };
    let combine = match key {
        "intent.surge" => select(vec![Combine::Latest, Combine::Sum]),
        "review.read" => select(vec![Combine::Max, Combine::Latest]),
        _ => select(vec![Combine::Sum]),
    };
    (
        points,
        select(vec![
            None,
            Some(0.5),
            Some(2.0),
            Some(7.0),
            Some(14.0),
            Some(30.0),
        ]),
        select(vec![None, Some(4.0), Some(10.0), Some(30.0)]),
        combine,
        prop::bool::weighted(0.3),
        prop::option::weighted(0.3, any::<prop::sample::Index>()),
    )
        .prop_map(
            move |(points, half_life_days, cap, combine, once_per_day, solution)| KindRule {
                key: key.to_owned(),
                points,
                half_life_days,
                cap,
                combine,
                once_per_day,
                act_now: key == "demo.requested",
                solution: solution
                    .filter(|_| !solutions.is_empty())
                    .map(|place| place.get(&solutions).clone()),
            },
        )
}

fn roles() -> impl Strategy<Value = Vec<String>> {
    prop::sample::subsequence(ROLES.to_vec(), 0..=2)
        .prop_map(|roles| roles.into_iter().map(str::to_owned).collect())
}

fn lines() -> impl Strategy<Value = Lines> {
    (
        select(vec![20.0, 35.0, 50.0, 12.5]),
        prop::bool::ANY,
        0_usize..=2,
        0_usize..=2,
        (roles(), prop::bool::weighted(0.3), prop::bool::weighted(0.2)),
        prop::option::weighted(0.3, select(vec!['B', 'C', 'D'])),
        prop::option::weighted(0.3, select(vec![10.0, 40.0, 25.0])),
        select(vec![0.0, 0.5, 3.0]),
    )
        .prop_map(
            |(
                enter_heat,
                same,
                engaged_contacts,
                engaged_roles,
                (roles, any, all),
                fit_grade,
                quorum,
                grace_days,
            )| {
                Lines {
                    enter_heat,
                    exit_heat: if same { enter_heat } else { enter_heat * 0.6 },
                    engaged_contacts,
                    engaged_roles: if any || all { 0 } else { engaged_roles },
                    any_role: if any { roles.clone() } else { Vec::new() },
                    all_roles: if all { roles } else { Vec::new() },
                    fit_grade,
                    quorum,
                    grace_days,
                }
            },
        )
}

fn mqa() -> impl Strategy<Value = Mqa> {
    (
        lines(),
        prop::option::weighted(0.4, lines()),
        select(vec![1.0, 7.0]),
    )
        .prop_map(|(base, small, act_now_days)| {
            let when = Condition {
                attribute: "employees".into(),
                test: Test::Between(0.0, 100.0),
            };
            // What a segment leaves out it takes from the base.
            let laid_over = |lines: Lines| Lines {
                fit_grade: lines.fit_grade.or(base.fit_grade),
                quorum: lines.quorum.or(base.quorum),
                ..lines
            };
            Mqa {
                segments: small
                    .into_iter()
                    .map(|lines| (when.clone(), laid_over(lines)))
                    .collect(),
                base,
                act_now_days,
            }
        })
}

fn fit_rules() -> Vec<FitRule> {
    let rule = |attribute: &str, test, weight, exclude| FitRule {
        condition: Condition {
            attribute: attribute.into(),
            test,
        },
        weight,
        exclude,
    };
    vec![
        rule("employees", Test::Between(50.0, 1000.0), 20.0, false),
        rule(
            "industry",
            Test::In(vec!["software".into(), "mining".into()]),
            15.0,
            false,
        ),
        rule("country", Test::Equals(Value::Text("XX".into())), -15.0, false),
        rule("stack", Test::Exists(true), 5.0, false),
        rule("banned", Test::Equals(Value::Text("yes".into())), 0.0, true),
    ]
}

fn seats(solutions: Vec<String>) -> impl Strategy<Value = Vec<Seat>> {
    let seat = (
        select(ROLES.to_vec()),
        1_usize..=2,
        select(vec![1.0, 3.0, 0.5]),
        prop::option::weighted(0.2, any::<prop::sample::Index>()),
    );
    prop::collection::vec(seat, 0..=3).prop_map(move |seats| {
        let mut seated = BTreeSet::new();
        seats
            .into_iter()
            .filter(|(role, ..)| seated.insert(*role))
            .map(|(role, count, weight, solution)| Seat {
                role: role.into(),
                count,
                weight,
                solution: solution
                    .filter(|_| !solutions.is_empty())
                    .map(|place| place.get(&solutions).clone()),
            })
            .collect()
    })
}

/// Models for buying groups of these solutions.
fn model_for(solutions: Vec<String>) -> impl Strategy<Value = Model> {
    let kinds: Vec<_> = KEYS
        .into_iter()
        .map(|key| prop::option::weighted(0.8, kind_rule(key, solutions.clone())))
        .collect();
    (
        kinds,
        // Not round, so that nothing sits on a line: there rounding decides (3.15).
        select(vec![10.3, 20.7, 51.1]),
        select(vec![3.11, 5.23, 0.73]),
        select(vec![0.5, 0.0, 1.0]),
        prop::collection::vec(select(vec![0.5, 1.0, 2.0, 0.0]), ROLES.len()),
        prop::option::of(select(vec![0.5, 2.0])),
        seats(solutions.clone()),
        prop::bool::weighted(0.7),
        prop::option::weighted(0.95, mqa()),
    )
        .prop_map(
            move |(kinds, half_point, engaged_at, anonymous_weight, weights, unknown, seats, fit, mqa)| {
                let mut roles: std::collections::BTreeMap<String, f64> =
                    ROLES.into_iter().map(str::to_owned).zip(weights).collect();
                if let Some(unknown) = unknown {
                    roles.insert("unknown".into(), unknown);
                }
                Model {
                    half_point,
                    engaged_at,
                    anonymous_weight,
                    roles,
                    seniority: [("c_level".to_owned(), 1.5), ("staff".to_owned(), 0.5)].into(),
                    kinds: kinds.into_iter().flatten().collect(),
                    seats,
                    fit: if fit { fit_rules() } else { Vec::new() },
                    mqa,
                    solutions: solutions.clone(),
                }
            },
        )
}

/// Models with no solution, one or two.
pub(crate) fn model() -> impl Strategy<Value = Model> {
    solutions().prop_flat_map(model_for)
}

fn solutions() -> impl Strategy<Value = Vec<String>> {
    prop_oneof![
        3 => Just(Vec::new()),
        1 => Just(vec!["alpha".to_owned()]),
        2 => Just(vec!["beta".to_owned(), "alpha".to_owned()]),
    ]
}

/// An instant within 30 days: often one that others share, often at the edge of a day.
fn instant() -> impl Strategy<Value = i64> {
    prop_oneof![
        2 => (0..120_i64).prop_map(|six_hours| START + six_hours * 6 * HOUR),
        3 => (0..30 * DAY).prop_map(|ms| START + ms),
        1 => (1..30_i64).prop_map(|day| START + day * DAY - 1),
    ]
}

/// How long after it happened a signal arrives; negative: it is dated ahead.
fn delay() -> impl Strategy<Value = i64> {
    prop_oneof![
        6 => Just(0_i64),
        2 => 1..120_000_i64,
        2 => 1..5 * DAY,
        1 => select(vec![-1_i64, -60_000, -300_000]),
    ]
}

fn signal() -> impl Strategy<Value = (i64, What)> {
    (
        prop::option::weighted(0.8, 0..4_u32),
        select(KINDS.to_vec()),
        instant(),
        delay(),
        prop_oneof![4 => Just(1.0), 1 => select(vec![0.0, 0.5, 2.0, 7.25, 0.1])],
        prop::option::weighted(0.3, select(vec!["alpha", "beta"])),
        prop::option::weighted(0.5, select(vec!["/a", "/b"])),
        prop::bool::weighted(0.03),
    )
        .prop_map(
            |(contact, kind, at, delay, strength, solution, object, expired)| {
                let signal = Signal {
                    id: String::new(),
                    kind: kind.into(),
                    contact,
                    at,
                    strength,
                    solution: solution.map(str::to_owned),
                    object: object.map(str::to_owned),
                    expired,
                };
                (at + delay, What::Signal(signal))
            },
        )
}

fn contact_fact() -> impl Strategy<Value = Fact> {
    let held = (
        select(vec![
            "champion",
            "economic_buyer",
            "user",
            "blocker",
            "unknown",
            "legal",
        ]),
        prop::option::weighted(0.3, select(vec!["alpha", "beta"])),
    )
        .prop_map(|(role, solution)| (role.to_owned(), solution.map(str::to_owned)));
    prop_oneof![
        4 => prop::option::weighted(0.9, prop::collection::vec(held, 1..=2)).prop_map(Fact::Roles),
        1 => roles().prop_map(Fact::Inferred),
        2 => prop::option::weighted(0.8, select(vec!["c_level", "staff", "vp"]).prop_map(str::to_owned))
            .prop_map(Fact::Seniority),
        1 => prop::option::of(any::<bool>()).prop_map(Fact::Detractor),
        1 => prop::option::weighted(0.6, Just(true)).prop_map(Fact::Excluded),
    ]
}

fn field() -> impl Strategy<Value = What> {
    prop_oneof![
        prop::option::weighted(0.8, select(vec![30.0, 500.0, 5000.0]).prop_map(Value::Number))
            .prop_map(|value| What::Field("employees".into(), value)),
        prop::option::weighted(
            0.8,
            select(vec!["software", "farming"]).prop_map(|text| Value::Text(text.into()))
        )
        .prop_map(|value| What::Field("industry".into(), value)),
        select(vec!["XX", "NO"])
            .prop_map(|text| What::Field("country".into(), Some(Value::Text(text.into())))),
        Just(What::Field("stack".into(), Some(Value::Text("kafka".into())))),
        prop::option::of(Just(Value::Text("yes".into())))
            .prop_map(|value| What::Field("banned".into(), value)),
        Just(What::Field("motto".into(), Some(Value::Text("excelsior".into())))),
    ]
}

/// What happened to an account, in the order of recording.
pub(crate) fn history() -> impl Strategy<Value = Vec<Record>> {
    let happening = prop_oneof![
        12 => signal(),
        2 => (instant(), 0..4_u32, contact_fact())
            .prop_map(|(at, contact, fact)| (at, What::Contact(contact, fact))),
        // Most facts are known before anything happens.
        3 => (0..4_u32, contact_fact()).prop_map(|(contact, fact)| (START - DAY, What::Contact(contact, fact))),
        2 => field().prop_map(|field| (START - DAY, field)),
        1 => (instant(), field()),
        1 => (instant(), any::<bool>()).prop_map(|(at, yes)| (at, What::Disqualified(yes))),
    ];
    prop::collection::vec(happening, 1..40).prop_map(journal)
}

/// Puts happenings in the order of recording, with ids for the signals and introductions of the contacts.
fn journal(mut happenings: Vec<(i64, What)>) -> Vec<Record> {
    for (place, (_, what)) in happenings.iter_mut().enumerate() {
        if let What::Signal(signal) = what {
            // Not in the order of time, so that ties by id and by time differ.
            signal.id = format!("s{:03}", (place * 37) % 100);
        }
    }
    happenings.sort_by_key(|(recorded, _)| *recorded);
    let mut introduced = BTreeSet::new();
    let mut records = Vec::new();
    for (recorded, what) in happenings {
        let contact = match &what {
            What::Signal(signal) => signal.contact,
            What::Contact(no, _) => Some(*no),
            What::Field(..) | What::Introduced(_) | What::Disqualified(_) => None,
        };
        if let Some(no) = contact.filter(|no| introduced.insert(*no)) {
            records.push(Record {
                recorded,
                what: What::Introduced(no),
            });
        }
        records.push(Record { recorded, what });
    }
    records
}

// Translation for the domain.

/// Returns the model as a file.
pub(crate) fn toml(model: &Model) -> String {
    let mut text = String::new();
    let file = &mut text;
    writeln!(
        file,
        "name = 'generated'\n[heat]\nhalf_point = {:?}",
        model.half_point
    )
    .unwrap();
    writeln!(
        file,
        "[engagement]\nengaged_at = {:?}\nanonymous_weight = {:?}",
        model.engaged_at, model.anonymous_weight
    )
    .unwrap();
    for (role, weight) in &model.roles {
        writeln!(file, "[roles.{role}]\nweight = {weight:?}").unwrap();
    }
    writeln!(file, "[seniority]").unwrap();
    for (level, factor) in &model.seniority {
        writeln!(file, "{level} = {factor:?}").unwrap();
    }
    for rule in &model.kinds {
        writeln!(file, "[signals.{:?}]\npoints = {:?}", rule.key, rule.points).unwrap();
        if let Some(days) = rule.half_life_days {
            writeln!(file, "half_life_days = {days:?}").unwrap();
        }
        if let Some(cap) = rule.cap {
            writeln!(file, "cap = {cap:?}").unwrap();
        }
        let combine = match rule.combine {
            Combine::Sum => "sum",
            Combine::Latest => "latest",
            Combine::Max => "max",
        };
        writeln!(
            file,
            "combine = {combine:?}\nonce_per_day = {}\nact_now = {}",
            rule.once_per_day, rule.act_now
        )
        .unwrap();
        if let Some(solution) = &rule.solution {
            writeln!(file, "solution = {solution:?}").unwrap();
        }
    }
    for seat in &model.seats {
        writeln!(
            file,
            "[[committee.seats]]\nrole = {:?}\ncount = {}\nweight = {:?}",
            seat.role, seat.count, seat.weight
        )
        .unwrap();
        if let Some(solution) = &seat.solution {
            writeln!(file, "solution = {solution:?}").unwrap();
        }
    }
    for rule in &model.fit {
        writeln!(
            file,
            "[[fit.rules]]\n{}weight = {:?}\nexclude = {}",
            condition(&rule.condition, "\n"),
            rule.weight,
            rule.exclude
        )
        .unwrap();
    }
    if let Some(mqa) = &model.mqa {
        writeln!(
            file,
            "[mqa]\nact_now_days = {:?}\n{}",
            mqa.act_now_days,
            numbers(&mqa.base)
        )
        .unwrap();
        for (when, lines) in &mqa.segments {
            let when = condition(when, ", ");
            writeln!(
                file,
                "[[mqa.segments]]\nwhen = {{ {} }}\n{}",
                when.trim_end_matches(", "),
                numbers(lines)
            )
            .unwrap();
        }
    }
    for solution in &model.solutions {
        writeln!(file, "[[solutions]]\nname = {solution:?}").unwrap();
    }
    text
}

fn condition(condition: &Condition, end: &str) -> String {
    let test = match &condition.test {
        Test::Equals(Value::Text(text)) => format!("equals = {text:?}"),
        Test::Equals(Value::Number(number)) => format!("equals = {number:?}"),
        Test::In(list) => format!("in = {list:?}"),
        Test::Between(low, high) => format!("between = [{low:?}, {high:?}]"),
        Test::Exists(wanted) => format!("exists = {wanted}"),
    };
    format!("attribute = {:?}{end}{test}{end}", condition.attribute)
}

fn numbers(lines: &Lines) -> String {
    let mut text = format!(
        "enter_heat = {:?}\nexit_heat = {:?}\nengaged_contacts = {}\nengaged_roles = {}\n\
         any_role_engaged = {:?}\nall_roles_engaged = {:?}\ngrace_days = {:?}\n",
        lines.enter_heat,
        lines.exit_heat,
        lines.engaged_contacts,
        lines.engaged_roles,
        lines.any_role,
        lines.all_roles,
        lines.grace_days,
    );
    if let Some(grade) = lines.fit_grade {
        writeln!(text, "fit_grade = '{grade}'").unwrap();
    }
    if let Some(quorum) = lines.quorum {
        writeln!(text, "quorum = {quorum:?}").unwrap();
    }
    text
}

/// Returns the model as the domain reads it.
pub(crate) fn parsed(model: &Model) -> model::Model {
    let text = toml(model);
    model::Model::from_toml(&text).unwrap_or_else(|errors| panic!("{errors}\n{text}"))
}

/// Returns the models as the domain wants them.
pub(crate) fn in_force(models: &[(i64, Model)]) -> Vec<ModelInForce> {
    models
        .iter()
        .zip(1..)
        .map(|((from, spec), version)| ModelInForce {
            from: Timestamp::from_millis(*from),
            version: ModelVersion(version),
            model: Arc::new(parsed(spec)),
        })
        .collect()
}

/// Returns the records as the domain reads them.
pub(crate) fn journalled(records: &[Record]) -> Vec<DomainRecord> {
    records
        .iter()
        .zip(1..)
        .map(|(record, seq)| DomainRecord {
            seq: Seq(seq),
            at: Timestamp::from_millis(record.recorded),
            event: event(&record.what),
        })
        .collect()
}

fn event(what: &What) -> Event {
    match what {
        What::Signal(signal) => Event::SignalRecorded(quorate_domain::signal::Signal {
            id: SignalId::trusted(&*signal.id),
            kind: Kind::trusted(&*signal.kind),
            contact: signal.contact.map(ContactNo),
            occurred_at: Timestamp::from_millis(signal.at),
            strength: signal.strength,
            source: SignalSource::FirstParty,
            solution: signal.solution.as_deref().map(Solution::trusted),
            object: signal.object.as_deref().map(Arc::from),
            properties: None,
            expired: signal.expired,
        }),
        What::Field(name, value) => Event::FieldSet {
            field: Arc::from(&**name),
            value: value.as_ref().map(|value| match value {
                Value::Number(number) => DomainValue::Number(*number),
                Value::Text(text) => DomainValue::text(&**text),
            }),
            source: Source::person(),
        },
        What::Introduced(no) => Event::ContactIntroduced {
            contact: ContactNo(*no),
        },
        What::Contact(no, said) => Event::ContactStated {
            contact: ContactNo(*no),
            fact: fact(said),
            source: Source::person(),
        },
        What::Disqualified(yes) => Event::Disqualified {
            reason: yes.then(|| Arc::from("no budget")),
            source: Source::person(),
        },
    }
}

fn fact(fact: &Fact) -> ContactFact {
    match fact {
        Fact::Roles(roles) => ContactFact::Roles(roles.as_ref().map(|roles| {
            roles
                .iter()
                .map(|(role, solution)| HeldRole {
                    role: Role::trusted(&**role),
                    solution: solution.as_deref().map(Solution::trusted),
                })
                .collect()
        })),
        Fact::Inferred(roles) => ContactFact::Inferred {
            roles: roles
                .iter()
                .map(|role| InferredRole {
                    role: Role::trusted(&**role),
                    confidence: 0.8,
                    rule: Arc::from("a title"),
                    candidate: false,
                })
                .collect(),
            seniority: None,
            function: None,
        },
        Fact::Seniority(level) => {
            ContactFact::Seniority(level.as_deref().map(|level| Seniority::parse(level).unwrap()))
        }
        Fact::Detractor(value) => ContactFact::Attitude(value.map(|yes| {
            if yes {
                Attitude::Detractor
            } else {
                Attitude::Supporter
            }
        })),
        Fact::Excluded(value) => ContactFact::Excluded(value.map(|_| Arc::from("competitor"))),
    }
}
