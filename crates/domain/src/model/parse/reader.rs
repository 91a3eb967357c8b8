//! Reading a TOML tree so that every wrong thing is told at once, each with its line and key.

use std::borrow::Cow;
use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::ModelError;

/// A list that is written through shared references: sections and items all point at one reader.
struct Notes<T> {
    #[expect(
        clippy::disallowed_types,
        reason = "no state of the domain: it dies with the parse that made it"
    )]
    list: std::cell::RefCell<Vec<T>>,
}

impl<T> Notes<T> {
    fn new() -> Self {
        Self {
            list: Vec::new().into(),
        }
    }

    fn push(&self, note: T) {
        self.list.borrow_mut().push(note);
    }
}

/// Collects what is wrong, and knows which line an offset is in.
pub(super) struct Reader {
    /// Where each line after the first starts.
    line_starts: Vec<usize>,
    errors: Notes<ModelError>,
}

impl Reader {
    pub(super) fn new(text: &str) -> Self {
        let line_starts = text.match_indices('\n').map(|(place, _)| place + 1).collect();
        Self {
            line_starts,
            errors: Notes::new(),
        }
    }

    /// Returns the line of a byte offset, from 1.
    pub(super) fn line(&self, offset: usize) -> usize {
        1 + self.line_starts.partition_point(|start| *start <= offset)
    }

    pub(super) fn problem(&self, line: usize, key: &str, problem: impl Into<String>) {
        self.errors.push(ModelError {
            line,
            key: key.to_owned(),
            problem: problem.into(),
        });
    }

    /// Returns what was wrong, by line.
    pub(super) fn into_errors(self) -> Vec<ModelError> {
        let mut errors = self.errors.list.into_inner();
        errors.sort_by_key(|error| error.line);
        errors
    }
}

/// What a number must be, besides finite.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Bound {
    /// Any finite number.
    Finite,
    /// 0 or more.
    NotNegative,
    /// More than 0.
    Positive,
    /// Both ends included.
    Range(f64, f64),
}

impl Bound {
    /// A strength or a share.
    pub(super) const SHARE: Self = Self::Range(0.0, 1.0);
    /// Heat or a percentage.
    pub(super) const PERCENT: Self = Self::Range(0.0, 100.0);

    fn broken_by(self, number: f64) -> Option<String> {
        let (holds, words) = match self {
            _ if !number.is_finite() => (false, "must be a finite number".to_owned()),
            Self::Finite => (true, String::new()),
            Self::NotNegative => (number >= 0.0, "must be 0 or more".to_owned()),
            Self::Positive => (number > 0.0, "must be greater than 0".to_owned()),
            Self::Range(low, high) => (
                (low..=high).contains(&number),
                format!("must be between {low} and {high}"),
            ),
        };
        (!holds).then_some(words)
    }
}

/// A value with its place.
#[derive(Clone)]
pub(super) struct Item<'r> {
    reader: &'r Reader,
    path: String,
    line: usize,
    value: &'r DeValue<'r>,
}

impl<'r> Item<'r> {
    pub(super) fn problem(&self, problem: impl Into<String>) {
        self.reader.problem(self.line, &self.path, problem);
    }

    fn wrong_type(&self, wanted: &str) {
        self.problem(format!("must be {wanted}, found {}", shown(self.value)));
    }

    pub(super) fn value(&self) -> &'r DeValue<'r> {
        self.value
    }

    pub(super) fn text(&self) -> Option<&'r str> {
        let text = self.value.as_str();
        if text.is_none() {
            self.wrong_type("text");
        }
        text
    }

    pub(super) fn flag(&self) -> Option<bool> {
        let flag = self.value.as_bool();
        if flag.is_none() {
            self.wrong_type("true or false");
        }
        flag
    }

    /// Returns a number, whether it is written as an integer or a float.
    pub(super) fn number(&self, bound: Bound) -> Option<f64> {
        let Some(number) = number(self.value) else {
            self.wrong_type("a number");
            return None;
        };
        if let Some(words) = bound.broken_by(number) {
            self.problem(format!("{words}, found {number}"));
            return None;
        }
        Some(number)
    }

    /// Returns a whole number of at least `min`.
    pub(super) fn count(&self, min: u32) -> Option<u32> {
        let number = self.number(Bound::Finite)?;
        let count = number.to_string().parse().ok().filter(|count| *count >= min);
        if count.is_none() {
            self.problem(format!(
                "must be a whole number from {min} to {}, found {number}",
                u32::MAX
            ));
        }
        count
    }

    pub(super) fn list(&self) -> Option<Vec<Item<'r>>> {
        let Some(array) = self.value.as_array() else {
            self.wrong_type("a list");
            return None;
        };
        let item = |(place, value): (usize, &'r Spanned<DeValue<'r>>)| Item {
            reader: self.reader,
            path: format!("{}#{}", self.path, place + 1),
            line: self.reader.line(value.span().start),
            value: value.get_ref(),
        };
        Some(array.iter().enumerate().map(item).collect())
    }

    pub(super) fn texts(&self) -> Vec<Arc<str>> {
        self.each(|item| item.text().map(Arc::from))
    }

    /// Returns what `read` makes of each item of a list, without those it refused.
    pub(super) fn each<T>(&self, read: impl FnMut(&Item<'r>) -> Option<T>) -> Vec<T> {
        self.list().unwrap_or_default().iter().filter_map(read).collect()
    }

    pub(super) fn section(&self) -> Option<Section<'r>> {
        let Some(table) = self.value.as_table() else {
            self.wrong_type("a table");
            return None;
        };
        Some(Section {
            reader: self.reader,
            path: self.path.clone(),
            line: self.line,
            table: Some(table),
            asked: Notes::new(),
        })
    }

    /// Returns what a word stands for among those allowed.
    pub(super) fn word<T: Copy>(&self, allowed: &[(&str, T)]) -> Option<T> {
        let text = self.text()?;
        let found = allowed
            .iter()
            .find(|(word, _)| *word == text)
            .map(|(_, meaning)| *meaning);
        if found.is_none() {
            let words: Vec<&str> = allowed.iter().map(|(word, _)| *word).collect();
            self.problem(format!(
                "must be one of {}, found {text:?}{}",
                words.join(", "),
                hint(text, &words)
            ));
        }
        found
    }
}

/// A table whose keys are asked for one by one; what nobody asked for is unknown.
pub(super) struct Section<'r> {
    reader: &'r Reader,
    path: String,
    line: usize,
    table: Option<&'r DeTable<'r>>,
    asked: Notes<&'static str>,
}

impl<'r> Section<'r> {
    pub(super) fn root(reader: &'r Reader, table: &'r DeTable<'r>) -> Self {
        Self {
            reader,
            path: String::new(),
            line: 1,
            table: Some(table),
            asked: Notes::new(),
        }
    }

    pub(super) fn problem(&self, problem: impl Into<String>) {
        self.reader.problem(self.line, &self.path, problem);
    }

    /// Says what is wrong with a key, at its own line when it is there.
    pub(super) fn problem_at(&self, key: &str, problem: impl Into<String>) {
        let line = self.find(key).map_or(self.line, |item| item.line);
        self.reader.problem(line, &self.key_path(key), problem);
    }

    fn key_path(&self, key: &str) -> String {
        let bare = !key.is_empty()
            && key
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
        let key = if bare { key.to_owned() } else { format!("{key:?}") };
        if self.path.is_empty() {
            key
        } else {
            format!("{}.{key}", self.path)
        }
    }

    fn find(&self, key: &str) -> Option<Item<'r>> {
        let (found, value) = self.table?.iter().find(|(own, _)| own.get_ref() == key)?;
        Some(self.entry_item(found, value))
    }

    fn entry_item(&self, key: &'r Spanned<Cow<'r, str>>, value: &'r Spanned<DeValue<'r>>) -> Item<'r> {
        Item {
            reader: self.reader,
            path: self.key_path(key.get_ref()),
            line: self.reader.line(key.span().start),
            value: value.get_ref(),
        }
    }

    /// Returns the value of a key, and remembers that the key is known.
    pub(super) fn item(&self, key: &'static str) -> Option<Item<'r>> {
        if !self.asked.list.borrow().contains(&key) {
            self.asked.push(key);
        }
        self.find(key)
    }

    /// Returns the value of a key that must be there.
    pub(super) fn required(&self, key: &'static str) -> Option<Item<'r>> {
        let item = self.item(key);
        if item.is_none() {
            self.problem_at(key, "is required");
        }
        item
    }

    /// Returns the entries of a table whose keys are names, in file order.
    pub(super) fn entries(&self) -> Vec<(&'r str, Item<'r>)> {
        let table = self.table.into_iter().flat_map(DeTable::iter);
        table
            .map(|(key, value)| (&**key.get_ref(), self.entry_item(key, value)))
            .collect()
    }

    pub(super) fn number(&self, key: &'static str, bound: Bound) -> Option<f64> {
        self.item(key)?.number(bound)
    }

    pub(super) fn count(&self, key: &'static str, min: u32) -> Option<u32> {
        self.item(key)?.count(min)
    }

    pub(super) fn flag(&self, key: &'static str) -> Option<bool> {
        self.item(key)?.flag()
    }

    pub(super) fn text(&self, key: &'static str) -> Option<Arc<str>> {
        self.item(key)?.text().map(Arc::from)
    }

    /// Returns text that must be there and not be empty.
    pub(super) fn name(&self, key: &'static str) -> Option<Arc<str>> {
        let item = self.required(key)?;
        let text = item.text()?;
        if text.trim().is_empty() {
            item.problem("must not be empty");
            return None;
        }
        Some(text.into())
    }

    /// Returns a list of texts; absent is empty.
    pub(super) fn texts(&self, key: &'static str) -> Vec<Arc<str>> {
        self.item(key).map(|item| item.texts()).unwrap_or_default()
    }

    /// Returns the table of a key when it is there.
    pub(super) fn section(&self, key: &'static str) -> Option<Section<'r>> {
        self.item(key)?.section()
    }

    /// Returns the table of a key; an absent one is empty.
    pub(super) fn section_or_empty(&self, key: &'static str) -> Section<'r> {
        self.section(key).unwrap_or_else(|| Section {
            reader: self.reader,
            path: self.key_path(key),
            line: self.line,
            table: None,
            asked: Notes::new(),
        })
    }

    /// Returns the tables of a list of tables; absent is empty.
    pub(super) fn sections(&self, key: &'static str) -> Vec<Section<'r>> {
        self.item(key)
            .map(|item| item.each(Item::section))
            .unwrap_or_default()
    }

    /// Says which keys nobody asked for.
    pub(super) fn refuse_unknown(&self) {
        let asked = self.asked.list.borrow();
        for (key, item) in self.entries() {
            if !asked.contains(&key) {
                let known = format!("unknown key; known here: {}", asked.join(", "));
                let guess = closest(key, &asked).map(|guess| format!("unknown key; did you mean {guess}?"));
                item.problem(guess.unwrap_or(known));
            }
        }
    }
}

/// Returns `; did you mean X?` when one of the words is close.
pub(super) fn hint(found: &str, known: &[&str]) -> String {
    closest(found, known)
        .map(|guess| format!("; did you mean {guess}?"))
        .unwrap_or_default()
}

/// Returns the known word that somebody most likely meant.
fn closest<'w>(found: &str, known: &[&'w str]) -> Option<&'w str> {
    let distance = |word: &str| {
        let extended = found.len() >= 3 && (word.starts_with(found) || found.starts_with(word));
        let typed = strsim::osa_distance(&found.to_lowercase(), &word.to_lowercase());
        let length = found.chars().count();
        (extended || (typed < length && typed <= 1 + length / 4)).then_some(typed)
    };
    let near = known
        .iter()
        .filter_map(|word| distance(word).map(|distance| (distance, *word)));
    near.min().map(|(_, word)| word)
}

/// Returns a number of either kind; `NaN` and infinities too, for the bound to refuse.
fn number(value: &DeValue<'_>) -> Option<f64> {
    if let Some(float) = value.as_float() {
        return float.as_str().parse().ok();
    }
    let integer = value.as_integer()?;
    if integer.radix() == 10 {
        return integer.as_str().parse().ok();
    }
    u32::from_str_radix(integer.as_str(), integer.radix())
        .ok()
        .map(f64::from)
}

/// Returns a value as an error shows it, cut short.
fn shown(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) => format!("the text {:?}", text.chars().take(40).collect::<String>()),
        DeValue::Integer(integer) => format!("the number {integer}"),
        DeValue::Float(float) => format!("the number {float}"),
        DeValue::Boolean(flag) => flag.to_string(),
        DeValue::Datetime(datetime) => format!("the date {datetime}"),
        DeValue::Array(_) => "a list".to_owned(),
        DeValue::Table(_) => "a table".to_owned(),
    }
}
