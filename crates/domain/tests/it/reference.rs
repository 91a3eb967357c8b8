//! The semantics of docs/semantics.md 3.1-3.8, written down a second time: slow, obvious, and sharing nothing with
//! the domain, neither types nor arithmetic. Every signal stays in a list, every number is computed from scratch at
//! every instant, and what time alone changes is found by walking through time in small steps.

#![expect(
    clippy::disallowed_methods,
    reason = "a reference that shared the domain's 2^x would share its faults"
)]
#![expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "instants of one year and small counts"
)]

use std::collections::{BTreeMap, BTreeSet};

/// Milliseconds in a day.
pub(crate) const DAY: i64 = 86_400_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Combine {
    Sum,
    Latest,
    Max,
}

#[derive(Clone, Debug)]
pub(crate) struct KindRule {
    /// A kind, or `prefix.*`.
    pub(crate) key: String,
    pub(crate) points: f64,
    pub(crate) half_life_days: Option<f64>,
    pub(crate) cap: Option<f64>,
    pub(crate) combine: Combine,
    pub(crate) once_per_day: bool,
    pub(crate) act_now: bool,
    pub(crate) solution: Option<String>,
}

#[derive(Clone, Debug)]
pub(crate) struct Seat {
    pub(crate) role: String,
    pub(crate) count: usize,
    pub(crate) weight: f64,
    pub(crate) solution: Option<String>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    Number(f64),
    Text(String),
}

#[derive(Clone, Debug)]
pub(crate) enum Test {
    Equals(Value),
    In(Vec<String>),
    Between(f64, f64),
    Exists(bool),
}

#[derive(Clone, Debug)]
pub(crate) struct Condition {
    pub(crate) attribute: String,
    pub(crate) test: Test,
}

#[derive(Clone, Debug)]
pub(crate) struct FitRule {
    pub(crate) condition: Condition,
    pub(crate) weight: f64,
    pub(crate) exclude: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct Lines {
    pub(crate) enter_heat: f64,
    pub(crate) exit_heat: f64,
    pub(crate) engaged_contacts: usize,
    pub(crate) engaged_roles: usize,
    pub(crate) any_role: Vec<String>,
    pub(crate) all_roles: Vec<String>,
    pub(crate) fit_grade: Option<char>,
    pub(crate) quorum: Option<f64>,
    pub(crate) grace_days: f64,
}

#[derive(Clone, Debug)]
pub(crate) struct Mqa {
    pub(crate) base: Lines,
    /// The first that matches.
    pub(crate) segments: Vec<(Condition, Lines)>,
    pub(crate) act_now_days: f64,
}

#[derive(Clone, Debug)]
pub(crate) struct Model {
    pub(crate) half_point: f64,
    pub(crate) engaged_at: f64,
    pub(crate) anonymous_weight: f64,
    pub(crate) roles: BTreeMap<String, f64>,
    /// Factor of `c_level` and of `staff`.
    pub(crate) seniority: BTreeMap<String, f64>,
    pub(crate) kinds: Vec<KindRule>,
    pub(crate) seats: Vec<Seat>,
    pub(crate) fit: Vec<FitRule>,
    pub(crate) mqa: Option<Mqa>,
    pub(crate) solutions: Vec<String>,
}

#[derive(Clone, Debug)]
pub(crate) struct Signal {
    pub(crate) id: String,
    pub(crate) kind: String,
    pub(crate) contact: Option<u32>,
    pub(crate) at: i64,
    pub(crate) strength: f64,
    pub(crate) solution: Option<String>,
    pub(crate) object: Option<String>,
    pub(crate) expired: bool,
}

#[derive(Clone, Debug)]
pub(crate) enum Fact {
    /// Role, and for which solution.
    Roles(Option<Vec<(String, Option<String>)>>),
    Inferred(Vec<String>),
    Seniority(Option<String>),
    Detractor(Option<bool>),
    Excluded(Option<bool>),
}

impl Fact {
    fn field(&self) -> &'static str {
        match self {
            Self::Roles(_) => "roles",
            Self::Inferred(_) => "inferred",
            Self::Seniority(_) => "seniority",
            Self::Detractor(_) => "attitude",
            Self::Excluded(_) => "excluded",
        }
    }

    fn says_something(&self) -> bool {
        match self {
            Self::Roles(roles) => roles.as_ref().is_some_and(|roles| !roles.is_empty()),
            Self::Inferred(roles) => !roles.is_empty(),
            Self::Seniority(value) => value.is_some(),
            Self::Detractor(value) | Self::Excluded(value) => value.is_some(),
        }
    }
}

#[derive(Clone, Debug)]
pub(crate) enum What {
    Signal(Signal),
    Field(String, Option<Value>),
    Introduced(u32),
    Contact(u32, Fact),
    Disqualified(bool),
}

/// One record of a journal; its place in the list is its sequence.
#[derive(Clone, Debug)]
pub(crate) struct Record {
    pub(crate) recorded: i64,
    pub(crate) what: What,
}

#[derive(Clone, Debug, Default)]
struct Person {
    roles: Option<Vec<(String, Option<String>)>>,
    inferred: Vec<String>,
    seniority: Option<String>,
    detractor: bool,
    excluded: bool,
}

impl Person {
    fn roles_for(&self, solution: Option<&str>) -> BTreeSet<String> {
        match &self.roles {
            Some(stated) => stated
                .iter()
                .filter(|(_, of)| of.is_none() || of.as_deref() == solution)
                .map(|(role, _)| role.clone())
                .filter(|role| role != "unknown")
                .collect(),
            None => self.inferred.iter().cloned().collect(),
        }
    }
}

/// Everything that is so at one place of the fold.
#[derive(Clone)]
struct Now<'a> {
    model: &'a Model,
    fields: BTreeMap<String, Value>,
    people: BTreeMap<u32, Person>,
    disqualified: bool,
    signals: Vec<&'a Signal>,
}

fn rule_of<'m>(model: &'m Model, kind: &str) -> Option<&'m KindRule> {
    if let Some(exact) = model.kinds.iter().find(|rule| rule.key == kind) {
        return Some(exact);
    }
    model
        .kinds
        .iter()
        .filter(|rule| {
            rule.key
                .strip_suffix('*')
                .is_some_and(|prefix| kind.starts_with(prefix) && kind.len() > prefix.len())
        })
        .max_by_key(|rule| rule.key.len())
}

fn left(age_ms: i64, half_life_days: Option<f64>) -> f64 {
    half_life_days.map_or(1.0, |days| 2f64.powf(-(age_ms as f64) / (days * DAY as f64)))
}

/// Signals of one person and kind that are left after `once_per_day`: when, strength, id.
type Items = Vec<(i64, f64, String)>;

fn once_per_day(signals: &[&Signal]) -> Items {
    let mut days: BTreeMap<(i64, Option<String>), &Signal> = BTreeMap::new();
    for signal in signals {
        let key = (signal.at.div_euclid(DAY), signal.object.clone());
        let known = days.entry(key).or_insert(signal);
        if (signal.at, &signal.id) < (known.at, &known.id) {
            *known = signal;
        }
    }
    days.iter()
        .map(|((day, _), signal)| (day * DAY, signal.strength, signal.id.clone()))
        .collect()
}

/// `contribution(c, k, t)` and the sum of the sizes of its parts.
fn contribution(rule: &KindRule, items: &Items, t: i64) -> (f64, f64) {
    let decayed =
        |(at, strength, _): &(i64, f64, String)| rule.points * strength * left(t - at, rule.half_life_days);
    let size: f64 = items.iter().map(|item| decayed(item).abs()).sum();
    let sum = match rule.combine {
        Combine::Sum => items.iter().map(decayed).sum(),
        Combine::Latest => {
            let newest = items.iter().max_by(|a, b| (a.0, &a.2).cmp(&(b.0, &b.2)));
            newest.map_or(0.0, decayed)
        }
        Combine::Max => items.iter().map(decayed).max_by(f64::total_cmp).unwrap_or(0.0),
    };
    (rule.cap.map_or(sum, |cap| f64::clamp(sum, -cap, cap)), size)
}

/// What a buying group's people did, ready to be read at any instant.
struct Group<'a> {
    solution: Option<String>,
    /// By person and kind.
    items: BTreeMap<(Option<u32>, String), (&'a KindRule, Items)>,
    /// All signals that belong to the group, with their rules.
    raw: Vec<(&'a Signal, &'a KindRule)>,
}

impl<'a> Now<'a> {
    fn group(&self, solution: Option<&str>) -> Group<'a> {
        let mut raw = Vec::new();
        let mut by_kind: BTreeMap<(Option<u32>, String), Vec<&Signal>> = BTreeMap::new();
        for signal in &self.signals {
            let Some(rule) = rule_of(self.model, &signal.kind) else {
                continue;
            };
            let of = signal.solution.as_deref().or(rule.solution.as_deref());
            if solution.is_some() && of.is_some() && of != solution {
                continue;
            }
            raw.push((*signal, rule));
            by_kind
                .entry((signal.contact, signal.kind.clone()))
                .or_default()
                .push(signal);
        }
        let items = by_kind
            .into_iter()
            .map(|(key, signals)| {
                let rule = rule_of(self.model, &key.1).unwrap();
                let items = if rule.once_per_day {
                    once_per_day(&signals)
                } else {
                    signals
                        .iter()
                        .map(|signal| (signal.at, signal.strength, signal.id.clone()))
                        .collect()
                };
                (key, (rule, items))
            })
            .collect();
        Group {
            solution: solution.map(str::to_owned),
            items,
            raw,
        }
    }

    fn groups(&self) -> Vec<Group<'a>> {
        if self.model.solutions.is_empty() {
            vec![self.group(None)]
        } else {
            self.model
                .solutions
                .iter()
                .map(|solution| self.group(Some(solution)))
                .collect()
        }
    }

    fn excluded_person(&self, contact: u32) -> bool {
        self.people.get(&contact).is_some_and(|person| person.excluded)
    }

    fn weight(&self, contact: Option<u32>, solution: Option<&str>) -> f64 {
        let Some(contact) = contact else {
            return self.model.anonymous_weight;
        };
        if self.excluded_person(contact) {
            return 0.0;
        }
        let person = self.people.get(&contact).cloned().unwrap_or_default();
        let unknown = self.model.roles.get("unknown").copied().unwrap_or(1.0);
        let roles = person.roles_for(solution);
        let role = roles
            .iter()
            .map(|role| self.model.roles.get(role).copied().unwrap_or(unknown))
            .fold(f64::NEG_INFINITY, f64::max);
        let role = if roles.is_empty() { unknown } else { role };
        let factor = person
            .seniority
            .and_then(|level| self.model.seniority.get(&level).copied());
        role * factor.unwrap_or(1.0)
    }

    fn matched(&self, condition: &Condition) -> Option<bool> {
        let value = self
            .fields
            .get(&condition.attribute)
            .filter(|value| **value != Value::Text(String::new()));
        match (&condition.test, value) {
            (Test::Exists(wanted), value) => Some(value.is_some() == *wanted),
            (_, None) => None,
            (Test::Equals(wanted), Some(value)) => Some(wanted == value),
            (Test::In(list), Some(value)) => {
                Some(list.iter().any(|wanted| Value::Text(wanted.clone()) == *value))
            }
            (Test::Between(low, high), Some(value)) => Some(match value {
                Value::Number(number) => number >= low && number <= high,
                Value::Text(_) => false,
            }),
        }
    }

    /// Score, known share, grade, excluded.
    fn fit(&self) -> (Option<f64>, f64, Option<char>, bool) {
        let rules = &self.model.fit;
        let positive: f64 = rules.iter().map(|rule| rule.weight.max(0.0)).sum();
        let known: f64 = rules
            .iter()
            .filter(|rule| self.matched(&rule.condition).is_some())
            .map(|rule| rule.weight.max(0.0))
            .sum();
        let matched: f64 = rules
            .iter()
            .filter(|rule| self.matched(&rule.condition) == Some(true))
            .map(|rule| rule.weight)
            .sum();
        let excluded = rules
            .iter()
            .any(|rule| rule.exclude && self.matched(&rule.condition) == Some(true));
        let share = if positive > 0.0 { known / positive } else { 0.0 };
        let score = (known > 0.0).then(|| 100.0 * (matched / known).clamp(0.0, 1.0));
        let grade = score.filter(|_| share >= 0.3).map(|score| match score {
            score if score >= 80.0 => 'A',
            score if score >= 60.0 => 'B',
            score if score >= 40.0 => 'C',
            _ => 'D',
        });
        (score, share, grade, excluded)
    }

    fn quorum(&self, solution: Option<&str>, engaged: &BTreeSet<u32>) -> Option<f64> {
        let (mut sum, mut weights) = (0.0, 0.0);
        for seat in &self.model.seats {
            if seat.solution.is_some() && seat.solution.as_deref() != solution {
                continue;
            }
            let mut worth: Vec<f64> = Vec::new();
            for (no, person) in &self.people {
                let roles = person.roles_for(solution);
                if person.excluded || !roles.contains(&seat.role) {
                    continue;
                }
                worth.push(if person.detractor || roles.contains("blocker") {
                    0.0
                } else if engaged.contains(no) {
                    1.0
                } else {
                    0.25
                });
            }
            worth.sort_by(|a, b| b.total_cmp(a));
            let best: f64 = worth.iter().take(seat.count).sum();
            sum += seat.weight * best / seat.count as f64;
            weights += seat.weight;
        }
        (weights > 0.0).then(|| 100.0 * sum / weights)
    }

    fn lines(&self) -> Option<&'a Lines> {
        let mqa = self.model.mqa.as_ref()?;
        for (when, lines) in &mqa.segments {
            if self.matched(when) == Some(true) {
                return Some(lines);
            }
        }
        Some(&mqa.base)
    }
}

/// A buying group at an instant.
#[derive(Clone, Debug, Default)]
pub(crate) struct View {
    pub(crate) intent_points: f64,
    /// Sum of the sizes of everything that adds up to the intent points.
    pub(crate) size: f64,
    pub(crate) heat: f64,
    pub(crate) band: &'static str,
    pub(crate) momentum: Option<f64>,
    pub(crate) engagement: BTreeMap<Option<u32>, f64>,
    pub(crate) engaged: BTreeSet<u32>,
    pub(crate) engaged_roles: BTreeSet<String>,
    pub(crate) quorum: Option<f64>,
    pub(crate) act_now_until: Option<i64>,
}

fn view(now: &Now<'_>, group: &Group<'_>, t: i64) -> View {
    let solution = group.solution.as_deref();
    let mut view = View::default();
    for ((contact, _), (rule, items)) in &group.items {
        let (points, size) = contribution(rule, items, t);
        *view.engagement.entry(*contact).or_default() += points;
        view.size += now.weight(*contact, solution) * size;
    }
    for (contact, points) in &view.engagement {
        view.intent_points += now.weight(*contact, solution) * points;
        if let Some(contact) = contact
            && !now.excluded_person(*contact)
            && *points >= now.model.engaged_at
        {
            view.engaged.insert(*contact);
            if let Some(person) = now.people.get(contact) {
                view.engaged_roles.extend(person.roles_for(solution));
            }
        }
    }
    view.heat = 100.0 * (1.0 - 2f64.powf(-view.intent_points.max(0.0) / now.model.half_point));
    view.band = match view.heat {
        heat if heat < 20.0 => "cold",
        heat if heat < 50.0 => "warm",
        heat if heat < 80.0 => "hot",
        _ => "burning",
    };
    view.quorum = now.quorum(solution, &view.engaged);
    view.act_now_until = act_now_until(now, group);
    view
}

fn momentum(now: &Now<'_>, group: &Group<'_>, t: i64) -> Option<f64> {
    let solution = group.solution.as_deref();
    let rate = |days: f64| -> f64 {
        let sum: f64 = group
            .raw
            .iter()
            .filter(|(signal, rule)| rule.points * signal.strength > 0.0)
            .map(|(signal, rule)| {
                now.weight(signal.contact, solution)
                    * rule.points
                    * signal.strength
                    * left(t - signal.at, Some(days))
            })
            .sum();
        2f64.ln() / days * sum
    };
    (rate(30.0) >= 0.01).then(|| rate(7.0) / rate(30.0))
}

fn act_now_until(now: &Now<'_>, group: &Group<'_>) -> Option<i64> {
    let days = now.model.mqa.as_ref().map_or(0.0, |mqa| mqa.act_now_days);
    group
        .raw
        .iter()
        .filter(|(signal, rule)| {
            rule.act_now
                && signal
                    .contact
                    .is_some_and(|contact| !now.excluded_person(contact))
        })
        .map(|(signal, _)| signal.at + (days * DAY as f64).round() as i64)
        .max()
}

/// What became of one group.
#[derive(Clone, Debug, Default)]
pub(crate) struct Status {
    pub(crate) since: Option<i64>,
    pub(crate) failing: BTreeMap<&'static str, i64>,
    pub(crate) spans: Vec<(i64, Option<i64>)>,
    band: &'static str,
    engaged: BTreeSet<u32>,
}

/// Everything the fold tells.
pub(crate) struct Told {
    /// By solution, in model order.
    pub(crate) groups: Vec<(Option<String>, Status, View)>,
    pub(crate) fit: (Option<f64>, f64, Option<char>, bool),
    /// What changed, as `when solution what`.
    pub(crate) changes: Vec<String>,
}

enum Entry<'a> {
    Model(&'a Model),
    Record(&'a Record),
}

struct Teller<'a> {
    now: Now<'a>,
    groups: Vec<Group<'a>>,
    statuses: BTreeMap<Option<String>, Status>,
    changes: Vec<String>,
    step: i64,
}

/// Tells an account's history up to and including `until`.
///
/// - `models`: from when each is in force; the first from the beginning.
/// - `step`: how far apart the instants are at which time is looked at, in milliseconds.
pub(crate) fn tell(models: &[(i64, Model)], records: &[Record], until: i64, step: i64) -> Told {
    let mut now = Now {
        model: &models[0].1,
        fields: BTreeMap::new(),
        people: BTreeMap::new(),
        disqualified: false,
        signals: Vec::new(),
    };
    let mut entries: Vec<(i64, usize, Entry<'_>)> = Vec::new();
    let mut said: BTreeSet<String> = BTreeSet::new();
    for (place, record) in records.iter().enumerate() {
        let (at, thing, says_something) = match &record.what {
            What::Signal(signal) => (signal.at, String::new(), true),
            What::Field(name, value) => (record.recorded, format!("field {name}"), value.is_some()),
            What::Introduced(_) => continue,
            What::Contact(no, fact) => (
                record.recorded,
                format!("contact {no} {}", fact.field()),
                fact.says_something(),
            ),
            What::Disqualified(_) => (record.recorded, String::new(), true),
        };
        // The first statement of a fact holds from the beginning; to clear what nobody said says nothing.
        if thing.is_empty() || said.contains(&thing) {
            entries.push((at, place + 1, Entry::Record(record)));
        } else if says_something {
            said.insert(thing);
            now.apply(&record.what);
        }
    }
    for (from, model) in &models[1..] {
        entries.push((*from, 0, Entry::Model(model)));
    }
    entries.sort_by_key(|(at, place, _)| (*at, *place));
    entries.retain(|(at, _, _)| *at <= until);
    let mut at = entries.first().map_or(until, |(at, _, _)| *at);
    let mut teller = Teller {
        groups: now.groups(),
        now,
        statuses: BTreeMap::new(),
        changes: Vec::new(),
        step,
    };
    for (when, _, entry) in entries {
        teller.walk(at, when);
        at = when;
        match entry {
            Entry::Model(model) => teller.now.model = model,
            Entry::Record(record) => teller.now.apply(&record.what),
        }
        teller.groups = teller.now.groups();
        let kept: BTreeSet<Option<String>> =
            teller.groups.iter().map(|group| group.solution.clone()).collect();
        teller.statuses.retain(|solution, _| kept.contains(solution));
        teller.judge(when);
    }
    teller.walk(at, until);
    let groups = teller
        .groups
        .iter()
        .map(|group| {
            let mut view = view(&teller.now, group, until);
            view.momentum = momentum(&teller.now, group, until);
            (
                group.solution.clone(),
                teller.statuses.get(&group.solution).cloned().unwrap_or_default(),
                view,
            )
        })
        .collect();
    Told {
        groups,
        fit: teller.now.fit(),
        changes: teller.changes,
    }
}

impl<'a> Now<'a> {
    fn apply(&mut self, what: &'a What) {
        match what {
            What::Signal(signal) => {
                if !signal.expired {
                    self.signals.push(signal);
                }
            }
            What::Field(name, Some(value)) => {
                self.fields.insert(name.clone(), value.clone());
            }
            What::Field(name, None) => {
                self.fields.remove(name);
            }
            What::Introduced(no) => {
                self.people.entry(*no).or_default();
            }
            What::Contact(no, fact) => {
                let person = self.people.entry(*no).or_default();
                match fact {
                    Fact::Roles(roles) => person.roles = roles.clone().filter(|roles| !roles.is_empty()),
                    Fact::Inferred(roles) => person.inferred.clone_from(roles),
                    Fact::Seniority(level) => person.seniority.clone_from(level),
                    Fact::Detractor(value) => person.detractor = *value == Some(true),
                    Fact::Excluded(value) => person.excluded = value.is_some(),
                }
            }
            What::Disqualified(yes) => self.disqualified = *yes,
        }
    }
}

impl Teller<'_> {
    /// Lets time pass: wherever an answer changes, finds the very millisecond and judges there.
    fn walk(&mut self, from: i64, to: i64) {
        let mut t = from;
        while t < to {
            let clocks: Vec<i64> = self.clocks().into_iter().filter(|at| *at > t).collect();
            let next = clocks.iter().copied().chain([to, t + self.step]).min().unwrap();
            let was = self.answers(t);
            if self.answers(next) == was {
                if clocks.contains(&next) {
                    self.judge(next);
                }
                t = next;
                continue;
            }
            let (mut same, mut other) = (t, next);
            while other - same > 1 {
                let middle = same + (other - same) / 2;
                if self.answers(middle) == was {
                    same = middle;
                } else {
                    other = middle;
                }
            }
            self.judge(other);
            t = other;
        }
    }

    /// When an act-now ends or the patience with a failing condition does.
    fn clocks(&self) -> Vec<i64> {
        let Some(lines) = self.now.lines() else {
            return Vec::new();
        };
        let patience = (lines.grace_days * DAY as f64).round() as i64;
        let mut clocks = Vec::new();
        for group in &self.groups {
            clocks.extend(act_now_until(&self.now, group));
            if let Some(status) = self.statuses.get(&group.solution) {
                clocks.extend(status.failing.values().map(|since| since + patience));
            }
        }
        clocks
    }

    fn answers(&self, t: i64) -> Vec<(bool, bool, &'static str, BTreeSet<u32>)> {
        self.groups
            .iter()
            .map(|group| {
                let view = view(&self.now, group, t);
                let lines = self.now.lines();
                (
                    lines.is_some_and(|lines| view.heat >= lines.enter_heat),
                    lines.is_some_and(|lines| view.heat >= lines.exit_heat),
                    view.band,
                    view.engaged,
                )
            })
            .collect()
    }

    fn judge(&mut self, t: i64) {
        let fit = self.now.fit();
        let lines = self.now.lines();
        for group in &self.groups {
            let view = view(&self.now, group, t);
            let status = self
                .statuses
                .entry(group.solution.clone())
                .or_insert_with(|| Status {
                    band: "cold",
                    ..Status::default()
                });
            let name = group.solution.as_deref().unwrap_or("-");
            let mut say = |what: String| self.changes.push(format!("{t} {name} {what}"));
            let verdict = verdict(status, lines, &view, fit.2, fit.3 || self.now.disqualified, t);
            match verdict {
                Some(true) => {
                    status.since = Some(t);
                    status.failing.clear();
                    status.spans.push((t, None));
                    say("entered".into());
                }
                Some(false) => {
                    status.since = None;
                    status.failing.clear();
                    status.spans.last_mut().unwrap().1 = Some(t);
                    say("left".into());
                }
                None => {}
            }
            if status.band != view.band {
                say(format!("{} to {}", status.band, view.band));
                status.band = view.band;
            }
            for contact in view.engaged.difference(&status.engaged) {
                say(format!("engaged {contact}"));
            }
            for contact in status.engaged.difference(&view.engaged) {
                say(format!("cooled {contact}"));
            }
            status.engaged = view.engaged;
        }
    }
}

/// Whether the group enters (`true`), leaves (`false`) or stays as it is; keeps the clocks.
fn verdict(
    status: &mut Status,
    lines: Option<&Lines>,
    view: &View,
    grade: Option<char>,
    blocked: bool,
    t: i64,
) -> Option<bool> {
    let inside = status.since.is_some();
    let leave = inside.then_some(false);
    let Some(lines) = lines else {
        return leave;
    };
    if blocked {
        return leave;
    }
    let fits = lines
        .fit_grade
        .is_none_or(|needed| grade.is_some_and(|grade| grade <= needed));
    let has = |role: &String| view.engaged_roles.contains(role);
    let conditions = [
        ("contacts", view.engaged.len() >= lines.engaged_contacts),
        ("roles", view.engaged_roles.len() >= lines.engaged_roles),
        ("any", lines.any_role.is_empty() || lines.any_role.iter().any(has)),
        ("all", lines.all_roles.iter().all(has)),
        ("fit", fits),
        (
            "quorum",
            lines
                .quorum
                .is_none_or(|needed| view.quorum.is_some_and(|quorum| quorum >= needed)),
        ),
    ];
    let act_now = fits && view.act_now_until.is_some_and(|until| t < until);
    if !inside {
        let all = view.heat >= lines.enter_heat && conditions.iter().all(|(_, holds)| *holds);
        return (act_now || all).then_some(true);
    }
    if act_now {
        status.failing.clear();
        return None;
    }
    if view.heat < lines.exit_heat {
        return Some(false);
    }
    let patience = (lines.grace_days * DAY as f64).round() as i64;
    let mut patience_ended = false;
    for (name, holds) in conditions {
        if holds {
            status.failing.remove(name);
        } else {
            let since = *status.failing.entry(name).or_insert(t);
            patience_ended |= t - since >= patience;
        }
    }
    patience_ended.then_some(false)
}
