//! Lists of target accounts, as things of their own: a name, a description, an owner. Who is on a list stands with
//! each account (its field `lists`), so that membership has a source, a history and a place in the index.

use std::fmt;
use std::sync::Arc;

use quorate_domain::account::{Command, ListChange};
use quorate_domain::id::AccountId;
use quorate_domain::time::Timestamp;
use quorate_domain::value::Source;
use quorate_store::Store;
use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::imports::{blocking, unavailable};
use crate::router::Router;
use crate::stored::{pack, unpack};

/// Where lists lie.
const COLLECTION: &str = "lists";
/// The most lists an installation has.
pub const LISTS_MAX: usize = 1_000;

/// A list's name in addresses and in accounts' fields: lower case letters, digits, `-` and `_`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Slug(Arc<str>);

/// Why a text is no name of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is no name of a list such as q3-targets: up to 64 lower case letters, digits, - and _")]
pub struct SlugError;

impl Slug {
    /// The longest, in bytes.
    const LENGTH_MAX: usize = 64;

    /// Returns the slug of a text.
    ///
    /// # Errors
    /// When it is empty, too long or has other letters.
    pub fn new(text: &str) -> Result<Self, SlugError> {
        let fine = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
        let starts = text.starts_with(|c: char| c.is_ascii_alphanumeric());
        if starts && text.len() <= Self::LENGTH_MAX && text.chars().all(fine) {
            Ok(Self(Arc::from(text)))
        } else {
            Err(SlugError)
        }
    }

    /// Returns the text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A list.
#[derive(Clone, Debug, PartialEq)]
pub struct List {
    /// Its name in addresses and fields.
    pub slug: Slug,
    /// What people call it.
    pub name: Arc<str>,
    /// What it is for.
    pub description: Option<Arc<str>>,
    /// Who looks after it.
    pub owner: Option<Arc<str>>,
    /// When it was made.
    pub created_at: Timestamp,
}

#[derive(Serialize, Deserialize)]
struct ListV1 {
    name: String,
    description: Option<String>,
    owner: Option<String>,
    created_at_ms: i64,
}

impl ListV1 {
    fn of(list: &List) -> Self {
        Self {
            name: list.name.to_string(),
            description: list.description.as_deref().map(str::to_owned),
            owner: list.owner.as_deref().map(str::to_owned),
            created_at_ms: list.created_at.as_millis(),
        }
    }

    fn restore(self, slug: Slug) -> List {
        List {
            slug,
            name: self.name.into(),
            description: self.description.map(Arc::from),
            owner: self.owner.map(Arc::from),
            created_at: Timestamp::from_millis(self.created_at_ms),
        }
    }
}

/// What can go wrong with a list.
#[derive(Debug, thiserror::Error)]
pub enum ListError {
    /// There is no such list.
    #[error("there is no list {slug:?}")]
    Unknown {
        /// What was asked for.
        slug: String,
    },
    /// Accounts are on it.
    #[error("{members} accounts are on the list {slug:?}")]
    HasMembers {
        /// Which.
        slug: String,
        /// How many.
        members: usize,
    },
    /// There are as many as there may be.
    #[error("there are {LISTS_MAX} lists already, the most there may be")]
    TooMany,
    /// Accounts that nobody knows cannot be put on a list.
    #[error("there is no account {:?}", accounts.first().map_or("", |id| id.as_str()))]
    NoAccounts {
        /// Which.
        accounts: Vec<AccountId>,
    },
    /// The store failed, or the engine is busy or stopping.
    #[error(transparent)]
    Engine(#[from] Error),
}

/// What is said of a list; `None` inside takes it back.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ListEdit {
    /// Its new name.
    pub name: Option<Arc<str>>,
    /// Its new description, if it is named at all.
    #[expect(
        clippy::option_option,
        reason = "the outer one is whether it is named, the inner one what is said"
    )]
    pub description: Option<Option<Arc<str>>>,
    /// Its new owner, if it is named at all.
    #[expect(
        clippy::option_option,
        reason = "the outer one is whether it is named, the inner one what is said"
    )]
    pub owner: Option<Option<Arc<str>>>,
}

/// The lists of an installation. Cheap to clone.
#[derive(Clone)]
pub struct Lists {
    router: Arc<Router>,
}

impl fmt::Debug for Lists {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lists").finish_non_exhaustive()
    }
}

impl Lists {
    pub(crate) fn new(router: Arc<Router>) -> Self {
        Self { router }
    }

    /// Returns all lists by slug, without looking at who is on them.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn described(&self) -> Result<Vec<List>, ListError> {
        let store = self.router.store();
        Ok(blocking(move || scan(&*store)).await??)
    }

    /// Returns all lists by slug, each with how many accounts are on it. A list that accounts name and nobody made
    /// is not among them.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn all(&self) -> Result<Vec<(List, usize)>, ListError> {
        let (store, index) = (self.router.store(), self.router.index());
        let lists = blocking(move || {
            let lists = scan(&*store)?;
            let mut lists: Vec<(List, usize)> = lists.into_iter().map(|list| (list, 0)).collect();
            index.visit_kept(&mut |row| {
                for list in row.lists.iter() {
                    // The store shows keys in order.
                    if let Ok(place) = lists.binary_search_by(|(known, _)| known.slug.as_str().cmp(list))
                        && let Some((_, members)) = lists.get_mut(place)
                    {
                        *members += 1;
                    }
                }
            });
            Ok::<_, Error>(lists)
        });
        Ok(lists.await??)
    }

    /// Returns a list and how many accounts are on it.
    ///
    /// # Errors
    /// [`ListError::Unknown`], or when the store cannot be read.
    pub async fn get(&self, slug: &Slug) -> Result<(List, usize), ListError> {
        let list = read(&self.router, slug)
            .await?
            .ok_or_else(|| ListError::Unknown {
                slug: slug.to_string(),
            })?;
        let members = self.members_of(slug).await?.len();
        Ok((list, members))
    }

    async fn members_of(&self, slug: &Slug) -> Result<Vec<AccountId>, Error> {
        let (index, slug) = (self.router.index(), slug.clone());
        blocking(move || {
            let mut members = Vec::new();
            index.visit_kept(&mut |row| {
                if row.lists.iter().any(|list| **list == *slug.as_str()) {
                    members.push(row.id.clone());
                }
            });
            members
        })
        .await
    }

    /// Says things of a list; makes it when it is new. Returns it and whether it was made.
    ///
    /// # Errors
    /// [`ListError::TooMany`], or when the store fails.
    pub async fn put(&self, slug: &Slug, edit: ListEdit) -> Result<(List, bool), ListError> {
        let known = read(&self.router, slug).await?;
        let created = known.is_none();
        if created && self.all().await?.len() >= LISTS_MAX {
            return Err(ListError::TooMany);
        }
        let mut list = known.unwrap_or_else(|| new_list(slug, self.router.now()));
        if let Some(name) = edit.name {
            list.name = name;
        }
        if let Some(description) = edit.description {
            list.description = description;
        }
        if let Some(owner) = edit.owner {
            list.owner = owner;
        }
        write(&self.router, &list).await?;
        Ok((list, created))
    }

    /// Deletes a list. With `force` its accounts are taken off it first; they stay.
    ///
    /// # Errors
    /// [`ListError::Unknown`]; [`ListError::HasMembers`] when accounts are on it and nothing is forced.
    pub async fn delete(&self, slug: &Slug, force: bool, source: &Source) -> Result<usize, ListError> {
        if read(&self.router, slug).await?.is_none() {
            return Err(ListError::Unknown {
                slug: slug.to_string(),
            });
        }
        let members = self.members_of(slug).await?;
        if !members.is_empty() && !force {
            return Err(ListError::HasMembers {
                slug: slug.to_string(),
                members: members.len(),
            });
        }
        let count = members.len();
        for member in members {
            self.change(&member, Vec::new(), vec![Arc::clone(&slug.0)], source)
                .await?;
        }
        let (store, key) = (self.router.store(), slug.to_string());
        blocking(move || {
            store
                .delete_doc(COLLECTION, &key)
                .map_err(|error| unavailable(&error))
        })
        .await??;
        Ok(count)
    }

    /// Puts accounts on a list and takes others off. An account that is both stays off. Returns how many changed.
    ///
    /// # Errors
    /// [`ListError::Unknown`]; [`ListError::NoAccounts`] when one to be added is not known: then nothing is done.
    pub async fn change_members(
        &self,
        slug: &Slug,
        add: Vec<AccountId>,
        remove: Vec<AccountId>,
        source: &Source,
    ) -> Result<usize, ListError> {
        if read(&self.router, slug).await?.is_none() {
            return Err(ListError::Unknown {
                slug: slug.to_string(),
            });
        }
        let index = self.router.index();
        let missing: Vec<AccountId> = add.iter().filter(|id| index.row(id).is_none()).cloned().collect();
        if !missing.is_empty() {
            return Err(ListError::NoAccounts { accounts: missing });
        }
        let mut changed = 0;
        for account in add.iter().filter(|account| !remove.contains(account)) {
            let lists = vec![Arc::clone(&slug.0)];
            changed += usize::from(self.change(account, lists, Vec::new(), source).await?);
        }
        for account in remove.iter().filter(|account| index.row(account).is_some()) {
            let lists = vec![Arc::clone(&slug.0)];
            changed += usize::from(self.change(account, Vec::new(), lists, source).await?);
        }
        Ok(changed)
    }

    async fn change(
        &self,
        account: &AccountId,
        add: Vec<Arc<str>>,
        remove: Vec<Arc<str>>,
        source: &Source,
    ) -> Result<bool, Error> {
        let command = Command::ChangeLists(ListChange {
            add,
            remove,
            source: source.clone(),
        });
        let receipt = self.router.execute(account.clone(), command, None).await?;
        Ok(receipt.records > 0)
    }
}

/// Returns all lists that lie in a store, by slug. Blocks on the disk.
fn scan(store: &dyn Store) -> Result<Vec<List>, Error> {
    let mut lists = Vec::new();
    store
        .scan_docs(COLLECTION, "", &mut |key, bytes| {
            let read = Slug::new(key).ok().zip(unpack::<ListV1>(bytes));
            lists.extend(read.map(|(slug, stored)| stored.restore(slug)));
        })
        .map_err(|error| unavailable(&error))?;
    Ok(lists)
}

fn new_list(slug: &Slug, now: Timestamp) -> List {
    List {
        slug: slug.clone(),
        name: Arc::from(slug.as_str()),
        description: None,
        owner: None,
        created_at: now,
    }
}

/// Makes a list when it is not there.
pub(crate) async fn ensure(router: &Arc<Router>, slug: &Slug) -> Result<(), Error> {
    if read(router, slug).await?.is_none() {
        write(router, &new_list(slug, router.now())).await?;
    }
    Ok(())
}

async fn read(router: &Arc<Router>, slug: &Slug) -> Result<Option<List>, Error> {
    let (store, slug): (Arc<dyn Store>, Slug) = (router.store(), slug.clone());
    blocking(move || {
        let bytes = store
            .get_doc(COLLECTION, slug.as_str())
            .map_err(|error| unavailable(&error))?;
        Ok(bytes
            .and_then(|bytes| unpack::<ListV1>(&bytes))
            .map(|stored| stored.restore(slug)))
    })
    .await?
}

async fn write(router: &Arc<Router>, list: &List) -> Result<(), Error> {
    let (store, key, bytes) = (router.store(), list.slug.to_string(), pack(&ListV1::of(list)));
    blocking(move || {
        store
            .put_doc(COLLECTION, &key, bytes)
            .map_err(|error| unavailable(&error))
    })
    .await?
}
