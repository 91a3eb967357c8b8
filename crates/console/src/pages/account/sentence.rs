//! Sentences whose pieces may be emphasised or lead somewhere.

use crate::words;

/// A sentence, or a few.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sentence {
    pub(crate) pieces: Vec<Piece>,
}

/// A piece of a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    pub(crate) text: String,
    pub(crate) strong: bool,
    /// Where it leads.
    pub(crate) href: Option<String>,
}

impl Sentence {
    pub(crate) fn say(&mut self, text: &str) -> &mut Self {
        self.piece(text, false, None)
    }

    pub(crate) fn stress(&mut self, text: &str) -> &mut Self {
        self.piece(text, true, None)
    }

    pub(crate) fn link(&mut self, text: &str, href: Option<String>) -> &mut Self {
        self.piece(text, true, href)
    }

    pub(crate) fn append(&mut self, other: Self) -> &mut Self {
        if !self.pieces.is_empty() && !other.pieces.is_empty() {
            self.say(" ");
        }
        self.pieces.extend(other.pieces);
        self
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// Returns it without emphasis or links.
    #[cfg(test)]
    pub(crate) fn text(&self) -> String {
        self.pieces.iter().map(|piece| piece.text.as_str()).collect()
    }

    fn piece(&mut self, text: &str, strong: bool, href: Option<String>) -> &mut Self {
        if !text.is_empty() {
            self.pieces.push(Piece {
                text: text.to_owned(),
                strong,
                href,
            });
        }
        self
    }
}

/// Returns texts as people list them: `a`, `a and b`, `a, b and c`.
pub(crate) fn listed(texts: &[String]) -> String {
    match texts {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// Returns a small number as a word, a larger one in digits: `two`, `14`.
pub(crate) fn small(number: usize) -> String {
    const WORDS: [&str; 10] = [
        "no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine",
    ];
    WORDS
        .get(number)
        .map_or_else(|| words::count(number), |word| (*word).to_owned())
}

/// Returns a place as a word: `third`, `14th`.
pub(crate) fn ordinal(number: usize) -> String {
    const WORDS: [&str; 10] = [
        "zeroth", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth",
    ];
    WORDS
        .get(number)
        .map_or_else(|| format!("{number}th"), |word| (*word).to_owned())
}
