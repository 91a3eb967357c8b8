//! Values of one key: those that will do, and those that will not.

/// Values a person chose.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Chosen<T> {
    /// Any of these; empty: all.
    pub(crate) any: Vec<T>,
    /// None of these.
    pub(crate) not: Vec<T>,
}

impl<T> Default for Chosen<T> {
    fn default() -> Self {
        Self {
            any: Vec::new(),
            not: Vec::new(),
        }
    }
}

impl<T> From<Vec<T>> for Chosen<T> {
    fn from(any: Vec<T>) -> Self {
        Self { any, not: Vec::new() }
    }
}

impl<T: PartialEq> Chosen<T> {
    pub(crate) fn add(&mut self, value: T, not: bool) {
        let values = if not { &mut self.not } else { &mut self.any };
        if !values.contains(&value) {
            values.push(value);
        }
    }

    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }

    /// Returns what is chosen in words: `1 or 2`, `not 3`; `None`: nothing.
    pub(crate) fn words(&self, text: impl Fn(&T) -> &str) -> Option<String> {
        let list = |values: &[T]| values.iter().map(&text).collect::<Vec<_>>().join(" or ");
        match (self.any.is_empty(), self.not.is_empty()) {
            (true, true) => None,
            (false, true) => Some(list(&self.any)),
            (true, false) => Some(format!("not {}", list(&self.not))),
            (false, false) => Some(format!("{}, not {}", list(&self.any), list(&self.not))),
        }
    }
}
