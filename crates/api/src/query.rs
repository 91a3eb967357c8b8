//! Reading query parameters: every one is known, or the answer says which was meant.

use actix_web::{HttpRequest, web};
use quorate_domain::time::Timestamp;

use crate::problem::{FieldError, Kind, Problem};
use crate::suggest;

/// What a parameter without a value is told.
const EMPTY: &str = "is empty; leave it out to ask without it";

/// The query parameters of a request. What is wrong is gathered, so that the answer names all of it.
#[derive(Debug)]
pub(crate) struct Params {
    pairs: Vec<(String, String)>,
    errors: Vec<FieldError>,
}

impl Params {
    /// Reads the parameters of a request that may have those in `known`.
    pub(crate) fn of(request: &HttpRequest, known: &[&str]) -> Self {
        let query = web::Query::<Vec<(String, String)>>::from_query(request.query_string());
        let (pairs, mut errors) = match query {
            Ok(pairs) => (pairs.into_inner(), Vec::new()),
            Err(_) => (
                Vec::new(),
                vec![FieldError::parameter("", "the query string cannot be read")],
            ),
        };
        for (name, _) in &pairs {
            if !known.contains(&name.as_str()) {
                let message = if known.is_empty() {
                    "this path has no parameters".to_owned()
                } else {
                    suggest::unknown("parameter of this path", name, known)
                };
                errors.push(FieldError::parameter(
                    name.chars().take(64).collect::<String>(),
                    message,
                ));
            }
        }
        Self { pairs, errors }
    }

    /// Refuses a request with any parameter.
    pub(crate) fn none(request: &HttpRequest) -> Result<(), Problem> {
        if request.query_string().is_empty() {
            Ok(())
        } else {
            Self::of(request, &[]).finish(())
        }
    }

    /// Returns a parameter's text; `None` when it is absent. An empty one is refused: it says neither.
    pub(crate) fn text(&mut self, name: &str) -> Option<&str> {
        let mut values = self.pairs.iter().filter(|(given, _)| given == name);
        let value = values.next().map(|(_, value)| value.as_str());
        if values.next().is_some() {
            self.errors.push(FieldError::parameter(name, "is given twice"));
        }
        if value.is_some_and(str::is_empty) {
            self.errors.push(FieldError::parameter(name, EMPTY));
        }
        value.filter(|value| !value.is_empty())
    }

    /// Returns what `read` makes of a parameter; what it refuses is an error with its words.
    pub(crate) fn parsed<T>(
        &mut self,
        name: &str,
        read: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        let parsed = read(self.text(name)?);
        match parsed {
            Ok(value) => Some(value),
            Err(message) => {
                self.refuse(name, message);
                None
            }
        }
    }

    /// Returns what `read` makes of a parameter that must be there.
    pub(crate) fn needed<T>(
        &mut self,
        name: &str,
        read: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        if self
            .pairs
            .iter()
            .all(|(given, value)| given != name || value.is_empty())
        {
            self.refuse(name, "is missing");
            return None;
        }
        self.parsed(name, read)
    }

    /// Returns the values of a parameter that may hold several, divided by commas or given several times.
    pub(crate) fn several<T>(&mut self, name: &str, read: impl Fn(&str) -> Result<T, String>) -> Vec<T> {
        let mut values = Vec::new();
        let mut refused = Vec::new();
        let given = self.pairs.iter().filter(|(given, _)| given == name);
        if given.clone().any(|(_, value)| value.is_empty()) {
            refused.push(FieldError::parameter(name, EMPTY));
        }
        for word in given
            .flat_map(|(_, value)| value.split(','))
            .map(str::trim)
            .filter(|word| !word.is_empty())
        {
            match read(word) {
                Ok(value) => values.push(value),
                Err(message) => refused.push(FieldError::parameter(name, message)),
            }
        }
        self.errors.append(&mut refused);
        values
    }

    /// Returns what `read` makes of each value of a parameter that may be given several times.
    pub(crate) fn every<T>(&mut self, name: &str, read: impl Fn(&str) -> Result<T, String>) -> Vec<T> {
        let mut values = Vec::new();
        for (_, text) in self.pairs.iter().filter(|(given, _)| given == name) {
            match read(text) {
                Ok(value) => values.push(value),
                Err(message) => self.errors.push(FieldError::parameter(name, message)),
            }
        }
        values
    }

    /// Returns an instant. A `+` that came in as a space is taken as what was meant.
    pub(crate) fn instant(&mut self, name: &str) -> Option<Timestamp> {
        self.parsed(name, |text| {
            text.replace(' ', "+")
                .parse()
                .map_err(|error: quorate_domain::time::TimestampError| error.to_string())
        })
    }

    /// Returns a finite number.
    pub(crate) fn number(&mut self, name: &str) -> Option<f64> {
        self.parsed(name, |text| {
            text.parse::<f64>()
                .ok()
                .filter(|number| number.is_finite())
                .ok_or_else(|| format!("{:?} is no number", short(text)))
        })
    }

    /// Notes what is wrong with a parameter.
    pub(crate) fn refuse(&mut self, name: &str, message: impl Into<String>) {
        self.errors.push(FieldError::parameter(name, message));
    }

    /// Returns `value` when nothing was wrong.
    ///
    /// # Errors
    /// [`Kind::InvalidParameter`] with everything that was.
    pub(crate) fn finish<T>(self, value: T) -> Result<T, Problem> {
        if self.errors.is_empty() {
            Ok(value)
        } else {
            Err(self.refused())
        }
    }

    /// Returns the problem of what was wrong.
    pub(crate) fn refused(self) -> Problem {
        Problem::fields(Kind::InvalidParameter, self.errors)
    }
}

/// Reads `true` or `false`.
pub(crate) fn flag(text: &str) -> Result<bool, String> {
    text.parse()
        .map_err(|_| format!("{:?} is neither true nor false", short(text)))
}

/// Returns the start of a text, for an error message.
pub(crate) fn short(text: &str) -> String {
    text.chars().take(64).collect()
}

/// Returns the value of a wire name, or which was meant.
pub(crate) fn named<T>(
    what: &str,
    word: &str,
    parse: impl Fn(&str) -> Option<T>,
    known: &[&str],
) -> Result<T, String> {
    parse(word).ok_or_else(|| suggest::unknown(what, word, known))
}
