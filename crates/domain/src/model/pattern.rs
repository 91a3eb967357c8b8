//! Patterns over job titles.

use std::ops::Range;
use std::sync::Arc;

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// A pattern over titles: its words must stand in the title next to each other and in this order.
///
/// - A word is a run of letters and digits; everything else separates words, in the pattern and in the title,
///   so `head of` finds `Head-of Sales` and `cto` does not find `Director`.
/// - `*` within a word stands for any run of letters and digits, also an empty one: `engineer*` finds
///   `Engineering`. A word that is only `*` stands for exactly one word.
/// - Neither case nor accents matter: `geschäftsführer` finds `Geschaftsfuhrer`, and `Geschaeftsfuehrer` too, since
///   an umlaut of the pattern may be written out in the title.
///
/// Words must be neighbours, since `head of` with a gap would find `Head cook of the day` and much else;
/// who wants a gap of one word writes `vp * sales`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TitlePattern {
    text: Arc<str>,
    /// Its words without accents, then, should that differ, with umlauts written out. Both have as many.
    spellings: Vec<Vec<Box<str>>>,
}

impl TitlePattern {
    /// Returns the pattern of a text; `None` when it has no word.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let plain = words(text, |c| c == '*');
        let written_out = words(&write_out(text), |c| c == '*');
        let mut spellings = vec![plain, written_out];
        spellings.dedup();
        let has_words = spellings.iter().all(|words| !words.is_empty());
        has_words.then(|| Self {
            text: text.into(),
            spellings,
        })
    }

    /// Returns the pattern as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns how many words it has.
    #[must_use]
    pub fn length(&self) -> usize {
        self.spellings.first().map_or(0, Vec::len)
    }

    /// Returns how many letters and digits it names: how little it leaves open.
    #[must_use]
    pub fn letters(&self) -> usize {
        let words = self.spellings.first().into_iter().flatten();
        words.map(|word| word.chars().filter(|c| *c != '*').count()).sum()
    }

    /// Returns whether it leaves a word open: one that is only `*`.
    #[must_use]
    pub fn has_gap(&self) -> bool {
        self.spellings
            .iter()
            .any(|words| words.iter().any(|word| &**word == "*"))
    }

    /// Returns how its first word may begin: all letters before the first `*`, and whether that is the whole word.
    pub(crate) fn beginnings(&self) -> impl Iterator<Item = (&str, bool)> {
        let firsts = self.spellings.iter().filter_map(|words| words.first());
        firsts.map(|word| match word.split_once('*') {
            Some((start, _)) => (start, false),
            None => (&**word, true),
        })
    }

    /// Returns whether the title has the words of the pattern.
    #[must_use]
    pub fn matches(&self, title: &Title) -> bool {
        (0..title.words.len()).any(|start| self.place(title, start).is_some())
    }

    /// Returns the words of the title it finds, when it finds them from `start` on.
    #[must_use]
    pub fn place(&self, title: &Title, start: usize) -> Option<Range<usize>> {
        let fits = |words: &Vec<Box<str>>| {
            let found = title.words.get(start..start + words.len())?;
            let mut pairs = words.iter().zip(found);
            pairs
                .all(|(pattern, word)| word_matches(pattern, word))
                .then(|| start..start + words.len())
        };
        self.spellings.iter().find_map(fits)
    }
}

/// A title cut into lower-case words without accents, so that many patterns can look at it.
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

    /// Returns the words, in lower case and without accents.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.words.iter().map(|word| &**word)
    }

    /// Returns whether the title has this lower-case word.
    #[must_use]
    pub fn has(&self, word: &str) -> bool {
        self.words().any(|own| own == word)
    }
}

/// Returns the lower-case runs of letters, digits and whatever `also` allows, without accents.
fn words(text: &str, also: impl Fn(char) -> bool) -> Vec<Box<str>> {
    let mut folded = String::with_capacity(text.len());
    for c in text
        .nfd()
        .filter(|c| !is_combining_mark(*c))
        .flat_map(char::to_lowercase)
    {
        match c {
            'ß' => folded.push_str("ss"),
            'æ' => folded.push_str("ae"),
            'œ' => folded.push_str("oe"),
            // A stroke is no accent to Unicode.
            'ø' => folded.push('o'),
            'đ' => folded.push('d'),
            'ł' => folded.push('l'),
            'ı' => folded.push('i'),
            other => folded.push(other),
        }
    }
    folded
        .split(|c: char| !c.is_alphanumeric() && !also(c))
        .filter(|word| !word.is_empty())
        .map(Box::from)
        .collect()
}

/// Returns a text with its umlauts written out, as who has no such keys does.
fn write_out(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            'ä' | 'Ä' => written.push_str("ae"),
            'ö' | 'Ö' => written.push_str("oe"),
            'ü' | 'Ü' => written.push_str("ue"),
            other => written.push(other),
        }
    }
    written
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
