//! From the sums of an account to its row.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use quorate_domain::account::AccountState;
use quorate_domain::committee::Quorum;
use quorate_domain::decay::Part;
use quorate_domain::engagement::{self, Band, Person};
use quorate_domain::fit::Fit;
use quorate_domain::id::{AccountId, ContactNo, Role, Solution};
use quorate_domain::model::Model;
use quorate_domain::mqa::Situation;
use quorate_domain::standing::Reading;
use quorate_domain::time::Timestamp;
use quorate_domain::value::{Source, Stated};

use super::Job;
use super::contacts::{Profiles, View};
use super::facts::{Attributes, value};
use super::kinds::{KindNo, NamedKinds};
use super::replay::{History, Kept};
use super::rows::Row;
use super::shard::{Account, AccountNo, SHARDS, Shard, Shards, VisitorNo};

/// Returns the rows of all accounts, in the order of their ids.
pub(super) fn all(job: &Job, shards: &Shards, kinds: &NamedKinds) -> Vec<Row> {
    let model = Arc::new(job.model.clone());
    let rows = Mutex::new(Vec::new());
    let next = AtomicUsize::new(0);
    let work = || {
        loop {
            let place = next.fetch_add(1, Ordering::Relaxed);
            let Some(mut shard) = (place < SHARDS).then(|| shards.lock(place)).flatten() else {
                return;
            };
            shard.close();
            let judge = Judge {
                model: &model,
                at: job.at,
                kinds,
                profiles: &shards.profiles,
                attributes: &shards.attributes,
                shard: &shard,
            };
            let own = judge.rows();
            rows.lock().unwrap_or_else(PoisonError::into_inner).extend(own);
        }
    };
    thread::scope(|scope| {
        for _ in 1..job.threads {
            scope.spawn(work);
        }
        work();
    });
    let mut rows: Vec<Row> = rows.into_inner().unwrap_or_else(PoisonError::into_inner);
    rows.sort_unstable_by(|a, b| a.account.cmp(&b.account));
    rows
}

/// Judges the accounts of a shard.
struct Judge<'a> {
    model: &'a Arc<Model>,
    at: Timestamp,
    kinds: &'a NamedKinds,
    profiles: &'a Profiles,
    attributes: &'a Attributes,
    shard: &'a Shard,
}

/// What one buying group comes to.
struct GroupRow {
    solution: Option<Solution>,
    intent_points: f64,
    heat: f64,
    momentum: Option<f64>,
    engaged_contacts: usize,
    engaged_roles: BTreeSet<Role>,
    quorum: Option<f64>,
    mqa: bool,
}

impl Judge<'_> {
    fn rows(&self) -> Vec<Row> {
        let mut kept: Vec<&Kept> = self.shard.kept.iter().flatten().collect();
        // Stable: the signals of an account stay in file order.
        kept.sort_by_key(|kept| kept.account);
        self.shard
            .in_order()
            .into_iter()
            .filter_map(|(no, visitors)| {
                let account = self.shard.account_at(no)?;
                let state = self.state(account, &visitors);
                if self.shard.kept.is_some() {
                    self.replayed(state, no, &visitors, &kept)
                } else {
                    Some(self.row(&state, &visitors))
                }
            })
            .collect()
    }

    /// Returns the facts of an account; people who only sent signals are nobody we know, and hold no seat.
    fn state(&self, account: &Account, visitors: &[usize]) -> AccountState {
        let mut state = AccountState::new(AccountId::trusted(self.shard.account_id(account)));
        for (attribute, cell) in &account.fields {
            if let Some(name) = self.attributes.name(*attribute) {
                let stated = Stated {
                    value: value(cell),
                    source: Source::person(),
                    at: Timestamp::MIN,
                };
                state.fields.insert(Arc::clone(name), stated);
            }
        }
        if !self.model.seats.is_empty() || self.shard.kept.is_some() {
            for (no, visitor) in self.contacts(visitors) {
                let profile = self.shard.visitors.get(visitor).map(|visitor| visitor.profile);
                if let Some(profile) = profile.and_then(|profile| self.profiles.get(profile)) {
                    state.contacts.insert(no, profile.contact(no));
                }
            }
        }
        state
    }

    /// Returns the contacts among an account's visitors under numbers in the order of their ids.
    fn contacts<'v>(&self, visitors: &'v [usize]) -> impl Iterator<Item = (ContactNo, usize)> + use<'v> {
        let anonymous = usize::from(visitors.first().is_some_and(|first| self.is_anonymous(*first)));
        let known = visitors.get(anonymous..).unwrap_or_default();
        (0..).map(ContactNo).zip(known.iter().copied())
    }

    fn is_anonymous(&self, visitor: usize) -> bool {
        self.shard
            .visitors
            .get(visitor)
            .is_some_and(|visitor| self.shard.contact_id(visitor).is_empty())
    }

    fn replayed(
        &self,
        state: AccountState,
        account: AccountNo,
        visitors: &[usize],
        kept: &[&Kept],
    ) -> Option<Row> {
        let first = kept.partition_point(|kept| kept.account < account);
        let after = kept.partition_point(|kept| kept.account <= account);
        let history = History {
            state,
            signals: kept.get(first..after)?.to_vec(),
        };
        let numbers: Vec<(usize, ContactNo)> = self
            .contacts(visitors)
            .map(|(no, visitor)| (visitor, no))
            .collect();
        let contact = |visitor: VisitorNo| {
            let found = numbers.iter().find(|(known, _)| *known == visitor.index());
            found.map(|(_, no)| *no)
        };
        let reading = history.read(self.model, self.at, |no| self.kinds.kind(no).cloned(), contact)?;
        row_of(history.state.id.as_str(), &reading)
    }

    fn row(&self, state: &AccountState, visitors: &[usize]) -> Row {
        let fit = Fit::of(&self.model.fit, state);
        let groups = self.model.groups().into_iter().enumerate();
        let groups: Vec<GroupRow> = groups
            .map(|(place, solution)| self.group(place, solution, state, &fit, visitors))
            .collect();
        let mqa = groups.iter().any(|group| group.mqa);
        let best = groups.into_iter().reduce(|best, next| {
            let ahead = next.intent_points.total_cmp(&best.intent_points);
            if ahead.then_with(|| best.solution.cmp(&next.solution)).is_gt() {
                next
            } else {
                best
            }
        });
        let mut row = Row {
            account: state.id.as_str().into(),
            fit: fit.score,
            grade: fit.grade,
            mqa,
            ..Row::default()
        };
        if let Some(best) = best {
            row.intent_points = best.intent_points;
            row.heat = best.heat;
            row.band = Some(Band::of(best.heat));
            row.momentum = best.momentum;
            row.engaged_contacts = best.engaged_contacts;
            row.engaged_roles = best.engaged_roles.into_iter().collect();
            row.quorum = best.quorum;
        }
        row
    }

    fn group(
        &self,
        place: usize,
        solution: Option<Solution>,
        state: &AccountState,
        fit: &Fit,
        visitors: &[usize],
    ) -> GroupRow {
        let mut group = GroupRow {
            solution,
            intent_points: 0.0,
            heat: 0.0,
            momentum: None,
            engaged_contacts: 0,
            engaged_roles: BTreeSet::new(),
            quorum: None,
            mqa: false,
        };
        let mut engaged = BTreeSet::new();
        let (mut fast, mut slow) = (0.0, 0.0);
        let mut act_now: Option<Timestamp> = None;
        let anonymous = visitors
            .first()
            .copied()
            .filter(|first| self.is_anonymous(*first));
        let anonymous = anonymous.into_iter().map(|visitor| (None, visitor));
        let contacts = self.contacts(visitors).map(|(no, visitor)| (Some(no), visitor));
        for (contact, visitor) in anonymous.chain(contacts) {
            let Some(person) = self.shard.person(visitor, place) else {
                continue;
            };
            if person.kinds.is_empty() {
                continue;
            }
            let view = contact.and_then(|_| self.view(visitor, place));
            let weight = view.map_or(self.model.engagement.anonymous_weight, |view| view.weight);
            let points = engagement::engagement(&self.parts(person), self.at);
            group.intent_points += weight * points;
            let (fast_part, slow_part) = person.rates.parts();
            fast += weight * fast_part.at(self.at);
            slow += weight * slow_part.at(self.at);
            let Some(contact) = contact else { continue };
            act_now = act_now.max(person.act_now);
            if points >= self.model.engagement.engaged_at {
                engaged.insert(contact);
                group
                    .engaged_roles
                    .extend(view.into_iter().flat_map(|view| view.roles.iter().cloned()));
            }
        }
        group.heat = engagement::heat(group.intent_points, self.model.half_point);
        group.momentum = engagement::momentum(fast, slow);
        group.engaged_contacts = engaged.len();
        let is_engaged = |contact: ContactNo| engaged.contains(&contact);
        group.quorum = Quorum::of(state, self.model, group.solution.as_ref(), is_engaged).percent;
        if let Some(rule) = &self.model.mqa {
            let situation = Situation {
                at: self.at,
                heat: group.heat,
                engaged_contacts: group.engaged_contacts,
                engaged_roles: &group.engaged_roles,
                fit,
                quorum: group.quorum,
                disqualified: false,
                act_now_until: act_now.map(|newest| newest.plus_days(rule.act_now_days)),
            };
            group.mqa = situation.qualifies(rule.thresholds(state));
        }
        group
    }

    fn view(&self, visitor: usize, group: usize) -> Option<&View> {
        let visitor = self.shard.visitors.get(visitor)?;
        self.profiles.get(visitor.profile)?.view(group)
    }

    /// Returns a person's parts in the order of kind names: sums of floats run in a fixed order.
    fn parts(&self, person: &Person<KindNo>) -> Vec<Part> {
        let mut parts: Vec<(usize, Part)> = Vec::with_capacity(person.kinds.len());
        for (kind, sum) in &person.kinds {
            if let Some(kind_name) = self.kinds.kind(*kind)
                && let Some(rule) = self.model.rule(kind_name.as_str())
            {
                parts.push((self.kinds.rank(*kind), sum.part(rule)));
            }
        }
        parts.sort_unstable_by_key(|(rank, _)| *rank);
        parts.into_iter().map(|(_, part)| part).collect()
    }
}

/// Returns the row of a replayed account.
fn row_of(account: &str, reading: &Reading) -> Option<Row> {
    let best = reading.best()?;
    Some(Row {
        account: account.into(),
        intent_points: best.intent_points,
        heat: best.heat,
        band: Some(best.band),
        momentum: best.momentum,
        fit: reading.fit.score,
        grade: reading.fit.grade,
        engaged_contacts: best.engaged_contacts,
        engaged_roles: best.engaged_roles.clone(),
        quorum: best.quorum.percent,
        mqa: reading.is_mqa(),
        mqa_since: reading.mqa_since(),
    })
}
