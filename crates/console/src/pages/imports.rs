//! Imports: a file of accounts comes in, in four steps: file, columns, review, result.

use actix_web::web;
use quorate_domain::time::Timestamp;
use quorate_engine::Engine;
use quorate_engine::imports::{Import, ImportError, State};

use super::board::escaped;
use super::lists;
use crate::reply::PageError;
use crate::words;

pub(crate) mod all;
pub(crate) mod columns;
pub(crate) mod file;
pub(crate) mod result;
pub(crate) mod review;

pub(crate) mod answers;
mod groups;
mod row;
mod upload;

/// The longest form of these pages, in bytes: a choice for each of 500 columns, an answer for each row of a page.
const FORM_BYTES_MAX: usize = 256 * 1024;

/// Returns how forms are read that say something of many rows.
pub(crate) fn form_config() -> web::FormConfig {
    web::FormConfig::default().limit(FORM_BYTES_MAX)
}

/// What stands above every step of an import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) title: &'static str,
    pub(crate) file: String,
    pub(crate) facts: Vec<String>,
    /// The list its accounts are put on: its name and its page.
    pub(crate) list: Option<(String, String)>,
    pub(crate) steps: Vec<StepMark>,
}

/// A step of the four.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Step {
    File,
    Columns,
    Review,
    Result,
}

/// A step as the head shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StepMark {
    pub(crate) number: usize,
    pub(crate) name: &'static str,
    /// `imdone`, `imhere` or `imlater`.
    pub(crate) state: &'static str,
    pub(crate) href: Option<String>,
}

impl Head {
    /// Reads what stands above a step.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(crate) async fn read(engine: &Engine, import: &Import, at: Step) -> Result<Self, PageError> {
        let name = match &import.list {
            Some(slug) => lists::name(engine, slug).await?,
            None => String::new(),
        };
        Ok(Self::of(import, &name, at, engine.now()))
    }

    /// - `list`: what the import's list is called.
    fn of(import: &Import, list: &str, at: Step, now: Timestamp) -> Self {
        let rows = words::counted(import.counts.total(), "row", "rows");
        let mut facts = vec![rows, format!("sent {}", words::ago(import.created_at, now))];
        if import.blank_rows > 0 {
            facts.push(words::counted(
                import.blank_rows,
                "empty row left out",
                "empty rows left out",
            ));
        }
        if &*import.encoding != "UTF-8" {
            facts.push(format!("read as {}", import.encoding));
        }
        Self {
            title: match at {
                Step::File => "Import accounts",
                Step::Columns => "Say what the columns are",
                Step::Review => "Review the import",
                Step::Result => "What the import did",
            },
            file: file_name(import),
            facts,
            list: import
                .list
                .as_ref()
                .map(|slug| (list.to_owned(), format!("/lists/{slug}"))),
            steps: steps(Some(import), at),
        }
    }
}

/// Returns the four steps.
///
/// - `import`: `None`: no file is there yet.
pub(crate) fn steps(import: Option<&Import>, at: Step) -> Vec<StepMark> {
    let open = |step: Step| match (import, step) {
        (None, _) | (_, Step::File) => None,
        (Some(import), Step::Columns) => {
            (import.state != State::Applying).then(|| address(import, "columns"))
        }
        (Some(import), Step::Review) => (import.state != State::Applying).then(|| address(import, "review")),
        (Some(import), Step::Result) => (import.state != State::Review).then(|| address(import, "result")),
    };
    let all = [
        (Step::File, "File"),
        (Step::Columns, "Columns"),
        (Step::Review, "Review"),
        (Step::Result, "Result"),
    ];
    all.into_iter()
        .enumerate()
        .map(|(place, (step, name))| StepMark {
            number: place + 1,
            name,
            state: match step.cmp(&at) {
                std::cmp::Ordering::Less => "imdone",
                std::cmp::Ordering::Equal => "imhere",
                std::cmp::Ordering::Greater => "imlater",
            },
            href: open(step).filter(|_| step != at),
        })
        .collect()
}

/// Returns the address of an import's page.
pub(crate) fn address(import: &Import, page: &str) -> String {
    format!("/imports/{}/{page}", escaped(&import.id))
}

/// Returns what a file is called; one that was pasted has no name.
pub(crate) fn file_name(import: &Import) -> String {
    import.file.as_deref().unwrap_or("Pasted rows").to_owned()
}

impl From<ImportError> for PageError {
    fn from(error: ImportError) -> Self {
        match error {
            ImportError::Unknown { .. } => Self::NotFound { what: "this import" },
            ImportError::Engine(error) => error.into(),
            ImportError::Damaged { id, reason } => {
                tracing::error!(import.id = id, reason, "a stored import cannot be read");
                Self::Internal {
                    what: "a stored import cannot be read",
                }
            }
            ImportError::File(_)
            | ImportError::Mapping(_)
            | ImportError::NoSuchRow { .. }
            | ImportError::NoQuestion { .. }
            | ImportError::Applying
            | ImportError::TooManyWait => Self::NotNow {
                text: sentence(&error.to_string()),
            },
        }
    }
}

/// Returns an error's text as a sentence for a person.
pub(crate) fn sentence(text: &str) -> String {
    format!("{}.", words::capitalised(text))
}

#[cfg(test)]
pub(crate) mod tests;
