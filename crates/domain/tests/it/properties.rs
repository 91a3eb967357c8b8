//! Properties of the fold: it is what the reference says, whatever the order of arrival, the batches and the
//! snapshots in between (docs/semantics.md 3.15).
//!
//! Seeds are fixed, so every run looks at the same cases; `QUORATE_SOAK=1` looks at many others and prints what it
//! needs to find a case again.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed};
use quorate_domain::account::{
    AccountState, Command, ContactRef, Directory, Event, NewSignal, Policy, Record as DomainRecord, decide,
};
use quorate_domain::engagement::{Person, SignalView};
use quorate_domain::explain::{engagement_at, explain};
use quorate_domain::forecast::{forecast, mqa_ends_at};
use quorate_domain::id::{AccountId, ContactId, ContactNo, Kind, Seq, SignalId};
use quorate_domain::model;
use quorate_domain::signal::SignalSource;
use quorate_domain::standing::{
    Change, Group, GroupReading, Horizon, ModelInForce, Notice, Standing, refold,
};
use quorate_domain::time::Timestamp;

use crate::generate::{self, START};
use crate::reference::{self, DAY, Model, Record, View, What};

/// How far apart the reference looks at time.
const STEP: i64 = 600_000;
/// When all histories have ended; what is asked about lies behind it.
pub(crate) const NOW: i64 = START + 37 * DAY;

pub(crate) fn config(cases: u32) -> Config {
    #[expect(clippy::disallowed_methods, reason = "a test may be told to take its time")]
    let soak = std::env::var("QUORATE_SOAK").is_ok();
    Config {
        cases: if soak { cases * 50 } else { cases },
        rng_seed: if soak {
            RngSeed::Random
        } else {
            RngSeed::Fixed(0x0051_7565)
        },
        failure_persistence: None,
        max_shrink_iters: 4_000,
        ..Config::default()
    }
}

pub(crate) fn id() -> AccountId {
    AccountId::trusted("acct")
}

pub(crate) fn ms(at: i64) -> Timestamp {
    Timestamp::from_millis(at)
}

pub(crate) struct Folded {
    pub(crate) state: AccountState,
    pub(crate) standing: Standing,
    pub(crate) notices: Vec<Notice>,
}

impl Folded {
    pub(crate) fn until(mut self, model: &model::Model, t: i64) -> Self {
        self.standing
            .advance(&self.state, model, ms(t), &mut self.notices);
        self
    }
}

pub(crate) fn fold_anew(records: &[DomainRecord], models: &[ModelInForce], as_of: i64, now: i64) -> Folded {
    let mut notices = Vec::new();
    let horizon = Horizon {
        as_of: ms(as_of),
        now: ms(now),
        known_at: None,
    };
    let (state, standing) = refold(&id(), records, models, horizon, &mut notices).unwrap();
    Folded {
        state,
        standing,
        notices,
    }
}

/// Keeps a standing in step record by record, as an account's actor does; a stale one is folded anew.
fn fold_live(records: &[DomainRecord], models: &[ModelInForce], restart_at: usize) -> Folded {
    let model = &models[0].model;
    let mut state = AccountState::new(id());
    let mut standing = Standing::new(&state, model, models[0].version);
    let mut notices = Vec::new();
    for (place, record) in records.iter().enumerate() {
        if place % 3 == 0 {
            // Now and then a timer looks at the clock.
            standing.advance(&state, model, record.at, &mut notices);
        }
        standing.absorb(&mut state, record, model, &mut notices);
        if standing.stale {
            let now = record.at.as_millis();
            let told = fold_anew(&records[..=place], models, now, now);
            (state, standing) = (told.state, told.standing);
        }
        if place == restart_at {
            (state, standing) = (state.clone(), standing.clone());
        }
    }
    Folded {
        state,
        standing,
        notices,
    }
}

fn change_text(notice: &Notice) -> String {
    let at = notice.at.as_millis();
    let solution = notice.solution.as_ref().map_or("-", |solution| solution.as_str());
    let what = match &notice.change {
        Change::MqaEntered(_) => "entered".to_owned(),
        Change::MqaLeft(_) => "left".to_owned(),
        Change::MqaRevised { .. } => "revised".to_owned(),
        Change::BandChanged { from, to } => format!("{} to {}", from.as_str(), to.as_str()),
        Change::Engaged { contact } => format!("engaged {}", contact.0),
        Change::Cooled { contact } => format!("cooled {}", contact.0),
        Change::GapOpened { gap } => format!("opened {gap}"),
        Change::GapClosed { gap } => format!("closed {gap}"),
    };
    format!("{at} {solution} {what}")
}

fn spans(group: &Group) -> Vec<(i64, Option<i64>)> {
    group
        .spans
        .iter()
        .map(|span| (span.entered.as_millis(), span.left.map(Timestamp::as_millis)))
        .collect()
}

fn close(got: f64, expected: f64, size: f64) -> bool {
    (got - expected).abs() <= 1e-9 * size + 1e-12
}

fn same_reading(got: &GroupReading, view: &View) -> Result<(), TestCaseError> {
    prop_assert!(
        close(got.intent_points, view.intent_points, view.size),
        "intent points {} and {}",
        got.intent_points,
        view.intent_points
    );
    prop_assert!(
        close(got.heat, view.heat, 100.0 + view.size),
        "heat {} and {}",
        got.heat,
        view.heat
    );
    prop_assert_eq!(got.band.as_str(), view.band);
    let people: BTreeMap<Option<u32>, f64> = got
        .people
        .iter()
        .map(|person| (person.contact.map(|no| no.0), person.engagement))
        .collect();
    for (contact, points) in &view.engagement {
        let engagement = people.get(contact).copied();
        prop_assert!(
            engagement.is_some_and(|got| close(got, *points, view.size + points.abs())),
            "engagement of {contact:?}: {engagement:?} and {points}"
        );
    }
    match (got.momentum, view.momentum) {
        (Some(got), Some(expected)) => {
            prop_assert!(close(got, expected, 5.0), "momentum {got} and {expected}");
        }
        (got, expected) => prop_assert_eq!(got.is_some(), expected.is_some(), "momentum"),
    }
    let engaged: Vec<u32> = view.engaged.iter().copied().collect();
    let got_engaged: Vec<u32> = got
        .people
        .iter()
        .filter(|person| person.engaged)
        .filter_map(|person| person.contact.map(|no| no.0))
        .collect();
    prop_assert_eq!(got_engaged, engaged);
    let roles: Vec<&str> = got
        .engaged_roles
        .iter()
        .map(quorate_domain::id::Role::as_str)
        .collect();
    let expected_roles: Vec<&str> = view.engaged_roles.iter().map(String::as_str).collect();
    prop_assert_eq!(roles, expected_roles);
    match (got.quorum.percent, view.quorum) {
        (Some(got), Some(expected)) => {
            prop_assert!(close(got, expected, 100.0), "quorum {got} and {expected}");
        }
        (got, expected) => prop_assert_eq!(got.is_some(), expected.is_some(), "quorum"),
    }
    Ok(())
}

/// Checks everything the domain says at `until` against the reference.
fn same_as_told(
    folded: &Folded,
    model: &model::Model,
    told: &reference::Told,
    until: i64,
) -> Result<(), TestCaseError> {
    let reading = folded.standing.read(&folded.state, model, ms(until));
    prop_assert_eq!(reading.groups.len(), told.groups.len());
    let (score, known, grade, excluded) = told.fit;
    prop_assert_eq!(reading.fit.score.is_some(), score.is_some());
    prop_assert!(close(
        reading.fit.score.unwrap_or(0.0),
        score.unwrap_or(0.0),
        100.0
    ));
    prop_assert!(close(reading.fit.known, known, 1.0));
    prop_assert_eq!(
        reading.fit.grade.map(|grade| grade.as_str().to_owned()),
        grade.map(String::from)
    );
    prop_assert_eq!(reading.fit.excluded, excluded);
    for (place, (solution, status, view)) in told.groups.iter().enumerate() {
        let got = &reading.groups[place];
        prop_assert_eq!(
            got.solution.as_ref().map(quorate_domain::id::Solution::as_str),
            solution.as_deref()
        );
        same_reading(got, view)?;
        prop_assert_eq!(got.mqa_since.map(Timestamp::as_millis), status.since);
        prop_assert_eq!(&spans(&folded.standing.groups[place]), &status.spans);
    }
    Ok(())
}

fn same_changes(notices: &[Notice], told: &reference::Told) -> Result<(), TestCaseError> {
    // The reference knows no gaps.
    let of_gaps =
        |notice: &&Notice| matches!(notice.change, Change::GapOpened { .. } | Change::GapClosed { .. });
    let mut got: Vec<String> = notices
        .iter()
        .filter(|notice| !of_gaps(notice))
        .map(change_text)
        .collect();
    let mut expected = told.changes.clone();
    got.sort();
    expected.sort();
    prop_assert_eq!(got, expected);
    Ok(())
}

fn one(model: &Model) -> Vec<(i64, Model)> {
    vec![(0, model.clone())]
}

proptest! {
    #![proptest_config(config(192))]

    /// Numbers, spans, and every change at its very millisecond, none skipped, none invented.
    #[test]
    fn a_fold_tells_what_the_reference_tells(model in generate::model(), records in generate::history()) {
        let models = one(&model);
        let in_force = generate::in_force(&models);
        let until = NOW + 20 * DAY;
        let folded = fold_anew(&generate::journalled(&records), &in_force, NOW, NOW)
            .until(&in_force[0].model, until);
        let told = reference::tell(&models, &records, until, STEP);
        same_changes(&folded.notices, &told)?;
        same_as_told(&folded, &in_force[0].model, &told, until)?;
    }

    #[test]
    fn a_past_instant_reads_as_it_was(
        model in generate::model(),
        records in generate::history(),
        days in 0.0..37.0,
    ) {
        let models = one(&model);
        let in_force = generate::in_force(&models);
        #[expect(clippy::as_conversions, clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "below 37 days")]
        let as_of = START + (days * DAY as f64) as i64;
        let folded = fold_anew(&generate::journalled(&records), &in_force, as_of, NOW)
            .until(&in_force[0].model, as_of);
        let told = reference::tell(&models, &records, as_of, STEP);
        same_changes(&folded.notices, &told)?;
        same_as_told(&folded, &in_force[0].model, &told, as_of)?;
    }

    #[test]
    fn another_model_holds_from_its_day_on(
        first in generate::model(),
        second in generate::model(),
        records in generate::history(),
        day in 0..30_i64,
    ) {
        let models = vec![(0, first), (START + day * DAY + 1, second)];
        let in_force = generate::in_force(&models);
        let until = NOW + 5 * DAY;
        let folded = fold_anew(&generate::journalled(&records), &in_force, NOW, NOW)
            .until(&in_force[1].model, until);
        let told = reference::tell(&models, &records, until, STEP);
        same_as_told(&folded, &in_force[1].model, &told, until)?;
    }

}

// These need no reference and are quick, so they look at more.
proptest! {
    #![proptest_config(config(1_000))]

    /// Record by record, with timers and a snapshot in between, as folded anew.
    #[test]
    fn a_standing_kept_in_step_is_the_one_folded_anew(
        model in generate::model(),
        records in generate::history(),
        restart_at in 0_usize..40,
    ) {
        let in_force = generate::in_force(&one(&model));
        let model = &in_force[0].model;
        let records = generate::journalled(&records);
        let live = fold_live(&records, &in_force, restart_at).until(model, NOW);
        let anew = fold_anew(&records, &in_force, NOW, NOW).until(model, NOW);
        prop_assert_eq!(&live.state, &anew.state);
        for (live, anew) in live.standing.groups.iter().zip(&anew.standing.groups) {
            prop_assert_eq!(&live.members, &anew.members);
            prop_assert_eq!(&live.status, &anew.status);
            prop_assert_eq!(&live.spans, &anew.spans);
            prop_assert_eq!(&live.engaged, &anew.engaged);
            prop_assert_eq!(live.band, anew.band);
            prop_assert_eq!(live.quorum, anew.quorum);
        }
        prop_assert_eq!(live.standing.counted, anew.standing.counted);
        prop_assert_eq!(live.standing.unknown, anew.standing.unknown);
        for later in [0, 1, 3 * DAY, 40 * DAY] {
            let t = ms(NOW + later);
            prop_assert_eq!(
                live.standing.read(&live.state, model, t),
                anew.standing.read(&anew.state, model, t)
            );
        }
    }

    /// The sums are exact, so who came first changes no bit.
    #[test]
    fn the_order_of_arrival_changes_no_bit(
        model in generate::model(),
        (records, shuffled) in generate::history()
            .prop_flat_map(|records| (Just(records.clone()), Just(records).prop_shuffle())),
    ) {
        let in_force = generate::in_force(&one(&model));
        let signals = |records: &[Record]| -> Vec<Record> {
            records
                .iter()
                .filter(|record| matches!(record.what, What::Signal(_)))
                .map(|record| Record { recorded: NOW, what: record.what.clone() })
                .collect()
        };
        let first = fold_anew(&generate::journalled(&signals(&records)), &in_force, NOW, NOW);
        let second = fold_anew(&generate::journalled(&signals(&shuffled)), &in_force, NOW, NOW);
        for (first, second) in first.standing.groups.iter().zip(&second.standing.groups) {
            prop_assert_eq!(&first.members, &second.members);
        }
        let model = &in_force[0].model;
        let first = first.standing.read(&first.state, model, ms(NOW));
        let second = second.standing.read(&second.state, model, ms(NOW));
        for (first, second) in first.groups.iter().zip(&second.groups) {
            prop_assert_eq!(first.intent_points.to_bits(), second.intent_points.to_bits());
            prop_assert_eq!(first.momentum.map(f64::to_bits), second.momentum.map(f64::to_bits));
            prop_assert_eq!(&first.people, &second.people);
        }
    }

    /// A person's signals, added in any interleaving with another's, make the same person.
    #[test]
    fn a_person_is_the_same_however_its_signals_are_merged(
        model in generate::model(),
        (records, shuffled) in generate::history()
            .prop_flat_map(|records| (Just(records.clone()), Just(records).prop_shuffle())),
    ) {
        let model = generate::parsed(&model);
        let people = |records: &[Record]| {
            let mut people: BTreeMap<Option<u32>, Person<String>> = BTreeMap::new();
            for record in records {
                if let What::Signal(signal) = &record.what
                    && let Some(rule) = model.rule(&signal.kind)
                {
                    let view = SignalView {
                        id: &signal.id,
                        occurred_at: ms(signal.at),
                        strength: signal.strength,
                        object: signal.object.as_deref(),
                    };
                    people.entry(signal.contact).or_default().add(&signal.kind, rule, &view);
                }
            }
            people
        };
        prop_assert_eq!(people(&records), people(&shuffled));
    }

    /// Before the instant a standing calls quiet nothing that anybody reads changes.
    #[test]
    fn quiet_is_never_promised_beyond_a_change(model in generate::model(), records in generate::history()) {
        let in_force = generate::in_force(&one(&model));
        let model = &in_force[0].model;
        let folded = fold_anew(&generate::journalled(&records), &in_force, NOW, NOW);
        let quiet = folded.standing.quiet_until();
        let mut later = folded.standing.clone();
        let mut notices = Vec::new();
        later.advance(&folded.state, model, ms(NOW + 60 * DAY), &mut notices);
        if let Some(first) = notices.first() {
            prop_assert!(quiet.is_some_and(|quiet| quiet <= first.at), "{quiet:?} and {first:?}");
        }
        // Whoever wakes when told to meets every change: in small steps as in one.
        let mut woken = folded.standing.clone();
        let mut heard = Vec::new();
        for _ in 0..100_000 {
            match woken.wake_at(model) {
                Some(at) if at <= ms(NOW + 60 * DAY) => {
                    let before = woken.wake_at(model);
                    woken.advance(&folded.state, model, at, &mut heard);
                    prop_assert!(woken.wake_at(model) != before, "woken at {at} again and again");
                }
                Some(_) | None => break,
            }
        }
        woken.advance(&folded.state, model, ms(NOW + 60 * DAY), &mut heard);
        prop_assert_eq!(heard, notices);
    }

    /// One more signal of positive points never lowers heat, when it adds up.
    #[test]
    fn more_positive_points_never_lower_heat(
        model in generate::model(),
        records in generate::history(),
        contact in 0..4_u32,
        at in 0..30 * DAY,
    ) {
        let in_force = generate::in_force(&one(&model));
        let model = &in_force[0].model;
        let Some(rule) = model.rule("page.pricing") else {
            return Ok(());
        };
        if rule.points <= 0.0 || rule.once_per_day {
            return Ok(());
        }
        let mut more = records.clone();
        more.push(Record {
            recorded: NOW,
            what: What::Signal(reference::Signal {
                id: "more".into(),
                kind: "page.pricing".into(),
                contact: Some(contact),
                at: START + at,
                strength: 1.0,
                solution: None,
                object: None,
                expired: false,
            }),
        });
        let read = |records: &[Record]| {
            let folded = fold_anew(&generate::journalled(records), &in_force, NOW, NOW);
            folded.standing.read(&folded.state, model, ms(NOW))
        };
        for (less, more) in read(&records).groups.iter().zip(&read(&more).groups) {
            prop_assert!(more.heat >= less.heat - 1e-9, "{} after {}", more.heat, less.heat);
            let sum: f64 = more.people.iter().map(|person| person.weight * person.engagement).sum();
            prop_assert!((sum - more.intent_points).abs() <= 1e-9 * more.people.iter()
                .map(|person| (person.weight * person.engagement).abs()).sum::<f64>());
        }
    }

    /// At every change that time alone makes, the answer is another one a millisecond before.
    #[test]
    fn a_change_is_so_at_its_millisecond_and_not_before(model in generate::model(), records in generate::history()) {
        let in_force = generate::in_force(&one(&model));
        let model = &in_force[0].model;
        let folded = fold_anew(&generate::journalled(&records), &in_force, NOW, NOW);
        let mut notices = Vec::new();
        folded.standing.clone().advance(&folded.state, model, ms(NOW + 60 * DAY), &mut notices);
        for notice in &notices {
            let read = |t: Timestamp| {
                let reading = folded.standing.read(&folded.state, model, t);
                reading.groups.into_iter().find(|group| group.solution == notice.solution).unwrap()
            };
            let (before, at) = (read(notice.at.plus_millis(-1)), read(notice.at));
            let engaged = |group: &GroupReading, contact: ContactNo| {
                group.people.iter().any(|person| person.contact == Some(contact) && person.engaged)
            };
            let lacks = |group: &GroupReading, id: &str| group.gaps.iter().any(|gap| *gap.id == *id);
            match &notice.change {
                Change::MqaEntered(_) => {
                    prop_assert!(before.mqa_since.is_none() && at.mqa_since.is_some());
                }
                Change::MqaLeft(_) => {
                    prop_assert!(before.mqa_since.is_some() && at.mqa_since.is_none());
                }
                Change::MqaRevised { .. } => prop_assert!(false, "a fold revises nothing"),
                Change::BandChanged { from, to } => {
                    prop_assert!(before.band == *from && at.band == *to);
                }
                Change::Engaged { contact } => {
                    prop_assert!(!engaged(&before, *contact) && engaged(&at, *contact));
                }
                Change::Cooled { contact } => {
                    prop_assert!(engaged(&before, *contact) && !engaged(&at, *contact));
                }
                Change::GapOpened { gap } => {
                    prop_assert!(!lacks(&before, gap) && lacks(&at, gap));
                }
                Change::GapClosed { gap } => {
                    prop_assert!(lacks(&before, gap) && !lacks(&at, gap));
                }
            }
        }
    }

    /// Lines add up to contributions, these to engagement, and people to intent points.
    #[test]
    fn the_parts_of_an_explanation_sum_to_the_whole(model in generate::model(), records in generate::history()) {
        let in_force = generate::in_force(&one(&model));
        let model = &in_force[0].model;
        let records = generate::journalled(&records);
        let folded = fold_anew(&records, &in_force, NOW, NOW);
        for group in explain(&folded.state, &folded.standing, &records, model, ms(NOW)) {
            let (mut whole, mut whole_size) = (0.0, 0.0);
            for person in &group.people {
                let mut engagement = 0.0;
                for kind in &person.kinds {
                    let sum: f64 = kind.lines.iter().map(|line| line.points).sum();
                    let size: f64 = kind.lines.iter().map(|line| line.points.abs()).sum();
                    prop_assert!(close(sum, kind.contribution, size), "{kind:?}");
                    engagement += kind.contribution;
                    whole_size += person.weight * size;
                }
                prop_assert!(close(engagement, person.engagement, whole_size + engagement.abs()));
                whole += person.points;
            }
            prop_assert!(close(whole, group.intent_points, whole_size));
        }
    }

    /// What is left of an explanation later is what the account has later, if nothing new happens; a person's
    /// engagement at an instant is that of the explanation then.
    #[test]
    fn an_explanation_fades_as_the_account_does(
        model in generate::model(), records in generate::history(), days in 0..60_i64,
    ) {
        let in_force = generate::in_force(&one(&model));
        let model = &in_force[0].model;
        let records = generate::journalled(&records);
        let folded = fold_anew(&records, &in_force, NOW, NOW);
        let then = ms(NOW + days * DAY);
        let later = folded.standing.read(&folded.state, model, then);
        let all: Vec<&DomainRecord> = records.iter().collect();
        let explained = explain(&folded.state, &folded.standing, &records, model, ms(NOW));
        for (group, reading) in explained.iter().zip(&later.groups) {
            let faded = group.faded(model, ms(NOW), then);
            let size: f64 = group
                .people
                .iter()
                .flat_map(|person| person.kinds.iter().map(move |kind| (person.weight, kind)))
                .map(|(weight, kind)| weight * kind.lines.iter().map(|line| line.points.abs()).sum::<f64>())
                .sum();
            prop_assert!(close(faded.intent_points, reading.intent_points, size), "{faded:?}");
            for person in &group.people {
                let past = engagement_at(&all, person.contact, model, group.solution.as_ref(), &[ms(NOW), then]);
                prop_assert!(close(past[0], person.engagement, size + 1.0));
                let reading = reading.people.iter().find(|other| other.contact == person.contact);
                prop_assert!(close(past[1], reading.map_or(0.0, |reading| reading.engagement), size + 1.0));
            }
        }
    }

    /// What a forecast says is what happens.
    #[test]
    fn a_forecast_comes_true(model in generate::model(), records in generate::history(), days in 1..60_i64) {
        let in_force = generate::in_force(&one(&model));
        let model = &in_force[0].model;
        let folded = fold_anew(&generate::journalled(&records), &in_force, NOW, NOW);
        let coming = forecast(&folded.standing, &folded.state, model, ms(NOW));
        let then = ms(NOW + days * DAY);
        let mut later = folded.standing.clone();
        let mut happened = Vec::new();
        later.advance(&folded.state, model, ms(NOW), &mut Vec::new());
        later.advance(&folded.state, model, then, &mut happened);
        let said: Vec<Notice> = coming.into_iter().take_while(|notice| notice.at <= then).collect();
        prop_assert_eq!(said, happened);
        let ends = mqa_ends_at(&folded.standing, &folded.state, model, ms(NOW));
        if let Some(ends) = ends {
            let is_mqa = |t: Timestamp| folded.standing.read(&folded.state, model, t).is_mqa();
            prop_assert!(is_mqa(ends.plus_millis(-1)) && !is_mqa(ends));
        }
    }

    /// Commands in one batch, in several, or with everything sent twice, record the same.
    #[test]
    fn batches_and_duplicates_change_nothing(
        model in generate::model(),
        records in generate::history(),
        cuts in prop::collection::vec(1_usize..8, 1..20),
        twice in any::<bool>(),
    ) {
        let model = generate::parsed(&model);
        let signals = sent(&records);
        let whole = commanded(&model, std::slice::from_ref(&signals));
        let mut rest = signals.as_slice();
        let mut batches = Vec::new();
        for cut in cuts {
            let (now, later) = rest.split_at(cut.min(rest.len()));
            batches.push(now.to_vec());
            if twice {
                batches.push(now.to_vec());
            }
            rest = later;
        }
        batches.push(rest.to_vec());
        let parts = commanded(&model, &batches);
        prop_assert_eq!(whole.0, parts.0);
        prop_assert_eq!(whole.1, parts.1);
    }
}

/// The signals of a history as somebody sends them.
fn sent(records: &[Record]) -> Vec<NewSignal> {
    records
        .iter()
        .filter_map(|record| match &record.what {
            What::Signal(signal) => Some(NewSignal {
                id: SignalId::trusted(&*signal.id),
                kind: Kind::trusted(&*signal.kind),
                contact: signal
                    .contact
                    .map(|no| ContactRef::Id(ContactId::trusted(format!("c-{no}")))),
                occurred_at: Some(ms(signal.at)),
                strength: signal.strength,
                source: SignalSource::FirstParty,
                solution: None,
                object: signal.object.as_deref().map(Arc::from),
                properties: None,
            }),
            What::Field(..) | What::Introduced(_) | What::Contact(..) | What::Disqualified(_) => None,
        })
        .collect()
}

/// What batches of signals come to, all sent at one instant: the records, and the directory.
fn commanded(model: &model::Model, batches: &[Vec<NewSignal>]) -> (Vec<DomainRecord>, Directory) {
    let mut state = AccountState::new(id());
    let mut directory = Directory::default();
    let mut records: Vec<DomainRecord> = Vec::new();
    let mut known = BTreeSet::new();
    for batch in batches {
        let command = Command::RecordSignals(batch.clone());
        let policy = Policy::default();
        let decision = decide(&state, &directory, &command, model, &policy, ms(NOW), |id| {
            known.contains(id)
        })
        .unwrap();
        assert_eq!(decision.outcomes.len(), batch.len());
        for event in decision.events {
            if let Event::SignalRecorded(signal) = &event {
                known.insert(signal.id.clone());
            }
            let seq = Seq(u64::try_from(records.len()).unwrap() + 1);
            let record = DomainRecord {
                seq,
                at: ms(NOW),
                event,
            };
            state.apply(&record);
            records.push(record);
        }
        for (no, card) in decision.cards {
            directory.put(no, card);
        }
    }
    (records, directory)
}
