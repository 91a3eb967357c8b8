use proptest::prelude::*;

use super::*;
use crate::contact::Seniority;
use crate::fit::Grade;

mod refused;

fn parse(text: &str) -> Result<Model, String> {
    Model::from_toml(text).map_err(|errors| errors.to_string())
}

/// Checks that a model is refused with exactly these lines.
#[track_caller]
fn refused(text: &str, expected: &[&str]) {
    let got = parse(text).expect_err("the model should be refused");
    assert_eq!(got, expected.join("\n"), "model:\n{text}");
}

fn days(half_life: Option<HalfLife>) -> Option<f64> {
    half_life.map(|half_life| half_life.days().0)
}

#[test]
fn an_empty_text_is_a_model_with_everything_empty_or_off() {
    let model = parse("").unwrap();
    assert_eq!((&*model.name, &*model.notes), ("", ""));
    assert_eq!(model.sources, Source::RANKING.map(|name| Source(name.into())));
    assert_eq!(model.half_point.to_string(), "50");
    let engagement = EngagementRule {
        engaged_at: 5.0,
        anonymous_weight: 0.5,
        mql_at: 20.0,
    };
    assert_eq!(model.engagement, engagement);
    assert_eq!(
        model.relations,
        RelationRule {
            reports_to: 0.8,
            works_with: 0.5,
            influences: 0.5
        }
    );
    assert!(model.roles.is_empty() && model.kinds.is_empty() && model.kind_patterns.is_empty());
    assert!(model.seniority.factors.is_empty() && model.seniority.titles.is_empty());
    assert!(model.seats.is_empty() && model.fit.is_empty() && model.solutions.is_empty());
    assert!(model.mqa.is_none() && model.handoff.is_none() && model.frameworks.in_use.is_empty());
    assert_eq!(model.groups(), [None], "one unnamed solution");
}

#[test]
fn an_empty_table_has_its_defaults() {
    let model = parse(
        "[roles.user]\n[signals.x]\npoints = 3\n[[committee.seats]]\nrole = 'user'\n[mqa]\n[handoff]\n\
         [[fit.rules]]\nattribute = 'a'\nexists = true",
    )
    .unwrap();
    let role = model.roles.get("user").unwrap();
    assert_eq!(
        (role.weight.to_string(), role.titles.len(), role.family.clone()),
        ("1".into(), 0, None)
    );
    let x = model.rule("x").unwrap();
    assert_eq!((days(x.half_life), x.cap, x.combine), (None, None, Combine::Sum));
    assert_eq!(
        (x.once_per_day, x.act_now, &x.solution, &x.label),
        (false, false, &None, &None)
    );
    let user = Role::trusted("user");
    assert_eq!(
        model.seats,
        [Seat {
            role: user,
            count: 1,
            weight: 1.0,
            required: true,
            solution: None
        }]
    );
    let mqa = model.mqa.unwrap();
    assert_eq!(
        mqa.base,
        MqaThresholds {
            enter_heat: 50.0,
            exit_heat: 50.0,
            engaged_contacts: 1,
            engaged_roles: 0,
            any_role_engaged: vec![],
            all_roles_engaged: vec![],
            fit_grade: None,
            quorum: None,
            grace_days: Days(0.0),
        }
    );
    assert_eq!((mqa.act_now_days, mqa.segments.len()), (Days(14.0), 0));
    let handoff = model.handoff.unwrap();
    assert_eq!((handoff.auto, handoff.recycle_days), (true, None));
    assert_eq!(handoff.answer_within_hours.to_string(), "24");
    let fit = FitRule {
        condition: Condition {
            attribute: "a".into(),
            test: Test::Exists(true),
        },
        weight: 1.0,
        exclude: false,
        label: None,
    };
    assert_eq!(model.fit, [fit]);
}

/// A model that uses every key but those of frameworks.
const EVERY_KEY: &str = r#"
name = "N"
notes = "Notes"
sources = ["crm", "person"]
heat.half_point = 40
engagement = { engaged_at = 3, anonymous_weight = 0.4, mql_at = 7 }
relations = { reports_to = 0.9, works_with = 0, influences = 1 }
[roles.user]
weight = 2
titles = ["head of *"]
departments = ["Sales"]
family = "f"
[seniority]
vp = 1.5
[seniority.titles]
vp = ["vp"]
[signals."a.b"]
points = -2
half_life_days = 7
cap = 9
combine = "max"
once_per_day = true
act_now = true
solution = "s"
label = "AB"
[[committee.seats]]
role = "user"
count = 2
weight = 3
required = false
solution = "s"
[[fit.rules]]
attribute = "n"
between = [1, 2.5]
weight = -2
exclude = true
label = "few"
[[fit.rules]]
attribute = "i"
in = ["x", 2, true]
[[fit.rules]]
attribute = "e"
equals = 0x10
[[fit.rules]]
attribute = "t"
contains_any = ["k"]
[mqa]
enter_heat = 60
exit_heat = 55
engaged_contacts = 2
engaged_roles = 1
any_role_engaged = ["user"]
all_roles_engaged = ["user"]
fit_grade = "B"
quorum = 30
grace_days = 3
act_now_days = 5
[[mqa.segments]]
when = { attribute = "tier", equals = "1" }
enter_heat = 57
any_role_engaged = []
[handoff]
auto = false
answer_within_hours = 4
reject_reasons = ["a"]
disqualify_reasons = ["b"]
recycle_days = 90
[[solutions]]
name = "s"
label = "S"
"#;

#[test]
fn every_key_of_scoring_is_read() {
    let model = parse(EVERY_KEY).unwrap();
    assert_eq!((&*model.name, &*model.notes), ("N", "Notes"));
    assert_eq!(model.sources, [Source("crm".into()), Source("person".into())]);
    assert_eq!(model.half_point.to_string(), "40");
    assert_eq!(
        model.engagement,
        EngagementRule {
            engaged_at: 3.0,
            anonymous_weight: 0.4,
            mql_at: 7.0
        }
    );
    assert_eq!(
        model.relations,
        RelationRule {
            reports_to: 0.9,
            works_with: 0.0,
            influences: 1.0
        }
    );
    let role = model.roles.get("user").unwrap();
    assert_eq!(
        (role.weight.to_string(), role.family.as_deref()),
        ("2".into(), Some("f"))
    );
    assert_eq!(
        (role.titles[0].as_str(), &*role.departments[0]),
        ("head of *", "Sales")
    );
    assert_eq!(model.seniority.factors, BTreeMap::from([(Seniority::Vp, 1.5)]));
    assert_eq!(model.seniority.titles[&Seniority::Vp][0].as_str(), "vp");
    let solution = Solution::trusted("s");
    let signal = SignalRule {
        points: -2.0,
        half_life: HalfLife::new(Days(7.0)),
        cap: Some(9.0),
        combine: Combine::Max,
        once_per_day: true,
        act_now: true,
        solution: Some(solution.clone()),
        label: Some("AB".into()),
    };
    assert_eq!(model.rule("a.b").map(|found| &**found), Some(&signal));
    let seat = Seat {
        role: Role::trusted("user"),
        count: 2,
        weight: 3.0,
        required: false,
        solution: Some(solution.clone()),
    };
    assert_eq!(model.seats, [seat]);
    let tests: Vec<&Test> = model.fit.iter().map(|rule| &rule.condition.test).collect();
    assert_eq!(
        tests,
        [
            &Test::Between(1.0, 2.5),
            &Test::In(vec![Value::text("x"), Value::Number(2.0), Value::Flag(true)]),
            &Test::Equals(Value::Number(16.0)),
            &Test::ContainsAny(vec!["k".into()]),
        ]
    );
    assert_eq!(
        (model.fit[0].exclude, model.fit[0].label.as_deref()),
        (true, Some("few"))
    );
}

#[test]
fn every_key_of_qualifying_is_read() {
    let model = parse(EVERY_KEY).unwrap();
    let role = Role::trusted("user");
    let mqa = model.mqa.as_ref().unwrap();
    let base = MqaThresholds {
        enter_heat: 60.0,
        exit_heat: 55.0,
        engaged_contacts: 2,
        engaged_roles: 1,
        any_role_engaged: vec![role.clone()],
        all_roles_engaged: vec![role],
        fit_grade: Some(Grade::B),
        quorum: Some(30.0),
        grace_days: Days(3.0),
    };
    assert_eq!((&mqa.base, mqa.act_now_days), (&base, Days(5.0)));
    let over = MqaThresholds {
        enter_heat: 57.0,
        any_role_engaged: vec![],
        ..base
    };
    let when = Condition {
        attribute: "tier".into(),
        test: Test::Equals(Value::text("1")),
    };
    assert_eq!(
        mqa.segments,
        [MqaSegment {
            when,
            thresholds: over
        }]
    );
    let handoff = HandoffRule {
        auto: false,
        answer_within_hours: 4.0,
        reject_reasons: vec!["a".into()],
        disqualify_reasons: vec!["b".into()],
        recycle_days: Some(Days(90.0)),
    };
    assert_eq!(model.handoff, Some(handoff));
    assert_eq!(model.groups(), [Some(Solution::trusted("s"))]);
}

#[test]
fn the_longest_prefix_wins_and_an_exact_name_beats_it() {
    let kinds = ["a.*", "a.b.*", "a.b.c"];
    let text = kinds
        .map(|kind| format!("[signals.\"{kind}\"]\npoints = 1\nlabel = \"{kind}\"\n"))
        .concat();
    let model = parse(&text).unwrap();
    let check = |kind: &str, expected: Option<&str>| {
        assert_eq!(
            model.rule(kind).and_then(|rule| rule.label.as_deref()),
            expected,
            "{kind}"
        );
    };
    check("a.b.c", Some("a.b.c"));
    check("a.b.d", Some("a.b.*"));
    check("a.b.c.d", Some("a.b.*"));
    check("a.b", Some("a.*"));
    check("a.x", Some("a.*"));
    check("a", None);
    check("a.", None);
    check("ab", None);
    check("A.x", None);
}

#[test]
fn an_exit_heat_left_out_follows_the_enter_heat_of_its_own_table() {
    let exits = |mqa: &str, segment: &str| {
        let text =
            format!("[mqa]\n{mqa}\n[[mqa.segments]]\nwhen = {{ attribute = 'a', exists = true }}\n{segment}");
        let mqa = parse(&text).unwrap().mqa.unwrap();
        (
            mqa.base.exit_heat.to_string(),
            mqa.segments[0].thresholds.exit_heat.to_string(),
        )
    };
    assert_eq!(
        exits("enter_heat = 60", "enter_heat = 30"),
        ("60".into(), "30".into())
    );
    assert_eq!(
        exits("enter_heat = 60\nexit_heat = 20", "enter_heat = 30"),
        ("20".into(), "20".into())
    );
    assert_eq!(
        exits("enter_heat = 60", "exit_heat = 10"),
        ("60".into(), "10".into())
    );
}

#[test]
fn own_frameworks_follow_use_and_may_replace_a_shipped_one() {
    let element = |name: &str| {
        format!("[[frameworks.{name}.elements]]\nkey = 'k'\nchecks = [{{ kind = 'evidence' }}]\n")
    };
    let names = |used: &str, own: &[&str]| {
        let own: String = own.iter().map(|name| element(name)).collect();
        let model = parse(&format!("[frameworks]\nuse = {used}\n{own}")).unwrap();
        let in_use = model.frameworks.in_use.iter();
        in_use
            .map(|framework| format!("{} {}", framework.name, framework.elements.len()))
            .collect::<Vec<_>>()
    };
    assert_eq!(names("['meddic', 'bant']", &[]), ["meddic 6", "bant 4"]);
    assert_eq!(names("['b', 'champ']", &["a", "b"]), ["b 1", "champ 4", "a 1"]);
    assert_eq!(names("['bant']", &["bant"]), ["bant 1"]);
    assert_eq!(names("[]", &["a"]), ["a 1"]);

    let model = parse(&element("a")).unwrap();
    let expected = Element {
        key: "k".into(),
        name: "k".into(),
        weight: 1.0,
        stale_after_days: Days(90.0),
        gate: None,
        min_amount: None,
        checks: vec![Check {
            weight: 1.0,
            kind: CheckKind::Evidence,
        }],
    };
    assert_eq!(model.frameworks.in_use[0].elements, [expected]);
}

#[test]
fn each_kind_of_check_is_read() {
    let model = parse(
        "[roles.a]\n[roles.b]\n[[frameworks.f.elements]]\nkey = 'k'\nchecks = [\n\
         { kind = 'role_identified', role = 'a', weight = 2 }, { kind = 'role_engaged', role = 'b' },\n\
         { kind = 'path', from = 'a', to = 'b', strength = 0.3 }, { kind = 'attribute', attribute = 'x' },\n\
         { kind = 'signal', signal = 'p.*', within_days = 3 }, { kind = 'signal', signal = 'q' } ]",
    )
    .unwrap();
    let (a, b) = (Role::trusted("a"), Role::trusted("b"));
    let kinds: Vec<CheckKind> = model.frameworks.in_use[0].elements[0]
        .checks
        .iter()
        .map(|check| check.kind.clone())
        .collect();
    assert_eq!(
        kinds,
        [
            CheckKind::RoleIdentified(a.clone()),
            CheckKind::RoleEngaged(b.clone()),
            CheckKind::Path {
                from: a,
                to: b,
                strength: 0.3
            },
            CheckKind::Attribute("x".into()),
            CheckKind::Signal {
                pattern: "p.*".into(),
                within: Days(3.0)
            },
            CheckKind::Signal {
                pattern: "q".into(),
                within: Days(90.0)
            },
        ]
    );
}

#[test]
fn the_shipped_frameworks_are_a_valid_part_of_a_model() {
    // The same text under [frameworks] of a model that lists the roles must be accepted as the model's own.
    let shipped = include_str!("frameworks.toml").replace("[[", "[[frameworks.");
    let roles = [
        "economic_buyer",
        "champion",
        "decision_maker",
        "technical_evaluator",
        "procurement",
        "legal",
    ];
    let roles = roles.map(|role| format!("[roles.{role}]\n")).concat();
    let own = parse(&format!("{roles}{shipped}")).unwrap();
    let used = parse("[frameworks]\nuse = ['bant', 'champ', 'meddic', 'meddpicc']").unwrap();
    assert_eq!(own.frameworks, used.frameworks);
    let sizes: Vec<usize> = used
        .frameworks
        .in_use
        .iter()
        .map(|framework| framework.elements.len())
        .collect();
    assert_eq!(sizes, [4, 4, 6, 8]);
    for framework in used.frameworks.in_use {
        let gated: Vec<&str> = framework
            .elements
            .iter()
            .filter(|element| element.gate.is_some())
            .map(|element| &*element.key)
            .collect();
        let expected: &[&str] = if framework.name.starts_with("medd") {
            &["economic_buyer", "champion"]
        } else {
            &["authority"]
        };
        assert_eq!(gated, expected, "{}", framework.name);
    }
}

#[test]
fn the_default_model_is_valid_and_explains_itself() {
    let model = parse(DEFAULT_MODEL).unwrap();
    assert!(model.kinds.len() >= 38, "{} kinds", model.kinds.len());
    assert_eq!(model.roles.len(), 14);
    let rules = model.kinds.iter().map(|(kind, rule)| (kind.as_str(), rule));
    let patterns = model.kind_patterns.iter().map(|(prefix, rule)| (&**prefix, rule));
    for (kind, rule) in rules.chain(patterns) {
        assert!(rule.label.is_some(), "{kind} has no label");
        assert!(rule.half_life.is_some(), "{kind} never fades");
        assert!(
            rule.cap.is_some() || rule.points.abs() < 1e-9,
            "{kind} has no cap"
        );
    }
    let act_now: Vec<&str> = model
        .kinds
        .iter()
        .filter(|(_, rule)| rule.act_now)
        .map(|(kind, _)| kind.as_str())
        .collect();
    assert_eq!(act_now, ["contact.requested", "demo.requested"]);
    let positive: f64 = model.fit.iter().map(|rule| rule.weight.max(0.0)).sum();
    assert!((positive - 100.0).abs() < 1e-9, "fit weights read as percent");
    let mqa = model.mqa.unwrap();
    assert!(mqa.base.exit_heat < mqa.base.enter_heat);
    assert_eq!(mqa.segments.len(), 1);
    assert_eq!(model.frameworks.in_use.len(), 1);
    let signals = DEFAULT_MODEL.lines().filter(|line| line.starts_with("[signals."));
    assert_eq!(signals.count(), model.kinds.len() + model.kind_patterns.len());
}

#[test]
fn the_signals_and_roles_of_shipped_frameworks_are_known_to_the_default_model() {
    let roles_and_kinds = format!("{DEFAULT_MODEL}\n").replace(
        "[\"meddpicc\"]",
        "[\"bant\", \"champ\", \"meddic\", \"meddpicc\"]",
    );
    let model = parse(&roles_and_kinds).unwrap();
    assert_eq!(model.frameworks.in_use.len(), 4);
    let checks = model
        .frameworks
        .in_use
        .iter()
        .flat_map(|framework| &framework.elements)
        .flat_map(|e| &e.checks);
    for check in checks {
        match &check.kind {
            CheckKind::Evidence | CheckKind::Attribute(_) => {}
            CheckKind::RoleIdentified(role) | CheckKind::RoleEngaged(role) => {
                assert!(model.roles.contains_key(role), "{role}");
            }
            CheckKind::Path { from, to, .. } => {
                assert!(
                    model.roles.contains_key(from) && model.roles.contains_key(to),
                    "{from} {to}"
                );
            }
            CheckKind::Signal { pattern, .. } => {
                let prefix = pattern.strip_suffix('*').unwrap_or(pattern);
                assert!(
                    model.kinds.keys().any(|kind| kind.as_str().starts_with(prefix)),
                    "{pattern}"
                );
            }
        }
    }
}

#[test]
fn a_title_pattern_finds_neighbouring_words_in_order() {
    #[track_caller]
    fn check(pattern: &str, title: &str, expected: bool) {
        let got = TitlePattern::new(pattern).unwrap().matches(&Title::new(title));
        assert_eq!(got, expected, "{pattern:?} in {title:?}");
    }
    check("cto", "CTO", true);
    check("cto", "Director", false);
    check("cto", "Co-Founder & CTO", true);
    check("head of", "Head of Sales", true);
    check("head of", "Global Head-of Sales", true);
    check("head of", "Head", false);
    check("head of", "Of the Head", false);
    check("head of", "Head cook of the day", false);
    check("vp * sales", "VP Global Sales", true);
    check("vp * sales", "VP Sales", false);
    check("engineer*", "Engineering Lead", true);
    check("engineer*", "Bioengineer", false);
    check("*engineer*", "Bioengineering", true);
    check("e*er", "Engineer", true);
    check("a*b*c", "a1b2b3c", true);
    check("a*b*c", "acb", false);
    check("ab*ba", "aba", false);
    check("GESCHÄFTSFÜHRER*", "geschäftsführerin", true);
    check("director", "DIRECTOR", true);
    check("r&d", "VP R & D", true);
    check("cto", "", false);
    for empty in ["", "  ", "&", "-"] {
        assert_eq!(TitlePattern::new(empty), None, "{empty:?}");
    }
}

#[test]
fn the_version_is_the_hash_of_the_text() {
    // Known answers of 64-bit FNV-1a.
    assert_eq!(version_of(""), ModelVersion(0xcbf2_9ce4_8422_2325));
    assert_eq!(version_of("a"), ModelVersion(0xaf63_dc4c_8601_ec8c));
    assert_eq!(version_of("foobar"), ModelVersion(0x8594_4171_f739_67e8));
    assert_ne!(version_of("x = 1"), version_of("x = 2"));
}

proptest! {
    #[test]
    fn a_damaged_model_is_a_model_or_an_explained_refusal(
        start in 0..DEFAULT_MODEL.len(),
        length in 0..200_usize,
        instead in "[a-z0-9=\\[\\]\"'.{}#\\n*-]{0,8}",
    ) {
        let before: String = DEFAULT_MODEL.chars().take(start).collect();
        let after: String = DEFAULT_MODEL.chars().skip(start + length).collect();
        let text = format!("{before}{instead}{after}");
        if let Err(errors) = Model::from_toml(&text) {
            prop_assert!(!errors.0.is_empty());
            let lines = text.lines().count() + 1;
            prop_assert!(errors.0.iter().all(|error| (1..=lines).contains(&error.line)), "{errors}");
            prop_assert!(errors.0.is_sorted_by_key(|error| error.line), "{errors}");
        }
    }

    #[test]
    fn any_pattern_and_title_can_be_compared(pattern in "\\PC{0,20}", title in "\\PC{0,40}") {
        let Some(pattern) = TitlePattern::new(&pattern) else { return Ok(()) };
        let found = pattern.matches(&Title::new(&title));
        // A title that goes on after the words still has them.
        let longer = pattern.matches(&Title::new(&format!("{title} x")));
        prop_assert!(longer || !found);
    }
}
