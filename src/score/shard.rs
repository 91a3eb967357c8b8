//! Accounts in shards: each account's signals are folded by one thread at a time, in file order.

use std::sync::{Mutex, MutexGuard, PoisonError};

use hashbrown::HashTable;
use quorate_domain::engagement::{Person, SignalView};
use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

use super::Job;
use super::contacts::{ProfileNo, Profiles};
use super::facts::Attributes;
use super::kinds::{KindNo, Rules};
use super::parse::{Entry, IdHash, shard_of};
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
    ids: HashTable<IdHash>,
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
    by_visitor: HashTable<VisitorNo>,
    /// One a visitor and buying group.
    people: Vec<Person<KindNo>>,
    groups: usize,
    /// The signals themselves, when they are to be judged one by one.
    pub(super) kept: Option<Vec<Kept>>,
    pub(super) tally: Tally,
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
    pub(super) fn account(&mut self, hash: u64, id: &[u8]) -> AccountNo {
        let found = self.by_account.find(hash, |no| {
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
        self.by_account.insert_unique(hash, no, |no| {
            let id = accounts.get(place(no.0)).map(|account| account.id);
            xxh3_64(id.and_then(|id| slice(texts, id)).unwrap_or_default())
        });
        no
    }

    /// Returns a visitor's place, making room for it when it is new.
    pub(super) fn visitor(
        &mut self,
        account_hash: u64,
        hash: u64,
        account: &[u8],
        contact: &[u8],
    ) -> VisitorNo {
        let found = self.by_visitor.find(hash, |no| {
            self.visitors.get(place(no.0)).is_some_and(|visitor| {
                let text = self.text(visitor.text);
                text.len() == account.len() + contact.len()
                    && visitor.contact_start - visitor.text.start == word(account.len())
                    && text.starts_with(account)
                    && text.ends_with(contact)
            })
        });
        if let Some(no) = found {
            return *no;
        }
        let no = VisitorNo(word(self.visitors.len()));
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
        let (visitors, texts) = (&self.visitors, &self.texts);
        self.by_visitor.insert_unique(hash, no, |no| {
            let visitor = visitors.get(place(no.0));
            visitor.map_or(0, |visitor| {
                let text = slice(texts, visitor.text).unwrap_or_default();
                let account_len = place(visitor.contact_start - visitor.text.start);
                let (account, contact) = text.split_at_checked(account_len).unwrap_or_default();
                xxh3_64_with_seed(contact, xxh3_64(account))
            })
        });
        no
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

    /// Folds a signal; one whose id the account has had counts as a duplicate and does nothing.
    pub(super) fn fold(&mut self, entry: &Entry, text: &[u8], rules: &Rules) {
        let (account, contact) = (entry.account.of_text(text), entry.contact.of_text(text));
        let visitor_no = self.visitor(entry.account_hash, entry.visitor_hash, account, contact);
        let Some(visitor) = self.visitors.get(place(visitor_no.0)) else {
            return;
        };
        let Some(account) = self.accounts.get_mut(place(visitor.account.0)) else {
            return;
        };
        if !remember(&mut account.ids, entry.id_hash) {
            self.tally.duplicates += 1;
            return;
        }
        self.tally.accepted += 1;
        if entry.expired {
            self.tally.expired += 1;
            return;
        }
        let Some(rule) = entry.rule.and_then(|rule| rules.get(rule)) else {
            *self.tally.unknown.entry(entry.kind).or_default() += 1;
            return;
        };
        let id = std::str::from_utf8(entry.id.of_text(text)).unwrap_or_default();
        let object = std::str::from_utf8(entry.object.of_text(text)).unwrap_or_default();
        let object = (!object.is_empty()).then_some(object);
        if let Some(kept) = &mut self.kept {
            kept.push(Kept::new(visitor.account, visitor_no, entry, id, object));
            return;
        }
        let own = entry.group.map(place).or(rule.group).filter(|_| self.groups > 1);
        let view = SignalView {
            id,
            occurred_at: entry.occurred_at,
            strength: entry.strength,
            object,
        };
        let first = place(visitor_no.0) * self.groups;
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
fn remember(ids: &mut HashTable<IdHash>, id: IdHash) -> bool {
    let hash = |id: &IdHash| (u64::from(id[0]) << 32) | u64::from(id[1]);
    match ids.entry(hash(&id), |known| *known == id, hash) {
        hashbrown::hash_table::Entry::Occupied(_) => false,
        hashbrown::hash_table::Entry::Vacant(free) => {
            free.insert(id);
            true
        }
    }
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
    pub(super) fn of_account(&mut self, id: &[u8]) -> Option<(&mut Shard, u64)> {
        let hash = xxh3_64(id);
        let shard = self.all.get_mut(shard_of(hash))?;
        Some((shard.get_mut().unwrap_or_else(PoisonError::into_inner), hash))
    }
}
