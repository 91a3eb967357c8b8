//! Fit: how well an account's attributes match what the model looks for (docs/semantics.md 3.6).
//!
//! `fit = 100 * clamp(weights of matched rules / positive weights of known rules, 0, 1)`.

use std::borrow::Cow;
use std::cmp::Ordering;

use crate::account::AccountState;
use crate::model::{Condition, FitRule, Test};
use crate::value::Value;

/// How well an account fits, in words. The best grade is the smallest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Grade {
    /// Fit 80 or more.
    A,
    /// Fit 60 or more.
    B,
    /// Fit 40 or more.
    C,
    /// Less.
    D,
}

impl Grade {
    /// All grades, best first.
    pub const ALL: [Self; 4] = [Self::A, Self::B, Self::C, Self::D];

    /// The share of positive weight that must be known for a grade.
    pub const KNOWN_MIN: f64 = 0.3;

    /// Returns the grade of a fit in `0..=100`.
    #[must_use]
    pub fn of(score: f64) -> Self {
        if score >= 80.0 {
            Self::A
        } else if score >= 60.0 {
            Self::B
        } else if score >= 40.0 {
            Self::C
        } else {
            Self::D
        }
    }

    /// Returns the wire name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::B => "B",
            Self::C => "C",
            Self::D => "D",
        }
    }

    /// Returns the grade of a wire name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|grade| grade.as_str() == text)
    }
}

/// What a condition says of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The attribute is known and passes the test.
    Matched,
    /// The attribute is known and does not pass.
    Failed,
    /// The attribute is unknown, so nothing can be said.
    Unknown,
}

/// How well an account fits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fit {
    /// The fit, `0..=100`; `None`: no rule of positive weight has a known attribute.
    pub score: Option<f64>,
    /// Share of the positive weight whose attribute is known, `0..=1`; 0 when no rule has positive weight.
    pub known: f64,
    /// The grade; `None`: there is no score, or less than [`Grade::KNOWN_MIN`] is known.
    pub grade: Option<Grade>,
    /// Whether a rule with `exclude` matched.
    pub excluded: bool,
}

impl Fit {
    /// Returns the fit of an account under these rules.
    #[must_use]
    pub fn of(rules: &[FitRule], state: &AccountState) -> Self {
        let (mut matched, mut positive, mut positive_known) = (0.0, 0.0, 0.0);
        let mut excluded = false;
        for rule in rules {
            let outcome = rule.condition.outcome(state);
            let wanted = rule.weight.max(0.0);
            positive += wanted;
            if outcome != Outcome::Unknown {
                positive_known += wanted;
            }
            if outcome == Outcome::Matched {
                matched += rule.weight;
                excluded |= rule.exclude;
            }
        }
        let known = if positive > 0.0 {
            positive_known / positive
        } else {
            0.0
        };
        let score = (positive_known > 0.0).then(|| 100.0 * (matched / positive_known).clamp(0.0, 1.0));
        let grade = score.filter(|_| known >= Grade::KNOWN_MIN).map(Grade::of);
        Self {
            score,
            known,
            grade,
            excluded,
        }
    }
}

impl Condition {
    /// Returns what the condition says of an account.
    ///
    /// `exists` is never unknown; every other test of an unknown attribute is.
    #[must_use]
    pub fn outcome(&self, state: &AccountState) -> Outcome {
        let value = state.value(&self.attribute);
        let passes = match (&self.test, value) {
            (Test::Exists(wanted), _) => value.is_some() == *wanted,
            (_, None) => return Outcome::Unknown,
            (Test::Equals(wanted), Some(value)) => same(wanted, value),
            (Test::In(list), Some(value)) => list.iter().any(|wanted| same(wanted, value)),
            (Test::Between(low, high), Some(value)) => value
                .as_number()
                .is_some_and(|number| *low <= number && number <= *high),
            (Test::ContainsAny(wanted), Some(value)) => items(value)
                .iter()
                .any(|item| wanted.iter().any(|text| **text == *item.trim())),
        };
        if passes { Outcome::Matched } else { Outcome::Failed }
    }

    /// Returns whether the account is known to match.
    #[must_use]
    pub fn matches(&self, state: &AccountState) -> bool {
        self.outcome(state) == Outcome::Matched
    }
}

/// Returns whether an account's value is the one a rule names.
///
/// A number is compared as a number, whichever side writes it as text; a flag with the words `true` and
/// `false`; all else as exact text, a list by its items joined with `;`.
fn same(wanted: &Value, value: &Value) -> bool {
    match (wanted, value) {
        (Value::Number(_), _) | (_, Value::Number(_)) => match (wanted.as_number(), value.as_number()) {
            (Some(wanted), Some(value)) => wanted.partial_cmp(&value) == Some(Ordering::Equal),
            _ => false,
        },
        (Value::Flag(flag), Value::Text(text)) | (Value::Text(text), Value::Flag(flag)) => text
            .trim()
            .eq_ignore_ascii_case(if *flag { "true" } else { "false" }),
        (Value::Flag(wanted), Value::Flag(value)) => wanted == value,
        (Value::Flag(_), Value::List(_)) | (Value::List(_), Value::Flag(_)) => false,
        (Value::Text(_) | Value::List(_), Value::Text(_) | Value::List(_)) => {
            wanted.to_string() == value.to_string()
        }
    }
}

/// Returns the items of a value: those of a list, or the one text, number or flag.
fn items(value: &Value) -> Vec<Cow<'_, str>> {
    match value {
        Value::Text(_) | Value::List(_) => value.texts().map(Cow::Borrowed).collect(),
        Value::Number(_) | Value::Flag(_) => vec![Cow::Owned(value.to_string())],
    }
}

#[cfg(test)]
mod tests;
