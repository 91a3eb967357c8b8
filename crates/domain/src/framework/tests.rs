use super::*;
use crate::account::{AccountState, ContactFact, Event, Record};
use crate::contact::{HeldRole, RelationKey};
use crate::evidence::Statement;
use crate::id::{AccountId, OpportunityId, Seq};
use crate::opportunity::{Opportunity, OpportunityState};
use crate::time::{DAY_MS, Days};
use crate::value::{Source, Value};

const NOW: i64 = 1_772_409_600_000;

/// Proof weighs 3 of 4 beside an engaged champion; money and process weigh 1 each, champion 2: 4 in all.
const MODEL: &str = "
name = 'm'
[roles.champion]
[roles.economic_buyer]
[roles.blocker]
[relations]
reports_to = 0.8
[signals.'demo.*']
points = 1
[frameworks]
use = ['ours']
currency = 'EUR'
[[frameworks.ours.elements]]
key = 'champion'
name = 'Champion'
weight = 2
gate = 0.5
checks = [
  { kind = 'evidence', weight = 3 },
  { kind = 'role_engaged', role = 'champion' },
]
[[frameworks.ours.elements]]
key = 'money'
name = 'Money'
stale_after_days = 30
checks = [{ kind = 'evidence' }]
[[frameworks.ours.elements]]
key = 'process'
name = 'Process'
min_amount = 25000
checks = [
  { kind = 'path', from = 'champion', to = 'economic_buyer', strength = 0.7 },
  { kind = 'role_identified', role = 'economic_buyer' },
  { kind = 'signal', signal = 'demo.*', within_days = 10 },
  { kind = 'attribute', attribute = 'procurement_portal' },
]
";

/// Facts, and who is engaged.
struct Given {
    state: AccountState,
    engaged: BTreeSet<ContactNo>,
    newest: BTreeMap<Arc<str>, Timestamp>,
    at: Timestamp,
    model: Model,
}

fn given() -> Given {
    Given {
        state: AccountState::new(AccountId::trusted("acme")),
        engaged: BTreeSet::new(),
        newest: BTreeMap::new(),
        at: Timestamp::from_millis(NOW),
        model: Model::from_toml(MODEL).unwrap_or_else(|errors| panic!("{errors}")),
    }
}

impl Given {
    fn event(mut self, event: Event) -> Self {
        self.state.apply(&Record {
            seq: Seq(1),
            at: Timestamp::from_millis(NOW - 100 * DAY_MS),
            event,
        });
        self
    }

    fn person(self, no: u32, role: &str, attitude: Attitude) -> Self {
        let stated = |fact| Event::ContactStated {
            contact: ContactNo(no),
            fact,
            source: Source::person(),
        };
        let held = HeldRole {
            role: Role::trusted(role),
            solution: None,
        };
        self.event(stated(ContactFact::Roles(Some(vec![held]))))
            .event(stated(ContactFact::Attitude(Some(attitude))))
    }

    fn engaged(mut self, no: u32) -> Self {
        self.engaged.insert(ContactNo(no));
        self
    }

    fn evidence(self, no: u32, element: &str, level: Level, days_ago: f64) -> Self {
        let at = Timestamp::from_millis(NOW).plus_days(Days(-days_ago));
        let statement = Statement {
            solution: None,
            framework: Arc::from("ours"),
            element: Arc::from(element),
            level,
            artefact: None,
            source: Source::person(),
            said_by: None,
            note: None,
            said_at: at,
        };
        self.event(Event::EvidenceStated {
            evidence: EvidenceNo(no),
            statement: Box::new(statement),
        })
    }

    fn opportunity(self, id: &str, amount: f64, currency: &str, state: OpportunityState) -> Self {
        self.event(Event::OpportunitySet(Box::new(Opportunity {
            id: OpportunityId::trusted(id),
            name: None,
            solution: None,
            amount: Some(amount),
            currency: Some(Arc::from(currency)),
            state,
            closes_on: None,
            source: Source::person(),
            changed_at: Timestamp::from_millis(NOW),
        })))
    }

    fn reports(self, from: u32, to: u32) -> Self {
        self.event(Event::RelationSet {
            relation: RelationKey {
                from: ContactNo(from),
                to: ContactNo(to),
                kind: RelationKind::ReportsTo,
            },
            strength: None,
        })
    }

    fn read(&self) -> FrameworkReading {
        let sight = Sight::new(
            self.at,
            &self.state,
            &self.model,
            None,
            self.engaged.clone(),
            self.newest.clone(),
        );
        read(&self.model.frameworks.in_use[0], &sight)
    }

    #[track_caller]
    fn scores(&self, expected: [f64; 3]) {
        let scores: Vec<f64> = self.read().elements.iter().map(|element| element.score).collect();
        for (score, expected) in scores.iter().zip(expected) {
            assert!(
                (score - expected).abs() < 1e-12,
                "{scores:?}, expected {expected}"
            );
        }
    }

    #[track_caller]
    fn completeness(&self, expected: f64) {
        let got = self.read().completeness.unwrap();
        assert!((got - expected).abs() < 1e-9, "got {got}, expected {expected}");
    }
}

#[test]
fn nothing_known_is_nothing_complete() {
    let reading = given().read();
    assert_eq!(reading.completeness, Some(0.0));
    assert_eq!(reading.verdict, Some(Verdict::NotQualified));
    assert_eq!(reading.weakest, Some(0), "of equal scores the heaviest element");
}

#[test]
fn a_level_passes_its_share_of_the_check() {
    // 3 of 4 by evidence: assumed 1/3 gives 1/4, stated 2/3 gives 1/2, validated 3/4.
    given()
        .evidence(1, "champion", Level::Assumed, 1.0)
        .scores([0.25, 0.0, 0.0]);
    given()
        .evidence(1, "champion", Level::Stated, 1.0)
        .scores([0.5, 0.0, 0.0]);
    given()
        .evidence(1, "champion", Level::Validated, 1.0)
        .scores([0.75, 0.0, 0.0]);
    // The best counts, not the newest and not the sum.
    given()
        .evidence(1, "champion", Level::Stated, 5.0)
        .evidence(2, "champion", Level::Assumed, 1.0)
        .scores([0.5, 0.0, 0.0]);
}

#[test]
fn a_stale_proof_counts_as_less_than_a_fresh_one_of_the_same_level() {
    let given = given()
        .evidence(1, "money", Level::Validated, 31.0)
        .evidence(2, "money", Level::Stated, 1.0);
    given.scores([0.0, 2.0 / 3.0, 0.0]);
    let money = &given.read().elements[1];
    assert!(!money.stale, "the fresh one of the same level is the best");
    assert_eq!(money.evidence, [EvidenceNo(2), EvidenceNo(1)]);
}

#[test]
fn completeness_is_the_weighted_mean_of_the_elements_in_scope() {
    // Champion 3/4 of 2, money 1 of 1, process 0 of 1: (1.5 + 1) / 4.
    let given =
        given()
            .evidence(1, "champion", Level::Validated, 1.0)
            .evidence(2, "money", Level::Validated, 1.0);
    given.completeness(62.5);
    // Below 25,000 process is left out: (1.5 + 1) / 3.
    let small = given.opportunity("o", 24_999.0, "EUR", OpportunityState::Open);
    small.completeness(250.0 / 3.0);
    assert!(!small.read().elements[2].in_scope);
}

#[test]
fn scope_follows_the_largest_open_amount_in_the_currency_of_the_model() {
    let small = given().opportunity("a", 1_000.0, "EUR", OpportunityState::Open);
    assert_eq!(small.read().amount, Some(1_000.0));
    let others = small
        .opportunity("b", 90_000.0, "EUR", OpportunityState::Lost)
        .opportunity("c", 90_000.0, "CHF", OpportunityState::Open)
        .opportunity("d", 24_000.0, "eur", OpportunityState::Open);
    assert_eq!(others.read().amount, Some(24_000.0));
    let large = others.opportunity("e", 25_000.0, "EUR", OpportunityState::Open);
    assert!(large.read().elements[2].in_scope);
}

#[test]
fn an_engaged_champion_counts_until_it_goes_cold_or_turns_or_leaves() {
    let champion = |attitude| given().person(1, "champion", attitude);
    champion(Attitude::Supporter).engaged(1).scores([0.25, 0.0, 0.0]);
    champion(Attitude::Supporter).scores([0.0, 0.0, 0.0]);
    champion(Attitude::Detractor).engaged(1).scores([0.0, 0.0, 0.0]);
    let gone = Event::ContactStated {
        contact: ContactNo(1),
        fact: ContactFact::Excluded(Some(Arc::from("left the company"))),
        source: Source::person(),
    };
    champion(Attitude::Supporter)
        .event(gone)
        .engaged(1)
        .scores([0.0, 0.0, 0.0]);
}

#[test]
fn a_buyer_who_is_against_it_is_identified_all_the_same() {
    // One of four checks of process.
    given()
        .person(1, "economic_buyer", Attitude::Detractor)
        .scores([0.0, 0.0, 0.25]);
}

#[test]
fn a_path_passes_from_the_strength_it_needs() {
    let two = || {
        given()
            .person(1, "champion", Attitude::Supporter)
            .person(2, "economic_buyer", Attitude::Neutral)
    };
    two().scores([0.0, 0.0, 0.25]);
    // 0.8 is at least 0.7.
    two().reports(1, 2).scores([0.0, 0.0, 0.5]);
    // By way of a third it is 0.64: told, and not passed.
    let long = two()
        .person(3, "unknown", Attitude::Neutral)
        .reports(1, 3)
        .reports(3, 2);
    long.scores([0.0, 0.0, 0.25]);
    let found = &long.read().elements[2].checks[0].found;
    assert!(matches!(found, Found::Path(Some(path)) if path.people.len() == 3));
}

#[test]
fn a_signal_is_recent_until_the_last_millisecond_of_its_days() {
    let mut given = given();
    given
        .newest
        .insert(Arc::from("demo.*"), Timestamp::from_millis(NOW - 10 * DAY_MS + 1));
    given.scores([0.0, 0.0, 0.25]);
    given
        .newest
        .insert(Arc::from("demo.*"), Timestamp::from_millis(NOW - 10 * DAY_MS));
    given.scores([0.0, 0.0, 0.0]);
}

#[test]
fn a_known_attribute_passes_its_check() {
    given()
        .event(Event::FieldSet {
            field: Arc::from("procurement_portal"),
            value: Some(Value::text("ariba")),
            source: Source::person(),
        })
        .scores([0.0, 0.0, 0.25]);
}

#[test]
fn a_gate_holds_the_verdict_and_opens_at_its_score() {
    #[track_caller]
    fn check(completeness: f64, held: bool, expected: Verdict) {
        assert_eq!(Verdict::of(completeness, held), expected, "{completeness} {held}");
    }
    check(80.0, false, Verdict::ForecastReady);
    check(79.9, false, Verdict::Gapped);
    check(55.0, false, Verdict::Gapped);
    check(54.9, false, Verdict::UnderQualified);
    check(29.9, false, Verdict::NotQualified);
    check(100.0, true, Verdict::UnderQualified);
    check(29.9, true, Verdict::NotQualified);
    let at_gate = given().evidence(1, "champion", Level::Stated, 1.0).read();
    assert!(!at_gate.elements[0].holds(), "0.5 is not below 0.5");
    assert!(given().read().elements[0].holds());
}

#[test]
fn evidence_of_an_element_that_is_gone_is_kept_and_not_in_scope() {
    let reading = given().evidence(1, "timing", Level::Validated, 1.0).read();
    assert_eq!(reading.unlisted, [EvidenceNo(1)]);
    assert_eq!(reading.completeness, Some(0.0));
}

#[test]
fn what_is_known_of_a_champion_is_told() {
    let reading = given()
        .person(1, "champion", Attitude::Supporter)
        .person(2, "economic_buyer", Attitude::Neutral)
        .reports(1, 2)
        .engaged(1)
        .read();
    let champion = &reading.champions[0];
    assert_eq!(champion.contact, ContactNo(1));
    assert_eq!(champion.path, Some(0.8));
    assert!(champion.engaged && champion.attitude == Attitude::Supporter);
}

#[test]
fn the_next_lapse_is_the_first_instant_at_which_something_runs_out() {
    let mut given = given().evidence(1, "money", Level::Stated, 29.0);
    let lapse = |given: &Given| {
        let sight = Sight::new(
            given.at,
            &given.state,
            &given.model,
            None,
            given.engaged.clone(),
            given.newest.clone(),
        );
        next_lapse(&given.model.frameworks.in_use[0], &sight)
    };
    assert_eq!(lapse(&given), Some(Timestamp::from_millis(NOW + DAY_MS)));
    given
        .newest
        .insert(Arc::from("demo.*"), Timestamp::from_millis(NOW - 10 * DAY_MS + 5));
    assert_eq!(lapse(&given), Some(Timestamp::from_millis(NOW + 5)));
}

#[test]
fn a_pattern_covers_what_stands_under_it() {
    #[track_caller]
    fn check(pattern: &str, kind: &str, expected: bool) {
        assert_eq!(covers(pattern, kind), expected, "{pattern} {kind}");
    }
    check("demo.*", "demo.requested", true);
    check("demo.*", "demo.a.b", true);
    check("demo.*", "demo", false);
    check("demo.*", "demo.", false);
    check("demo.requested", "demo.requested", true);
    check("demo.requested", "demo.requested.twice", false);
}
