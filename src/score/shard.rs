//! Accounts in shards: each account's signals are folded by one thread at a time, in file order.

use std::sync::{Mutex, MutexGuard, PoisonError};

use hashbrown::HashTable;
use quorate_domain::engagement::{Person, SignalView};
use quorate_domain::model::Combine;

use super::Job;
use super::contacts::{ProfileNo, Profiles};
use super::facts::Attributes;
use super::kinds::{KindNo, Rules};
use super::line::Span;
use super::parse::{AccountHash, Entry, Fingerprint};
use super::replay::Kept;

/// How many shards there are: several a thread, so that a busy account keeps nobody waiting.
pub(super) const SHARDS: usize = 32;

/// An account's place in its shard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct AccountNo(u32);

/// A visitor's place in its shard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct VisitorNo(u32);

/// An account.
#[derive(Debug)]
pub(super) struct Account {
    id: Text,
    /// Fingerprints of the ids of its signals.
    ids: HashTable<Fingerprint>,
    /// What the accounts file says of it: attribute and cell.
    pub(super) fields: Vec<(usize, Box<str>)>,
}

/// Somebody at an account; without a contact id the anonymous visitor.
#[derive(Debug)]
pub(super) struct Visitor {
    /// The account's id and, right behind it, the contact's.
    text: Text,
    contact_start: u32,
    /// Whose.
    pub(super) account: AccountNo,
    /// What the contacts file says of it.
    pub(super) profile: ProfileNo,
}

/// Where a visitor is known by its fingerprint: all that folding needs, in one place.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known {
    fingerprint: Fingerprint,
    /// The visitor.
    pub(super) visitor: VisitorNo,
    account: AccountNo,
}

/// A text in the shard's texts.
#[derive(Clone, Copy, Debug)]
struct Text {
    start: u32,
    end: u32,
}

/// What became of the signals of a shard.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// Signals taken up: all but duplicates.
    pub(super) accepted: u64,
    /// Signals whose id came before.
    pub(super) duplicates: u64,
    /// Signals older than the retention.
    pub(super) expired: u64,
    /// Signals of kinds the model does not know, by kind.
    pub(super) unknown: std::collections::BTreeMap<KindNo, u64>,
}

/// Some of the accounts.
#[derive(Debug, Default)]
pub(super) struct Shard {
    texts: Vec<u8>,
    pub(super) accounts: Vec<Account>,
    by_account: HashTable<AccountNo>,
    pub(super) visitors: Vec<Visitor>,
    by_visitor: HashTable<Known>,
    /// One a visitor and buying group.
    people: Vec<Person<KindNo>>,
    groups: usize,
    /// The signals themselves, when they are to be judged one by one.
    pub(super) kept: Option<Vec<Kept>>,
    pub(super) tally: Tally,
    /// Where the visitors of a batch are; here to be used again.
    found: Vec<Known>,
    /// Which signals of a batch are no duplicates; here to be used again.
    news: Vec<bool>,
}

impl Shard {
    fn text(&self, text: Text) -> &[u8] {
        self.texts
            .get(place(text.start)..place(text.end))
            .unwrap_or_default()
    }

    fn keep_text(&mut self, parts: [&[u8]; 2]) -> Text {
        let start = self.texts.len();
        for part in parts {
            self.texts.extend_from_slice(part);
        }
        Text {
            start: word(start),
            end: word(self.texts.len()),
        }
    }

    /// Returns an account's id. Ids were checked when they came in: they are UTF-8.
    pub(super) fn account_id(&self, account: &Account) -> &str {
        std::str::from_utf8(self.text(account.id)).unwrap_or_default()
    }

    /// Returns a contact's id; empty for the anonymous visitor.
    pub(super) fn contact_id(&self, visitor: &Visitor) -> &str {
        let text = Text {
            start: visitor.contact_start,
            end: visitor.text.end,
        };
        std::str::from_utf8(self.text(text)).unwrap_or_default()
    }

    /// Returns an account's place, making room for it when it is new.
    pub(super) fn account(&mut self, hash: AccountHash, id: &[u8]) -> AccountNo {
        let found = self.by_account.find(hash.low, |no| {
            self.accounts
                .get(place(no.0))
                .is_some_and(|account| self.text(account.id) == id)
        });
        if let Some(no) = found {
            return *no;
        }
        let no = AccountNo(word(self.accounts.len()));
        let text = self.keep_text([id, b""]);
        self.accounts.push(Account {
            id: text,
            ids: HashTable::new(),
            fields: Vec::new(),
        });
        let (accounts, texts) = (&self.accounts, &self.texts);
        self.by_account.insert_unique(hash.low, no, |no| {
            let id = accounts.get(place(no.0)).map(|account| account.id);
            AccountHash::of(id.and_then(|id| slice(texts, id)).unwrap_or_default()).low
        });
        no
    }

    /// Returns where a visitor is, making room for it when it is new.
    pub(super) fn visitor(
        &mut self,
        account_hash: AccountHash,
        fingerprint: Fingerprint,
        account: &[u8],
        contact: &[u8],
    ) -> Known {
        let hash = table_hash(&fingerprint);
        if let Some(known) = self
            .by_visitor
            .find(hash, |known| known.fingerprint == fingerprint)
        {
            return *known;
        }
        let visitor = VisitorNo(word(self.visitors.len()));
        let text = self.keep_text([account, contact]);
        let account_no = self.account(account_hash, account);
        self.visitors.push(Visitor {
            text,
            contact_start: text.start + word(account.len()),
            account: account_no,
            profile: ProfileNo::default(),
        });
        self.people
            .resize_with(self.visitors.len() * self.groups, Person::default);
        let known = Known {
            fingerprint,
            visitor,
            account: account_no,
        };
        self.by_visitor
            .insert_unique(hash, known, |known| table_hash(&known.fingerprint));
        known
    }

    /// Returns the visitor at a place.
    pub(super) fn visitor_mut(&mut self, no: VisitorNo) -> Option<&mut Visitor> {
        self.visitors.get_mut(place(no.0))
    }

    /// Returns the account at a place.
    pub(super) fn account_mut(&mut self, no: AccountNo) -> Option<&mut Account> {
        self.accounts.get_mut(place(no.0))
    }

    /// Returns what a visitor did, as one buying group sees it.
    pub(super) fn person(&self, visitor: usize, group: usize) -> Option<&Person<KindNo>> {
        self.people.get(visitor * self.groups + group)
    }

    /// Folds signals; one whose id the account has had counts as a duplicate and does nothing.
    ///
    /// In four rounds, so that the processor waits for several cache misses at a time and not for one after the
    /// other: the rounds touch different tables, and no signal's round hangs on another's.
    pub(super) fn fold(&mut self, batch: &[Entry], text: &[u8], rules: &Rules) {
        let mut known = std::mem::take(&mut self.found);
        known.clear();
        for entry in batch {
            let (account, contact) = (entry.account.of_text(text), entry.contact.of_text(text));
            known.push(self.visitor(entry.account_hash, entry.visitor, account, contact));
        }
        let mut news = std::mem::take(&mut self.news);
        news.clear();
        for (entry, known) in batch.iter().zip(&known) {
            let account = self.accounts.get_mut(place(known.account.0));
            news.push(account.is_some_and(|account| remember(&mut account.ids, entry.signal)));
        }
        for (entry, known) in batch.iter().zip(&known) {
            // Looks the sum up and does nothing with it, so that adding finds it in the cache.
            let person = self.people.get(place(known.visitor.0) * self.groups);
            let kinds = person.map(|person| person.kinds.as_slice()).unwrap_or_default();
            std::hint::black_box(kinds.binary_search_by(|(kind, _)| kind.cmp(&entry.kind)).is_ok());
        }
        for ((entry, known), new) in batch.iter().zip(&known).zip(&news) {
            if *new {
                self.add(entry, *known, text, rules);
            } else {
                self.tally.duplicates += 1;
            }
        }
        self.found = known;
        self.news = news;
    }

    /// Adds a signal that is no duplicate.
    fn add(&mut self, entry: &Entry, known: Known, text: &[u8], rules: &Rules) {
        self.tally.accepted += 1;
        if entry.expired {
            self.tally.expired += 1;
            return;
        }
        let Some(rule) = entry.rule.and_then(|rule| rules.get(rule)) else {
            *self.tally.unknown.entry(entry.kind).or_default() += 1;
            return;
        };
        // Plain sums ask for neither id nor object, and the chunk's text has left the cache: looking at it would
        // cost as much as all the rest.
        let plain = rule.signal.combine == Combine::Sum && !rule.signal.once_per_day && self.kept.is_none();
        let (id, object) = if plain {
            ("", None)
        } else {
            let text_of = |span: Span| std::str::from_utf8(span.of_text(text)).unwrap_or_default();
            (
                text_of(entry.id),
                Some(text_of(entry.object)).filter(|object| !object.is_empty()),
            )
        };
        if let Some(kept) = &mut self.kept {
            kept.push(Kept::new(known.account, known.visitor, entry, id, object));
            return;
        }
        let own = entry.group.map(place).or(rule.group).filter(|_| self.groups > 1);
        let view = SignalView {
            id,
            occurred_at: entry.occurred_at,
            strength: entry.strength,
            object,
        };
        let first = place(known.visitor.0) * self.groups;
        for group in 0..self.groups {
            if own.is_none_or(|own| own == group)
                && let Some(person) = self.people.get_mut(first + group)
            {
                person.add(&entry.kind, &rule.signal, &view);
            }
        }
    }

    /// Returns the visitors of each account, accounts by id, visitors by contact id, the anonymous one first.
    pub(super) fn in_order(&self) -> Vec<(AccountNo, Vec<usize>)> {
        let mut by_account: Vec<Vec<usize>> = vec![Vec::new(); self.accounts.len()];
        for (no, visitor) in self.visitors.iter().enumerate() {
            if let Some(own) = by_account.get_mut(place(visitor.account.0)) {
                own.push(no);
            }
        }
        let contact = |no: &usize| self.visitors.get(*no).map(|visitor| self.contact_id(visitor));
        for own in &mut by_account {
            own.sort_unstable_by(|a, b| contact(a).cmp(&contact(b)));
        }
        let mut accounts: Vec<(AccountNo, Vec<usize>)> = (0..).map(AccountNo).zip(by_account).collect();
        let id = |no: AccountNo| {
            self.accounts
                .get(place(no.0))
                .map(|account| self.account_id(account))
        };
        accounts.sort_unstable_by(|(a, _), (b, _)| id(*a).cmp(&id(*b)));
        accounts
    }

    /// Forgets what only folding needs.
    pub(super) fn close(&mut self) {
        self.by_account = HashTable::new();
        self.by_visitor = HashTable::new();
        for account in &mut self.accounts {
            account.ids = HashTable::new();
        }
    }

    /// Returns the account at a place.
    pub(super) fn account_at(&self, no: AccountNo) -> Option<&Account> {
        self.accounts.get(place(no.0))
    }
}

impl VisitorNo {
    /// Returns the place as an index.
    pub(super) fn index(self) -> usize {
        place(self.0)
    }
}

/// Adds a fingerprint; false when it is there already.
fn remember(ids: &mut HashTable<Fingerprint>, id: Fingerprint) -> bool {
    match ids.entry(table_hash(&id), |known| *known == id, table_hash) {
        hashbrown::hash_table::Entry::Occupied(_) => false,
        hashbrown::hash_table::Entry::Vacant(free) => {
            free.insert(id);
            true
        }
    }
}

fn table_hash(fingerprint: &Fingerprint) -> u64 {
    let [low, high, _] = *fingerprint;
    (u64::from(high) << 32) | u64::from(low)
}

fn slice(texts: &[u8], text: Text) -> Option<&[u8]> {
    texts.get(place(text.start)..place(text.end))
}

fn place(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

fn word(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// All accounts, and what all of them share.
pub(super) struct Shards {
    all: Vec<Mutex<Shard>>,
    /// What the contacts file says of people.
    pub(super) profiles: Profiles,
    /// What the model asks of accounts.
    pub(super) attributes: Attributes,
}

impl Shards {
    /// Returns shards without accounts.
    pub(super) fn new(job: &Job) -> Self {
        let groups = job.model.solutions.len().max(1);
        let shard = || Shard {
            groups,
            kept: job.replay.then(Vec::new),
            ..Shard::default()
        };
        Self {
            all: (0..SHARDS).map(|_| Mutex::new(shard())).collect(),
            profiles: Profiles::new(&job.model),
            attributes: Attributes::of(&job.model),
        }
    }

    /// Returns a shard to work on.
    pub(super) fn lock(&self, shard: usize) -> Option<MutexGuard<'_, Shard>> {
        self.all
            .get(shard)
            .map(|shard| shard.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Returns the shard that holds an account, and the hash of its id.
    pub(super) fn of_account(&mut self, id: &[u8]) -> Option<(&mut Shard, AccountHash)> {
        let hash = AccountHash::of(id);
        let shard = self.all.get_mut(hash.shard())?;
        Some((shard.get_mut().unwrap_or_else(PoisonError::into_inner), hash))
    }
}
