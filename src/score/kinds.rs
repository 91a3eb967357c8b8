//! Kinds under numbers, and the rule the model gives each.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use hashbrown::HashTable;
use quorate_domain::id::{IdError, Kind};
use quorate_domain::model::{Model, SignalRule};
use xxhash_rust::xxh3::xxh3_64;

/// A kind by number. Numbers are given as kinds are met, so their order means nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct KindNo(pub(super) u32);

/// A rule of the model by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct RuleNo(u32);

/// A rule, and the buying group its signals belong to unless they say otherwise.
#[derive(Debug)]
pub(super) struct Rule {
    /// The rule.
    pub(super) signal: Arc<SignalRule>,
    /// The group, by its place in the model; `None`: all.
    pub(super) group: Option<usize>,
}

/// The rules of a model by number.
#[derive(Debug)]
pub(super) struct Rules {
    rules: Vec<Rule>,
}

impl Rules {
    /// Returns the rules of a model.
    pub(super) fn of(model: &Model) -> Self {
        let patterns = model.kind_patterns.iter().map(|(_, rule)| rule);
        let group = |rule: &SignalRule| {
            let solution = rule.solution.as_ref()?;
            model.solutions.iter().position(|listed| listed.name == *solution)
        };
        let rules = model.kinds.values().chain(patterns);
        Self {
            rules: rules
                .map(|rule| Rule {
                    signal: Arc::clone(rule),
                    group: group(rule),
                })
                .collect(),
        }
    }

    /// Returns a rule.
    pub(super) fn get(&self, no: RuleNo) -> Option<&Rule> {
        self.rules.get(usize::try_from(no.0).ok()?)
    }

    fn find(&self, model: &Model, kind: &str) -> Option<RuleNo> {
        let rule = model.rule(kind)?;
        let place = self
            .rules
            .iter()
            .position(|known| Arc::ptr_eq(&known.signal, rule))?;
        u32::try_from(place).ok().map(RuleNo)
    }
}

/// All kinds met, shared by all threads.
#[derive(Debug, Default)]
pub(super) struct Kinds {
    known: Mutex<BTreeMap<Kind, KindNo>>,
}

impl Kinds {
    fn number(&self, kind: Kind) -> KindNo {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let next = KindNo(u32::try_from(known.len()).unwrap_or(u32::MAX));
        *known.entry(kind).or_insert(next)
    }

    /// Returns the kinds by number, and each one's place in the order of names.
    pub(super) fn named(self) -> NamedKinds {
        let known = self.known.into_inner().unwrap_or_else(PoisonError::into_inner);
        let mut ranks = vec![0; known.len()];
        let mut kinds: Vec<Option<Kind>> = vec![None; known.len()];
        for (rank, (kind, no)) in known.into_iter().enumerate() {
            let place = usize::try_from(no.0).unwrap_or(usize::MAX);
            if let (Some(slot), Some(name)) = (ranks.get_mut(place), kinds.get_mut(place)) {
                *slot = rank;
                *name = Some(kind);
            }
        }
        NamedKinds {
            kinds: kinds.into_iter().flatten().collect(),
            ranks,
        }
    }
}

/// All kinds, when no more can come.
#[derive(Debug)]
pub(super) struct NamedKinds {
    kinds: Vec<Kind>,
    ranks: Vec<usize>,
}

impl NamedKinds {
    /// Returns a kind.
    pub(super) fn kind(&self, no: KindNo) -> Option<&Kind> {
        self.kinds.get(usize::try_from(no.0).ok()?)
    }

    /// Returns a kind's place in the order of names.
    pub(super) fn rank(&self, no: KindNo) -> usize {
        let place = usize::try_from(no.0).unwrap_or(usize::MAX);
        self.ranks.get(place).copied().unwrap_or(usize::MAX)
    }
}

/// The kinds one thread has met, so that it need not ask the others.
pub(super) struct KindReader<'a> {
    kinds: &'a Kinds,
    rules: &'a Rules,
    model: &'a Model,
    met: HashTable<(Box<[u8]>, KindNo, Option<RuleNo>)>,
}

impl<'a> KindReader<'a> {
    /// Returns a reader that has met none.
    pub(super) fn new(kinds: &'a Kinds, rules: &'a Rules, model: &'a Model) -> Self {
        Self {
            kinds,
            rules,
            model,
            met: HashTable::new(),
        }
    }

    /// Returns a kind's number and rule; no rule: the model does not know it.
    pub(super) fn read(&mut self, text: &[u8]) -> Result<(KindNo, Option<RuleNo>), KindError> {
        let hash = xxh3_64(text);
        if let Some((_, no, rule)) = self.met.find(hash, |(met, _, _)| **met == *text) {
            return Ok((*no, *rule));
        }
        let name = std::str::from_utf8(text).map_err(|_| KindError::NotUtf8)?;
        let kind = Kind::new(name).map_err(KindError::Id)?;
        let rule = self.rules.find(self.model, name);
        let no = self.kinds.number(kind);
        self.met
            .insert_unique(hash, (text.into(), no, rule), |(met, _, _)| xxh3_64(met));
        Ok((no, rule))
    }
}

/// Why a text is no kind.
#[derive(Debug, thiserror::Error)]
pub(super) enum KindError {
    /// It is not UTF-8.
    #[error("is not UTF-8")]
    NotUtf8,
    /// It is no id.
    #[error(transparent)]
    Id(IdError),
}
