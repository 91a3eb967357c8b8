//! Which known account a row is about: by id, by domain, by name and country. Exact; a person decides what is not.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use quorate_domain::id::AccountId;

use crate::clean;
use crate::draft::Draft;

/// What a person says about a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It is this account.
    Same(AccountId),
    /// It is a new account.
    New,
    /// It stays out.
    Skip,
}

/// Why an account may be the one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alike {
    /// It has the id.
    Id,
    /// It has a domain of the row.
    Domain,
    /// It has the name.
    Name,
}

impl Alike {
    /// Returns the wire name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Domain => "domain",
            Self::Name => "name",
        }
    }
}

/// An account that a row may be about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Its id.
    pub account: AccountId,
    /// Its name.
    pub name: Option<Arc<str>>,
    /// Its domains.
    pub domains: Vec<Arc<str>>,
    /// Its country.
    pub country: Option<Arc<str>>,
    /// What is alike.
    pub alike: Alike,
    /// The row of the same file that makes it; `None`: it is known already.
    pub row: Option<usize>,
}

/// Which account a row is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Match {
    /// A known one.
    Known(AccountId),
    /// One that another row of the file makes.
    Made {
        /// Its id.
        account: AccountId,
        /// That row.
        by: usize,
    },
    /// A new one, with this id.
    New(AccountId),
    /// The same as an earlier row's, by all the file says: it stays out.
    Double {
        /// That row.
        of: usize,
        /// The account.
        account: AccountId,
    },
    /// A person must say.
    Ask {
        /// Why.
        reason: String,
        /// Who it may be.
        candidates: Vec<Candidate>,
    },
    /// It stays out: a person said so, or the file does.
    Out(String),
    /// It is wrong.
    Wrong,
}

/// A known account, as far as matching goes.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Account {
    name: Option<Arc<str>>,
    domains: Vec<Arc<str>>,
    country: Option<Arc<str>>,
}

/// What the rows of a file are looked up by, and what was found. Small: only accounts that may be meant are kept.
#[derive(Clone, Debug, Default)]
pub struct Directory {
    ids: BTreeSet<AccountId>,
    domains: BTreeMap<Arc<str>, BTreeSet<AccountId>>,
    names: BTreeMap<String, BTreeSet<AccountId>>,
    accounts: BTreeMap<AccountId, Account>,
}

impl Directory {
    /// Returns an empty directory that wants whatever these rows may be about.
    #[must_use]
    pub fn wanted(drafts: &[Draft], answers: &BTreeMap<usize, Answer>) -> Self {
        let mut wanted = Self::default();
        for draft in drafts {
            wanted.ids.extend(draft.id.clone());
            wanted.ids.extend(made_id(draft));
            for domain in &draft.domains {
                wanted.domains.entry(Arc::clone(domain)).or_default();
            }
            if let Some(name) = &draft.name {
                wanted.names.entry(clean::name_key(name)).or_default();
            }
        }
        wanted
            .ids
            .extend(answers.values().filter_map(|answer| match answer {
                Answer::Same(account) => Some(account.clone()),
                Answer::New | Answer::Skip => None,
            }));
        wanted
    }

    /// Shows a known account; it is kept when a row may be about it.
    pub fn offer(
        &mut self,
        id: &AccountId,
        name: Option<&Arc<str>>,
        domains: &[Arc<str>],
        country: Option<&Arc<str>>,
    ) {
        let mut wanted = self.ids.contains(id);
        for domain in domains {
            if let Some(holders) = self.domains.get_mut(domain) {
                holders.insert(id.clone());
                wanted = true;
            }
        }
        if let Some(name) = name
            && let Some(holders) = self.names.get_mut(&clean::name_key(name))
        {
            holders.insert(id.clone());
            wanted = true;
        }
        if wanted {
            self.accounts.insert(
                id.clone(),
                Account {
                    name: name.cloned(),
                    domains: domains.to_vec(),
                    country: country.cloned(),
                },
            );
        }
    }

    fn candidate(&self, id: &AccountId, alike: Alike) -> Candidate {
        let account = self.accounts.get(id);
        Candidate {
            account: id.clone(),
            name: account.and_then(|account| account.name.clone()),
            domains: account.map(|account| account.domains.clone()).unwrap_or_default(),
            country: account.and_then(|account| account.country.clone()),
            alike,
            row: None,
        }
    }
}

/// Says which account each row is about, in the order of the rows.
///
/// - `exists`: whether there is an account of that id, for ids made here.
#[must_use]
pub fn resolve(
    drafts: &[Draft],
    directory: &Directory,
    answers: &BTreeMap<usize, Answer>,
    exists: &dyn Fn(&AccountId) -> bool,
) -> Vec<Match> {
    let mut resolving = Resolving {
        directory,
        exists,
        claimed: BTreeMap::new(),
        file_domains: BTreeMap::new(),
        file_names: BTreeMap::new(),
    };
    drafts
        .iter()
        .map(|draft| {
            let found = resolving.one(draft, answers.get(&draft.row));
            resolving.remember(draft, &found);
            found
        })
        .collect()
}

/// An account an earlier row is about.
#[derive(Clone)]
struct Claim {
    row: usize,
    name: Option<String>,
    is_new: bool,
}

/// A new account of the file.
struct Made {
    account: AccountId,
    country: Option<Arc<str>>,
    domains: Vec<Arc<str>>,
}

struct Resolving<'a> {
    directory: &'a Directory,
    exists: &'a dyn Fn(&AccountId) -> bool,
    /// Accounts that earlier rows are about.
    claimed: BTreeMap<AccountId, Claim>,
    /// New accounts of this file by domain and by name.
    file_domains: BTreeMap<Arc<str>, Vec<AccountId>>,
    file_names: BTreeMap<String, Vec<Made>>,
}

impl Resolving<'_> {
    fn one(&self, draft: &Draft, answer: Option<&Answer>) -> Match {
        if let Some(reason) = &draft.skip {
            return Match::Out(reason.clone());
        }
        if !draft.problems.is_empty() {
            return Match::Wrong;
        }
        match answer {
            Some(Answer::Skip) => return Match::Out("a person said that it stays out".to_owned()),
            Some(Answer::New) => return Match::New(self.fresh(draft)),
            Some(Answer::Same(account)) => return self.told(account),
            None => {}
        }
        let found = self.among_known(draft).unwrap_or_else(|| self.in_file(draft));
        self.once(draft, found)
    }

    fn told(&self, account: &AccountId) -> Match {
        match self.claimed.get(account) {
            Some(claim) if claim.is_new => Match::Made {
                account: account.clone(),
                by: claim.row,
            },
            _ if (self.exists)(account) => Match::Known(account.clone()),
            Some(_) | None => Match::Ask {
                reason: format!(
                    "there is no account {:?}, which the answer names",
                    account.as_str()
                ),
                candidates: Vec::new(),
            },
        }
    }

    /// Returns what the known accounts say; nothing when none of them may be meant.
    fn among_known(&self, draft: &Draft) -> Option<Match> {
        let directory = self.directory;
        let with_domain: BTreeSet<&AccountId> = draft
            .domains
            .iter()
            .filter_map(|domain| directory.domains.get(domain))
            .flatten()
            .collect();
        if let Some(id) = draft
            .id
            .as_ref()
            .filter(|id| directory.accounts.contains_key(*id))
        {
            if with_domain.is_empty() || with_domain.contains(id) {
                return Some(Match::Known(id.clone()));
            }
            let others = with_domain
                .iter()
                .map(|other| directory.candidate(other, Alike::Domain));
            return Some(Match::Ask {
                reason: "its id is one account's and its domain another's".to_owned(),
                candidates: std::iter::once(directory.candidate(id, Alike::Id))
                    .chain(others)
                    .collect(),
            });
        }
        let name = draft.name.as_deref().map(clean::name_key);
        if let Some(only) = narrowed(&with_domain, |id| self.is_called(id, name.as_deref())) {
            return Some(Match::Known(only.clone()));
        }
        if !with_domain.is_empty() {
            return Some(Match::Ask {
                reason: format!("{} accounts have its domain", with_domain.len()),
                candidates: with_domain
                    .iter()
                    .map(|id| directory.candidate(id, Alike::Domain))
                    .collect(),
            });
        }
        // An account that signals made is named by its domain and has none yet.
        let by_domain_id = draft.domains.iter().find_map(|domain| {
            directory
                .accounts
                .keys()
                .find(|id| id.as_str() == &**domain)
                .filter(|id| {
                    directory
                        .accounts
                        .get(*id)
                        .is_some_and(|account| account.domains.is_empty())
                })
        });
        if let Some(id) = by_domain_id {
            return Some(Match::Known(id.clone()));
        }
        self.by_name(draft, name.as_deref()?)
    }

    fn is_called(&self, id: &AccountId, name: Option<&str>) -> bool {
        let known = self
            .directory
            .accounts
            .get(id)
            .and_then(|account| account.name.as_deref());
        name.is_some() && known.map(clean::name_key).as_deref() == name
    }

    fn by_name(&self, draft: &Draft, name: &str) -> Option<Match> {
        let directory = self.directory;
        let account = |id: &AccountId| directory.accounts.get(id);
        let country_of = |id: &AccountId| account(id).and_then(|account| account.country.clone());
        let alike: BTreeSet<&AccountId> = directory
            .names
            .get(name)
            .into_iter()
            .flatten()
            .filter(|id| match (country_of(id), &draft.country) {
                (Some(known), Some(said)) => known == *said,
                (Some(_) | None, _) => true,
            })
            .collect();
        if alike.is_empty() {
            return self.by_made_id(draft);
        }
        let same_country = |id: &AccountId| draft.country.is_some() && country_of(id) == draft.country;
        if let Some(id) = narrowed(&alike, same_country) {
            let has_other =
                account(id).is_some_and(|account| !account.domains.is_empty()) && !draft.domains.is_empty();
            if !has_other {
                return Some(Match::Known(id.clone()));
            }
        }
        let reason = match alike.len() {
            1 if draft.country.is_some() && alike.iter().any(|id| same_country(id)) => {
                "an account has the same name and country, and another domain".to_owned()
            }
            1 => "an account has the same name, and another domain".to_owned(),
            count => format!("{count} accounts have its name"),
        };
        Some(Match::Ask {
            reason,
            candidates: alike
                .iter()
                .map(|id| directory.candidate(id, Alike::Name))
                .collect(),
        })
    }

    /// An account nobody named may have the id that this row's name would make.
    fn by_made_id(&self, draft: &Draft) -> Option<Match> {
        let id = made_id(draft)?;
        let account = self.directory.accounts.get(&id)?;
        (account.name.is_none() && account.domains.is_empty()).then(|| Match::Ask {
            reason: format!("there is an account {:?} that nobody gave a name", id.as_str()),
            candidates: vec![self.directory.candidate(&id, Alike::Id)],
        })
    }

    /// Returns what earlier rows of the file say.
    fn in_file(&self, draft: &Draft) -> Match {
        if let Some(id) = draft.id.as_ref().filter(|id| self.claimed.contains_key(*id)) {
            return Match::Known(id.clone());
        }
        let with_domain: Vec<&AccountId> = draft
            .domains
            .iter()
            .filter_map(|domain| self.file_domains.get(domain))
            .flatten()
            .collect();
        if let Some(id) = with_domain.first() {
            return Match::Known((*id).clone());
        }
        let name = draft.name.as_deref().map(clean::name_key);
        let alike = name
            .as_ref()
            .and_then(|name| self.file_names.get(name))
            .into_iter()
            .flatten();
        for made in alike {
            let other_country =
                made.country.is_some() && draft.country.is_some() && made.country != draft.country;
            if other_country || draft.id.is_some() {
                continue;
            }
            if made.domains.is_empty() || draft.domains.is_empty() {
                return Match::Known(made.account.clone());
            }
            return Match::Ask {
                reason: format!(
                    "row {} has the same name, and another domain",
                    self.row_of(&made.account)
                ),
                candidates: vec![self.made(&made.account, Alike::Name, &made.domains)],
            };
        }
        Match::New(self.fresh(draft))
    }

    fn row_of(&self, id: &AccountId) -> usize {
        self.claimed.get(id).map_or(0, |claim| claim.row)
    }

    fn made(&self, id: &AccountId, alike: Alike, domains: &[Arc<str>]) -> Candidate {
        let claim = self.claimed.get(id);
        Candidate {
            name: claim.and_then(|claim| claim.name.as_deref()).map(Arc::from),
            domains: domains.to_vec(),
            row: claim.map(|claim| claim.row),
            ..self.directory.candidate(id, alike)
        }
    }

    /// The first row about an account goes; a later one is a double, or a question when its name differs.
    fn once(&self, draft: &Draft, found: Match) -> Match {
        let Match::Known(account) = found else {
            return found;
        };
        let Some(claim) = self.claimed.get(&account) else {
            return Match::Known(account);
        };
        let name = draft.name.as_deref();
        let same_name = match (name, claim.name.as_deref()) {
            (Some(name), Some(claimed)) => clean::name_key(name) == clean::name_key(claimed),
            (None, _) | (_, None) => true,
        };
        let same_id = draft.id.as_ref() == Some(&account);
        if same_name || same_id {
            return Match::Double {
                of: claim.row,
                account,
            };
        }
        Match::Ask {
            reason: format!("row {} has the same domain, and another name", claim.row),
            candidates: vec![self.made(&account, Alike::Domain, &draft.domains)],
        }
    }

    /// Returns an id that nobody has: the row's own, its domain or its name, with a number when that is taken.
    fn fresh(&self, draft: &Draft) -> AccountId {
        let free = |id: &AccountId| !self.claimed.contains_key(id) && !(self.exists)(id);
        let base = made_id(draft).unwrap_or_else(|| AccountId::trusted(format!("row-{}", draft.row)));
        if free(&base) {
            return base;
        }
        (2..u32::MAX)
            .map(|number| AccountId::trusted(format!("{base}-{number}")))
            .find(free)
            .unwrap_or(base)
    }

    fn remember(&mut self, draft: &Draft, found: &Match) {
        let (account, is_new) = match found {
            Match::New(account) => (account, true),
            Match::Known(account) => (account, false),
            Match::Made { .. } | Match::Double { .. } | Match::Ask { .. } | Match::Out(_) | Match::Wrong => {
                return;
            }
        };
        self.claimed.entry(account.clone()).or_insert_with(|| Claim {
            row: draft.row,
            name: draft.name.as_deref().map(str::to_owned),
            is_new,
        });
        if !is_new {
            return;
        }
        for domain in &draft.domains {
            self.file_domains
                .entry(Arc::clone(domain))
                .or_default()
                .push(account.clone());
        }
        if let Some(name) = &draft.name {
            let made = Made {
                account: account.clone(),
                country: draft.country.clone(),
                domains: draft.domains.clone(),
            };
            self.file_names
                .entry(clean::name_key(name))
                .or_default()
                .push(made);
        }
    }
}

/// Returns the only one, or the only one of several that fits.
fn narrowed<'a>(all: &BTreeSet<&'a AccountId>, fits: impl Fn(&AccountId) -> bool) -> Option<&'a AccountId> {
    if all.len() == 1 {
        return all.first().copied();
    }
    let mut fitting = all.iter().filter(|id| fits(id));
    let only = fitting.next()?;
    fitting.next().is_none().then_some(*only)
}

/// Returns the id a new account gets from its row: its id there, else its first domain, else its name.
fn made_id(draft: &Draft) -> Option<AccountId> {
    draft
        .id
        .clone()
        .or_else(|| {
            draft
                .domains
                .first()
                .map(|domain| AccountId::trusted(Arc::clone(domain)))
        })
        .or_else(|| AccountId::new(clean::slug(draft.name.as_deref()?)).ok())
}

#[cfg(test)]
mod tests;
