//! A standing as a snapshot keeps it: sums as exact integers, so that restoring changes no bit.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use quorate_domain::account::AccountState;
use quorate_domain::decay::{Bucket, DecayedSum};
use quorate_domain::engagement::{Accumulator, Band, DayEntry, Held, Person, Rates};
use quorate_domain::id::{ContactNo, Kind, ModelVersion, SignalId, Solution};
use quorate_domain::model::Model;
use quorate_domain::mqa::{ConditionKind, MqaStatus};
use quorate_domain::signal::{Signal, SignalSource};
use quorate_domain::standing::{Group, Holders, Member, Qualified, RuledKind, Span, Standing, Tape};
use quorate_domain::time::{Day, Timestamp};
use serde::{Deserialize, Serialize};

/// Index, low and high word of a bucket's sum.
type BucketV1 = (i32, u64, i64);

#[derive(Serialize, Deserialize)]
pub(crate) struct StandingV1 {
    groups: Vec<GroupV1>,
    ahead: Vec<SignalV1>,
    judged_to: i64,
    facts_to: i64,
    counted: u64,
    unknown: u64,
    unknown_kinds: Vec<String>,
    /// Missing before tapes were kept: then the standing is folded anew.
    #[serde(default)]
    tape: Option<TapeV1>,
}

/// A tape; cells are whole degrees, or 255 where nothing was known.
#[derive(Serialize, Deserialize)]
pub(super) struct TapeV1 {
    #[serde(rename = "n")]
    next_day: i32,
    #[serde(rename = "w")]
    weeks: Vec<u8>,
    #[serde(rename = "d")]
    days: Vec<u8>,
    #[serde(rename = "k")]
    known: bool,
    #[serde(rename = "o", default, skip_serializing_if = "std::ops::Not::not")]
    outdated: bool,
}

#[derive(Serialize, Deserialize)]
struct GroupV1 {
    solution: Option<String>,
    people: Vec<PersonV1>,
    since: Option<i64>,
    failing: Vec<(String, i64)>,
    spans: Vec<(i64, Option<i64>)>,
    band: String,
    engaged: Vec<u32>,
    quorum: Option<f64>,
    /// Missing before newest signals were kept: then the standing is folded anew.
    #[serde(default)]
    newest: Option<Vec<(String, i64)>>,
    /// Gaps and since when they have been seen. Missing before gaps were looked for: then the standing is folded anew.
    #[serde(default)]
    gaps: Option<Vec<(String, i64)>>,
    #[serde(default)]
    measured: bool,
}

#[derive(Serialize, Deserialize)]
struct PersonV1 {
    contact: Option<u32>,
    kinds: Vec<(String, AccumulatorV1)>,
    fast: Vec<BucketV1>,
    slow: Vec<BucketV1>,
    act_now: Option<i64>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    newest: Vec<(String, i64)>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum AccumulatorV1 {
    Sum(Vec<BucketV1>),
    One { id: String, at: i64, strength: f64 },
    Days(Vec<DayV1>),
}

#[derive(Serialize, Deserialize)]
struct DayV1 {
    day: i32,
    object: Option<String>,
    id: String,
    occurred_at: i64,
    strength: f64,
}

#[derive(Serialize, Deserialize)]
struct SignalV1 {
    id: String,
    kind: String,
    contact: Option<u32>,
    occurred_at: i64,
    strength: f64,
    source: String,
    solution: Option<String>,
    object: Option<String>,
    properties: Option<String>,
}

impl StandingV1 {
    pub(crate) fn of(standing: &Standing) -> Self {
        Self {
            groups: standing.groups.iter().map(GroupV1::of).collect(),
            ahead: standing.ahead.iter().map(SignalV1::of).collect(),
            judged_to: standing.judged_to.as_millis(),
            facts_to: standing.facts_to.as_millis(),
            counted: standing.counted,
            unknown: standing.unknown,
            unknown_kinds: standing
                .unknown_kinds
                .iter()
                .map(|kind| kind.as_str().to_owned())
                .collect(),
            tape: Some(TapeV1::of(&standing.tape)),
        }
    }

    /// Returns the standing; `None` when the model knows a kind no more, or an older version stored it, so that it
    /// has to be folded anew.
    pub(crate) fn restore(
        self,
        state: &AccountState,
        model: &Model,
        version: ModelVersion,
    ) -> Option<Standing> {
        let mut standing = Standing::new(state, model, version);
        if standing.groups.len() != self.groups.len() {
            return None;
        }
        standing.groups = self
            .groups
            .into_iter()
            .map(|group| group.restore(model))
            .collect::<Option<_>>()?;
        standing.ahead = self.ahead.into_iter().map(SignalV1::restore).collect();
        standing.judged_to = Timestamp::from_millis(self.judged_to);
        standing.facts_to = Timestamp::from_millis(self.facts_to);
        standing.counted = self.counted;
        standing.unknown = self.unknown;
        standing.unknown_kinds = self.unknown_kinds.into_iter().map(Kind::trusted).collect();
        standing.tape = self.tape?.restore();
        standing.resume(state, model);
        Some(standing)
    }
}

impl TapeV1 {
    pub(super) fn of(tape: &Tape) -> Self {
        Self {
            next_day: tape.next().0,
            weeks: tape.stored_weeks().to_vec(),
            days: tape.stored_days().to_vec(),
            known: tape.is_known(),
            outdated: tape.is_outdated(),
        }
    }

    pub(super) fn restore(&self) -> Tape {
        Tape::restored(
            Day(self.next_day),
            &self.weeks,
            &self.days,
            self.known,
            self.outdated,
        )
    }
}

impl GroupV1 {
    fn of(group: &Group) -> Self {
        let people = group
            .members
            .iter()
            .map(|(contact, member)| PersonV1::of(*contact, member));
        Self {
            solution: group
                .solution
                .as_ref()
                .map(|solution| solution.as_str().to_owned()),
            people: people.collect(),
            since: group.status.since.map(Timestamp::as_millis),
            failing: group
                .status
                .failing
                .iter()
                .map(|(kind, since)| (kind.as_str().to_owned(), since.as_millis()))
                .collect(),
            spans: group
                .spans
                .iter()
                .map(|span| (span.entered.as_millis(), span.left.map(Timestamp::as_millis)))
                .collect(),
            band: group.band.as_str().to_owned(),
            engaged: group.engaged.iter().map(|contact| contact.0).collect(),
            quorum: group.quorum,
            newest: Some(
                group
                    .newest
                    .iter()
                    .map(|(kind, at)| (kind.as_str().to_owned(), at.as_millis()))
                    .collect(),
            ),
            gaps: Some(
                group
                    .qualified
                    .gaps
                    .iter()
                    .map(|(gap, since)| (gap.to_string(), since.as_millis()))
                    .collect(),
            ),
            measured: group.qualified.measured,
        }
    }

    fn restore(self, model: &Model) -> Option<Group> {
        let mut members = BTreeMap::new();
        for person in self.people {
            let contact = person.contact.map(ContactNo);
            let newest = person
                .newest
                .iter()
                .map(|(pattern, at)| (Arc::from(pattern.as_str()), Timestamp::from_millis(*at)))
                .collect();
            let person = person.restore(model)?;
            let member = Member {
                person,
                weight: 0.0,
                countable: false,
                roles: Vec::new(),
                newest,
            };
            members.insert(contact, member);
        }
        let failing = self
            .failing
            .into_iter()
            .map(|(kind, since)| Some((ConditionKind::parse(&kind)?, Timestamp::from_millis(since))))
            .collect::<Option<BTreeMap<_, _>>>()?;
        Some(Group {
            solution: self.solution.map(Solution::trusted),
            members,
            status: MqaStatus {
                since: self.since.map(Timestamp::from_millis),
                failing,
            },
            spans: self
                .spans
                .into_iter()
                .map(|(entered, left)| Span {
                    entered: Timestamp::from_millis(entered),
                    left: left.map(Timestamp::from_millis),
                })
                .collect(),
            band: Band::parse(&self.band)?,
            engaged: self.engaged.into_iter().map(ContactNo).collect::<BTreeSet<_>>(),
            quorum: self.quorum,
            newest: self
                .newest?
                .into_iter()
                .map(|(kind, at)| (Kind::trusted(kind), Timestamp::from_millis(at)))
                .collect(),
            qualified: Qualified::restored(
                self.gaps?
                    .into_iter()
                    .map(|(gap, since)| (Arc::from(gap), Timestamp::from_millis(since)))
                    .collect(),
                self.measured,
            ),
            holders: Holders::default(),
        })
    }
}

impl PersonV1 {
    fn of(contact: Option<ContactNo>, member: &Member) -> Self {
        let person = &member.person;
        let kinds = person
            .kinds
            .iter()
            .map(|(kind, accumulator)| (kind.kind.as_str().to_owned(), AccumulatorV1::of(accumulator)))
            .collect();
        Self {
            contact: contact.map(|contact| contact.0),
            kinds,
            fast: buckets(&person.rates.fast),
            slow: buckets(&person.rates.slow),
            act_now: person.act_now.map(Timestamp::as_millis),
            newest: member
                .newest
                .iter()
                .map(|(pattern, at)| (pattern.to_string(), at.as_millis()))
                .collect(),
        }
    }

    fn restore(self, model: &Model) -> Option<Person<RuledKind>> {
        let kinds = self
            .kinds
            .into_iter()
            .map(|(kind, stored)| {
                let rule = Arc::clone(model.rule(&kind)?);
                let accumulator = stored.restore(&rule);
                Some((
                    RuledKind {
                        kind: Kind::trusted(kind),
                        rule,
                    },
                    accumulator,
                ))
            })
            .collect::<Option<Vec<_>>>()?;
        Some(Person {
            kinds,
            rates: Rates {
                fast: sum(self.fast),
                slow: sum(self.slow),
            },
            act_now: self.act_now.map(Timestamp::from_millis),
        })
    }
}

impl AccumulatorV1 {
    fn of(accumulator: &Accumulator) -> Self {
        match accumulator {
            Accumulator::Sum(sum) => Self::Sum(buckets(sum)),
            Accumulator::One(held) => Self::One {
                id: held.id.as_str().to_owned(),
                at: held.at.as_millis(),
                strength: held.strength,
            },
            Accumulator::Daily(daily) => Self::Days(
                daily
                    .days
                    .iter()
                    .map(|((day, object), entry)| DayV1 {
                        day: day.0,
                        object: object.as_deref().map(str::to_owned),
                        id: entry.id.as_str().to_owned(),
                        occurred_at: entry.occurred_at.as_millis(),
                        strength: entry.strength,
                    })
                    .collect(),
            ),
        }
    }

    fn restore(self, rule: &quorate_domain::model::SignalRule) -> Accumulator {
        match self {
            Self::Sum(stored) => Accumulator::Sum(sum(stored)),
            Self::One { id, at, strength } => Accumulator::One(Box::new(Held {
                id: SignalId::trusted(id),
                at: Timestamp::from_millis(at),
                strength,
            })),
            Self::Days(days) => Accumulator::from_days(
                rule,
                days.into_iter().map(|stored| {
                    let entry = DayEntry {
                        id: SignalId::trusted(stored.id),
                        occurred_at: Timestamp::from_millis(stored.occurred_at),
                        strength: stored.strength,
                    };
                    ((Day(stored.day), stored.object.map(Arc::from)), entry)
                }),
            ),
        }
    }
}

impl SignalV1 {
    fn of(signal: &Signal) -> Self {
        Self {
            id: signal.id.as_str().to_owned(),
            kind: signal.kind.as_str().to_owned(),
            contact: signal.contact.map(|contact| contact.0),
            occurred_at: signal.occurred_at.as_millis(),
            strength: signal.strength,
            source: signal.source.as_str().to_owned(),
            solution: signal
                .solution
                .as_ref()
                .map(|solution| solution.as_str().to_owned()),
            object: signal.object.as_deref().map(str::to_owned),
            properties: signal.properties.as_deref().map(str::to_owned),
        }
    }

    fn restore(self) -> Signal {
        Signal {
            id: SignalId::trusted(self.id),
            kind: Kind::trusted(self.kind),
            contact: self.contact.map(ContactNo),
            occurred_at: Timestamp::from_millis(self.occurred_at),
            strength: self.strength,
            source: SignalSource::parse(&self.source).unwrap_or_default(),
            solution: self.solution.map(Solution::trusted),
            object: self.object.map(Arc::from),
            properties: self.properties.map(Arc::from),
            expired: false,
        }
    }
}

fn buckets(sum: &DecayedSum) -> Vec<BucketV1> {
    sum.buckets()
        .map(|bucket| {
            let (low, high) = bucket.words();
            (bucket.index, low, high)
        })
        .collect()
}

fn sum(stored: Vec<BucketV1>) -> DecayedSum {
    DecayedSum::from_buckets(
        stored
            .into_iter()
            .map(|(index, low, high)| Bucket::from_words(index, low, high)),
    )
}
