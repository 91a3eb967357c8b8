//! What is wrong with a configuration: key, source, and what to do.

use std::fmt;
use std::path::PathBuf;

/// One thing that is wrong.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// A file that was named cannot be read.
    #[error("the configuration file {} cannot be read: {cause}; check the path and its permissions", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        cause: std::io::Error,
    },
    /// A file is no TOML.
    #[error("{} is not valid TOML: {problem}", path.display())]
    Syntax {
        /// Which.
        path: PathBuf,
        /// What the reader says, with the line.
        problem: String,
    },
    /// There is no such key.
    #[error("{source_name}: unknown key {key:?}{}", hint(near.as_deref()))]
    Unknown {
        /// What was said.
        key: String,
        /// Where, with the line if there is one.
        source_name: String,
        /// What may have been meant.
        near: Option<String>,
    },
    /// A value cannot be used.
    #[error("{source_name}: {key}: {problem}")]
    Value {
        /// Which key.
        key: String,
        /// Where it was said.
        source_name: String,
        /// What is wrong with it.
        problem: String,
    },
}

fn hint(near: Option<&str>) -> String {
    match near {
        Some(near) => format!("; did you mean {near:?}?"),
        None => "; quorate config default prints all keys".to_owned(),
    }
}

/// All that is wrong, one thing a line.
#[derive(Debug)]
pub(crate) struct Errors(pub(crate) Vec<Error>);

impl fmt::Display for Errors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, error) in self.0.iter().enumerate() {
            if place > 0 {
                f.write_str("\n  ")?;
            }
            write!(f, "{error}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Errors {}

impl From<Error> for Errors {
    fn from(error: Error) -> Self {
        Self(vec![error])
    }
}

impl From<figment::Error> for Errors {
    fn from(error: figment::Error) -> Self {
        let errors = error.into_iter().map(|error| Error::Value {
            key: error.path.join("."),
            source_name: error.metadata.as_ref().map_or_else(
                || "configuration".to_owned(),
                |metadata| metadata.name.to_string(),
            ),
            problem: error.kind.to_string(),
        });
        Self(errors.collect())
    }
}
