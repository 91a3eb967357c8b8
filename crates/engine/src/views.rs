//! Saved views: names that people give to what the heat board is to show. All who look at the console share them.
//!
//! What a view shows is text in the console's own words; the engine keeps it and compares it, and does not read it.

use std::fmt;
use std::sync::Arc;

use quorate_domain::time::Timestamp;
use quorate_store::Store;
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;

use crate::error::Error;
use crate::imports::{blocking, unavailable};
use crate::router::Router;
use crate::stored::{pack, unpack};

/// Where views lie: all of them in one document, so that they are numbered and compared in one step.
const COLLECTION: &str = "views";
const KEY: &str = "board";

/// The most views there may be. Each is a tab with a count of its own.
pub const VIEWS_MAX: usize = 16;
/// The longest name of a view, in letters.
pub const NAME_LENGTH_MAX: usize = 40;
/// The longest text of what a view shows, in bytes.
pub const SHOWS_BYTES_MAX: usize = 2_000;

/// A view's number; one is never given twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ViewNo(pub u64);

/// A saved view.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedView {
    /// Its number.
    pub no: ViewNo,
    /// What people call it.
    pub name: Arc<str>,
    /// What it shows, in the console's words.
    pub shows: Arc<str>,
    /// When it was saved.
    pub created_at: Timestamp,
}

#[derive(Default, Serialize, Deserialize)]
struct ViewsV1 {
    last: u64,
    views: Vec<ViewV1>,
}

#[derive(Serialize, Deserialize)]
struct ViewV1 {
    no: u64,
    name: String,
    shows: String,
    created_at_ms: i64,
}

impl ViewV1 {
    fn restore(self) -> SavedView {
        SavedView {
            no: ViewNo(self.no),
            name: self.name.into(),
            shows: self.shows.into(),
            created_at: Timestamp::from_millis(self.created_at_ms),
        }
    }
}

/// What can go wrong with a view.
#[derive(Debug, thiserror::Error)]
pub enum ViewError {
    /// There is no such view.
    #[error("there is no view {}", no.0)]
    Unknown {
        /// Which was asked for.
        no: ViewNo,
    },
    /// A view needs a name of a reasonable length.
    #[error("a name of a view has 1 to {NAME_LENGTH_MAX} letters")]
    Name,
    /// It shows more than is kept.
    #[error("what a view shows is at most {SHOWS_BYTES_MAX} bytes of text")]
    TooLong,
    /// Another one is called so.
    #[error("there is a view {name:?}")]
    NameTaken {
        /// How it is written there.
        name: Arc<str>,
    },
    /// Another one shows the same.
    #[error("the view {name:?} shows the same")]
    Same {
        /// What that one is called.
        name: Arc<str>,
    },
    /// There are as many as there may be.
    #[error("there are {VIEWS_MAX} views already, the most there may be")]
    TooMany,
    /// The store failed, or the engine is stopping.
    #[error(transparent)]
    Engine(#[from] Error),
}

/// The saved views. Cheap to clone.
#[derive(Clone)]
pub struct Views {
    router: Arc<Router>,
    /// Held while the document is changed.
    editing: Arc<Mutex<()>>,
}

impl fmt::Debug for Views {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Views").finish_non_exhaustive()
    }
}

impl Views {
    pub(crate) fn new(router: Arc<Router>, editing: Arc<Mutex<()>>) -> Self {
        Self { router, editing }
    }

    /// Returns all views, in the order they were saved.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn all(&self) -> Result<Vec<SavedView>, Error> {
        let stored = self.read().await?;
        Ok(stored.views.into_iter().map(ViewV1::restore).collect())
    }

    /// Saves a view.
    ///
    /// # Errors
    /// When its name or what it shows is taken or too long, there are [`VIEWS_MAX`] already, or the store fails.
    pub async fn save(&self, name: &str, shows: &str) -> Result<SavedView, ViewError> {
        let _editing = self.editing.lock().await;
        let mut stored = self.read().await?;
        let name = free_name(&stored, name, None)?;
        if shows.len() > SHOWS_BYTES_MAX {
            return Err(ViewError::TooLong);
        }
        if let Some(same) = stored.views.iter().find(|view| view.shows == shows) {
            return Err(ViewError::Same {
                name: Arc::from(&*same.name),
            });
        }
        if stored.views.len() >= VIEWS_MAX {
            return Err(ViewError::TooMany);
        }
        stored.last += 1;
        let view = SavedView {
            no: ViewNo(stored.last),
            name: Arc::from(&*name),
            shows: Arc::from(shows),
            created_at: self.router.now(),
        };
        stored.views.push(ViewV1 {
            no: stored.last,
            name,
            shows: shows.to_owned(),
            created_at_ms: view.created_at.as_millis(),
        });
        self.write(stored).await?;
        Ok(view)
    }

    /// Calls a view something else. Returns it.
    ///
    /// # Errors
    /// When there is no such view, the name is taken or too long, or the store fails.
    pub async fn rename(&self, no: ViewNo, name: &str) -> Result<SavedView, ViewError> {
        let _editing = self.editing.lock().await;
        let mut stored = self.read().await?;
        let name = free_name(&stored, name, Some(no))?;
        let view = stored.views.iter_mut().find(|view| view.no == no.0);
        let view = view.ok_or(ViewError::Unknown { no })?;
        view.name.clone_from(&name);
        let renamed = SavedView {
            no,
            name: Arc::from(name),
            shows: Arc::from(&*view.shows),
            created_at: Timestamp::from_millis(view.created_at_ms),
        };
        self.write(stored).await?;
        Ok(renamed)
    }

    /// Forgets a view.
    ///
    /// # Errors
    /// When there is no such view, or the store fails.
    pub async fn delete(&self, no: ViewNo) -> Result<(), ViewError> {
        let _editing = self.editing.lock().await;
        let mut stored = self.read().await?;
        let before = stored.views.len();
        stored.views.retain(|view| view.no != no.0);
        if stored.views.len() == before {
            return Err(ViewError::Unknown { no });
        }
        Ok(self.write(stored).await?)
    }

    async fn read(&self) -> Result<ViewsV1, Error> {
        let store: Arc<dyn Store> = self.router.store();
        blocking(move || {
            let bytes = store
                .get_doc(COLLECTION, KEY)
                .map_err(|error| unavailable(&error))?;
            match bytes {
                None => Ok(ViewsV1::default()),
                // Writing over what cannot be read would lose it.
                Some(bytes) => unpack(&bytes).ok_or_else(|| Error::Unavailable {
                    reason: "the saved views cannot be read".to_owned(),
                }),
            }
        })
        .await?
    }

    async fn write(&self, stored: ViewsV1) -> Result<(), Error> {
        self.router.check_running()?;
        let (store, bytes) = (self.router.store(), pack(&stored));
        blocking(move || {
            store
                .put_doc(COLLECTION, KEY, bytes)
                .map_err(|error| unavailable(&error))
        })
        .await?
    }
}

/// Returns a name without blanks around it, if no other view has it, however it is written there.
fn free_name(stored: &ViewsV1, name: &str, own: Option<ViewNo>) -> Result<String, ViewError> {
    let name: String = name.split_whitespace().collect::<Vec<_>>().join(" ");
    if name.is_empty() || name.chars().count() > NAME_LENGTH_MAX || name.contains(char::is_control) {
        return Err(ViewError::Name);
    }
    let mut others = stored.views.iter().filter(|view| Some(ViewNo(view.no)) != own);
    match others.find(|view| view.name.to_lowercase() == name.to_lowercase()) {
        Some(taken) => Err(ViewError::NameTaken {
            name: Arc::from(&*taken.name),
        }),
        None => Ok(name),
    }
}
