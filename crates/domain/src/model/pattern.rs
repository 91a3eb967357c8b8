//! Patterns over job titles.

use std::ops::Range;
use std::sync::Arc;

/// A pattern over titles: its words must stand in the title next to each other and in this order.
///
/// - A word is a run of letters and digits; everything else separates words, in the pattern and in the title,
///   so `head of` finds `Head-of Sales` and `cto` does not find `Director`.
/// - `*` within a word stands for any run of letters and digits, also an empty one: `engineer*` finds
///   `Engineering`. A word that is only `*` stands for exactly one word.
/// - Case does not matter, in any script.
///
/// Words must be neighbours, since `head of` with a gap would find `Head cook of the day` and much else;
/// who wants a gap of one word writes `vp * sales`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TitlePattern {
    text: Arc<str>,
    words: Vec<Box<str>>,
}

impl TitlePattern {
    /// Returns the pattern of a text; `None` when it has no word.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let words = words(text, |c| c == '*');
        (!words.is_empty()).then(|| Self {
            text: text.into(),
            words,
        })
    }

    /// Returns the pattern as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns whether it leaves a word open: one that is only `*`.
    #[must_use]
    pub fn has_gap(&self) -> bool {
        self.words.iter().any(|word| &**word == "*")
    }

    /// Returns whether the title has the words of the pattern.
    #[must_use]
    pub fn matches(&self, title: &Title) -> bool {
        self.places(title).next().is_some()
    }

    /// Returns where in the title the words of the pattern stand, as ranges of words.
    pub fn places<'t>(&'t self, title: &'t Title) -> impl Iterator<Item = Range<usize>> + 't {
        let length = self.words.len();
        let windows = title.words.windows(length).enumerate();
        windows
            .filter(|(_, window)| {
                self.words
                    .iter()
                    .zip(*window)
                    .all(|(pattern, word)| word_matches(pattern, word))
            })
            .map(move |(start, _)| start..start + length)
    }
}

/// A title cut into lower-case words, so that many patterns can look at it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Title {
    words: Vec<Box<str>>,
}

impl Title {
    /// Returns the words of a title.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self {
            words: words(text, |_| false),
        }
    }

    /// Returns the words, in lower case.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.words.iter().map(|word| &**word)
    }

    /// Returns whether the title has this lower-case word.
    #[must_use]
    pub fn has(&self, word: &str) -> bool {
        self.words().any(|own| own == word)
    }
}

/// Returns the lower-case runs of letters, digits and whatever `also` allows.
fn words(text: &str, also: impl Fn(char) -> bool) -> Vec<Box<str>> {
    text.split(|c: char| !c.is_alphanumeric() && !also(c))
        .filter(|word| !word.is_empty())
        .map(|word| word.to_lowercase().into())
        .collect()
}

/// Returns whether `word` is `pattern` with each `*` replaced by some run of letters and digits.
fn word_matches(pattern: &str, word: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else {
        return pattern == word;
    };
    let Some(mut left) = word.strip_prefix(start) else {
        return false;
    };
    // The earliest place for each middle piece leaves the most room for those after it.
    let mut pieces = rest;
    while let Some((piece, after)) = pieces.split_once('*') {
        let Some((_, tail)) = left.split_once(piece) else {
            return false;
        };
        left = tail;
        pieces = after;
    }
    left.ends_with(pieces)
}
