//! The models that ever were in force, kept in the store, so that the past is judged by the model of its time.
//!
//! A version is a document that is never written again, with the shipped frameworks and packs of words it names. The first one is in force from the beginning; a file that
//! says something else than the newest version becomes the next one, in force from the start it was read at.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, anyhow};
use quorate_domain::id::ModelVersion;
use quorate_domain::model::{DEFAULT_MODEL, Model, Shipped};
use quorate_domain::standing::ModelInForce;
use quorate_domain::time::Timestamp;
use quorate_store::Store;
use serde::{Deserialize, Serialize};

/// Where versions lie in the store.
const COLLECTION: &str = "models";

/// The name of the shipped model on the command line and in the configuration.
const SHIPPED: &str = "default";

/// A version as it is stored.
#[derive(Debug, Serialize, Deserialize)]
struct PublishedV1 {
    version: u64,
    published_at: String,
    /// The file as it was read.
    toml: String,
    /// What was shipped then for the file to use by name; absent in versions of before it was kept: what this build
    /// ships.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    shipped: Option<ShippedV1>,
}

/// The shipped texts a version was published with: another build may ship others, and a version never changes.
#[derive(Debug, Serialize, Deserialize)]
struct ShippedV1 {
    frameworks: String,
    /// Packs of words: name and text, in their order.
    titles: Vec<(String, String)>,
}

impl ShippedV1 {
    fn of_this_build() -> Self {
        let shipped = Shipped::of_this_build();
        let owned = |(name, text): (&str, &str)| (name.to_owned(), text.to_owned());
        Self {
            frameworks: shipped.frameworks().to_owned(),
            titles: shipped.titles().map(owned).collect(),
        }
    }

    fn into_domain(self) -> Shipped {
        Shipped::kept(self.frameworks, self.titles)
    }
}

/// The timeline of models, and whether this start made a new version.
pub(crate) struct Timeline {
    /// Oldest first; the last one is in force.
    pub(crate) models: Vec<ModelInForce>,
    /// The newest version was published just now.
    pub(crate) is_new: bool,
}

/// Returns the timeline after this start.
///
/// - `choice`: a path, `default` for the shipped model, or empty: the newest version, else the shipped model.
///
/// # Errors
/// When the file cannot be read or is no model (each line that is wrong), or the store fails.
pub(crate) fn timeline(store: &dyn Store, choice: &str, now: Timestamp) -> anyhow::Result<Timeline> {
    let mut models = stored(store)?;
    let text = match choice.trim() {
        "" if !models.is_empty() => None,
        "" | SHIPPED => Some(DEFAULT_MODEL.to_owned()),
        path => Some(std::fs::read_to_string(Path::new(path)).with_context(|| {
            format!("the model {path} cannot be read; check the path and its permissions")
        })?),
    };
    let Some(text) = text else {
        return Ok(Timeline {
            models,
            is_new: false,
        });
    };
    let model = Model::from_toml(&text)
        .map_err(|errors| anyhow!("{errors}"))
        .with_context(|| match choice.trim() {
            "" | SHIPPED => "the shipped model is wrong; report this as a bug".to_owned(),
            path => format!("{path} is no valid model; mend these lines"),
        })?;
    let newest = models.last();
    if newest.is_some_and(|newest| *newest.model == model) {
        return Ok(Timeline {
            models,
            is_new: false,
        });
    }
    let version = newest.map_or(1, |newest| newest.version.0 + 1);
    // A clock that was set back does not put a version before the one it follows.
    let from = newest.map_or(now, |newest| now.max(newest.from));
    let published = PublishedV1 {
        version,
        published_at: from.to_string(),
        toml: text,
        shipped: Some(ShippedV1::of_this_build()),
    };
    store
        .put_doc(COLLECTION, &key(version), serde_json::to_vec(&published)?)
        .context("the model's version cannot be stored")?;
    models.push(ModelInForce {
        from,
        version: ModelVersion(version),
        model: Arc::new(model),
    });
    Ok(Timeline { models, is_new: true })
}

fn stored(store: &dyn Store) -> anyhow::Result<Vec<ModelInForce>> {
    let mut documents = Vec::new();
    store.scan_docs(COLLECTION, "", &mut |key, bytes| {
        documents.push((key.to_owned(), bytes.to_vec()));
    })?;
    let mut models = Vec::with_capacity(documents.len());
    for (key, bytes) in documents {
        let model = read(&bytes).with_context(|| format!("the stored model {key} cannot be read"))?;
        models.push(model);
    }
    models.sort_by_key(|model| model.version);
    Ok(models)
}

fn read(bytes: &[u8]) -> anyhow::Result<ModelInForce> {
    let published: PublishedV1 = serde_json::from_slice(bytes)?;
    let shipped = published
        .shipped
        .map_or_else(Shipped::of_this_build, ShippedV1::into_domain);
    let model = Model::from_toml_with(&published.toml, &shipped).map_err(|errors| anyhow!("{errors}"))?;
    Ok(ModelInForce {
        from: published.published_at.parse()?,
        version: ModelVersion(published.version),
        model: Arc::new(model),
    })
}

/// Keys sort as their numbers do.
fn key(version: u64) -> String {
    format!("{version:010}")
}

#[cfg(test)]
mod tests;
