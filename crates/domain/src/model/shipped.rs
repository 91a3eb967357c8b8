//! What Quorate ships for models to use by name.

use std::borrow::Cow;
use std::sync::Arc;

/// The texts of shipped frameworks and packs of words.
///
/// A model names them, so its own text is only half of what it says. Who keeps a model for good keeps these with it:
/// another build may ship others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shipped {
    /// Frameworks, in the form of a model's own.
    pub(super) frameworks: Cow<'static, str>,
    /// Packs of words by name, in the form of a model's own; borrowed are only those of this build.
    pub(super) titles: Vec<(Arc<str>, Cow<'static, str>)>,
}

impl Shipped {
    /// Returns what this build ships.
    #[must_use]
    pub fn of_this_build() -> Self {
        let titles = [
            ("en", include_str!("titles/en.toml")),
            ("de", include_str!("titles/de.toml")),
            ("fr", include_str!("titles/fr.toml")),
            ("es", include_str!("titles/es.toml")),
        ];
        Self {
            frameworks: Cow::Borrowed(include_str!("frameworks.toml")),
            titles: titles
                .into_iter()
                .map(|(name, text)| (Arc::from(name), Cow::Borrowed(text)))
                .collect(),
        }
    }

    /// Returns what was kept with a model.
    #[must_use]
    pub fn kept(frameworks: String, titles: impl IntoIterator<Item = (String, String)>) -> Self {
        Self {
            frameworks: Cow::Owned(frameworks),
            titles: titles
                .into_iter()
                .map(|(name, text)| (Arc::from(name), Cow::Owned(text)))
                .collect(),
        }
    }

    /// Returns the text of frameworks.
    #[must_use]
    pub fn frameworks(&self) -> &str {
        &self.frameworks
    }

    /// Returns packs of words: name and text.
    pub fn titles(&self) -> impl Iterator<Item = (&str, &str)> {
        self.titles.iter().map(|(name, text)| (&**name, &**text))
    }
}
