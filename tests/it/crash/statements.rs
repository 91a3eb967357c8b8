//! A ledger of what was said of accounts and contacts: the last word counts.

use std::collections::BTreeMap;

use quorate_testkit::SplitMix64;

/// What was said under a path.
#[derive(Clone, Debug, Default)]
struct Said {
    /// The last that was acknowledged.
    acknowledged: Option<String>,
    /// What was sent since and not answered for: it may hold or not.
    unanswered: Vec<String>,
}

/// Names of accounts and contacts, by the path they are put at.
#[derive(Clone, Debug)]
pub(super) struct Statements {
    said: BTreeMap<String, Said>,
}

impl Statements {
    /// Returns statements about these paths, none made yet.
    pub(super) fn about(paths: impl IntoIterator<Item = String>) -> Self {
        Self {
            said: paths.into_iter().map(|path| (path, Said::default())).collect(),
        }
    }

    /// Returns a path at random.
    pub(super) fn draw(&self, random: &mut SplitMix64) -> Option<String> {
        let paths: Vec<&String> = self.said.keys().collect();
        random.pick(&paths).map(|path| (*path).clone())
    }

    pub(super) fn sent(&mut self, path: &str, value: &str) {
        let said = self.said.entry(path.to_owned()).or_default();
        said.unanswered.push(value.to_owned());
    }

    pub(super) fn acknowledged(&mut self, path: &str, value: &str) {
        let said = self.said.entry(path.to_owned()).or_default();
        said.unanswered.clear();
        said.acknowledged = Some(value.to_owned());
    }

    /// Checks what is held under a path: the last acknowledged word, or one sent after it.
    #[track_caller]
    pub(super) fn check(&self, path: &str, held: &str) {
        let Some(said) = self.said.get(path) else {
            return;
        };
        let Some(acknowledged) = &said.acknowledged else {
            return;
        };
        assert!(
            held == acknowledged || said.unanswered.iter().any(|value| value == held),
            "{path} is {held:?}; said was {said:?}"
        );
    }
}
