//! What all changes share: fields that are left, cleared or set; checked texts; `If-Match`; the answer.

use std::sync::Arc;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse};
use quorate_domain::account::Patch;
use quorate_domain::id::Seq;
use quorate_domain::value::Source;
use quorate_engine::view::Receipt;
use quorate_intake::domain_name;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use crate::auth::Grant;
use crate::problem::{FieldError, Kind, Problem};

/// The longest text of a field, in bytes.
const TEXT_LENGTH_MAX: usize = 1_024;
/// The most items of a list.
const LIST_LENGTH_MAX: usize = 200;

/// Reads a field that may be named as null: null clears, absent leaves. Goes with `#[serde(default)]`.
pub(crate) fn patch<'de, D: Deserializer<'de>, T: Deserialize<'de>>(reader: D) -> Result<Patch<T>, D::Error> {
    Ok(Option::deserialize(reader)?.map_or(Patch::Clear, Patch::Set))
}

/// What is wrong with a body, gathered while it is checked.
#[derive(Debug, Default)]
pub(crate) struct Checks {
    errors: Vec<FieldError>,
}

impl Checks {
    /// Notes what is wrong at a place.
    pub(crate) fn refuse(&mut self, pointer: impl Into<String>, message: impl Into<String>) {
        self.errors.push(FieldError::at(pointer, message));
    }

    /// Returns `value`, or everything that was wrong.
    pub(crate) fn finish<T>(self, value: T) -> Result<T, Problem> {
        if self.errors.is_empty() {
            Ok(value)
        } else {
            Err(self.refused())
        }
    }

    /// Returns the problem of what was wrong.
    pub(crate) fn refused(self) -> Problem {
        Problem::fields(Kind::InvalidField, self.errors)
    }

    /// Returns a text without the white space around it; an empty one is refused.
    pub(crate) fn text(&mut self, pointer: &str, text: &str) -> Arc<str> {
        let text = text.trim();
        if text.is_empty() {
            self.refuse(pointer, "is empty; null clears the field");
        } else if text.len() > TEXT_LENGTH_MAX {
            self.refuse(pointer, format!("is longer than {TEXT_LENGTH_MAX} bytes"));
        } else if text.chars().any(|c| c.is_control() && c != '\n' && c != '\t') {
            self.refuse(pointer, "has a control character");
        }
        Arc::from(text)
    }

    /// Returns what `read` makes of a text; what it refuses is wrong at that place.
    pub(crate) fn parsed<T, E: ToString>(
        &mut self,
        pointer: &str,
        text: &str,
        read: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        read(text)
            .map_err(|error| self.refuse(pointer, error.to_string()))
            .ok()
    }

    /// Returns a field with its value checked.
    pub(crate) fn patch<T, U>(
        &mut self,
        field: Patch<T>,
        check: impl FnOnce(&mut Self, T) -> Option<U>,
    ) -> Patch<U> {
        match field {
            Patch::Leave => Patch::Leave,
            Patch::Clear => Patch::Clear,
            // What is refused is noted, and the change is never made.
            Patch::Set(value) => check(self, value).map_or(Patch::Leave, Patch::Set),
        }
    }

    /// Returns a list's items, each checked; doubles are told once.
    pub(crate) fn list<T: PartialEq>(
        &mut self,
        pointer: &str,
        items: &[String],
        mut check: impl FnMut(&mut Self, &str, &str) -> Option<T>,
    ) -> Vec<T> {
        if items.len() > LIST_LENGTH_MAX {
            self.refuse(
                pointer,
                format!("has {} items, more than {LIST_LENGTH_MAX}", items.len()),
            );
            return Vec::new();
        }
        let mut checked = Vec::with_capacity(items.len());
        for (place, item) in items.iter().enumerate() {
            let item = check(self, &format!("{pointer}/{place}"), item);
            checked.extend(item.filter(|item| !checked.contains(item)));
        }
        checked
    }

    /// Returns domains in the form they are matched by.
    pub(crate) fn domains(&mut self, pointer: &str, domains: &[String]) -> Vec<Arc<str>> {
        self.list(pointer, domains, |checks, pointer, text| {
            checks.parsed(pointer, text, domain_name::normal).map(Arc::from)
        })
    }

    /// Returns who says so: the one the body names, else the key's.
    pub(crate) fn source(&mut self, named: Option<&str>, grant: &Grant) -> Source {
        match named {
            Some(name) => Source(self.text("/source", name)),
            None => grant.source.clone(),
        }
    }
}

/// What a change did.
#[derive(Serialize, ToSchema)]
pub(crate) struct ChangeAnswer<'a> {
    /// What was changed.
    id: &'a str,
    /// The account's version now; the `ETag` says the same, and `If-Match` takes it.
    version: u64,
    /// Whether it was made by this request.
    created: bool,
    /// Whether anything new was said.
    changed: bool,
    /// Fields that were left as they are, because a stronger source states them.
    ignored: Vec<Ignored>,
    /// What the change survives: `fsync`, `redis-fsync`, `redis-replica`, `weak`.
    durability: &'static str,
}

/// A field that was left as it is.
#[derive(Serialize, ToSchema)]
pub(crate) struct Ignored {
    /// Which.
    field: String,
    /// Who states it.
    stated_by: String,
}

impl<'a> ChangeAnswer<'a> {
    /// Returns what is said of a change of `id`.
    pub(crate) fn of(id: &'a str, created: bool, receipt: &Receipt) -> Self {
        Self {
            id,
            version: receipt.seq.0,
            created,
            changed: receipt.records > 0,
            ignored: receipt
                .ignored
                .iter()
                .map(|ignored| Ignored {
                    field: ignored.field.to_string(),
                    stated_by: ignored.stated_by.0.to_string(),
                })
                .collect(),
            durability: receipt.durability.as_str(),
        }
    }
}

/// Returns the answer to a change: 201 when it made what it names, else 200.
pub(crate) fn answer(id: &str, created: bool, receipt: &Receipt) -> HttpResponse {
    answer_with(created, receipt, &ChangeAnswer::of(id, created, receipt))
}

/// Returns the answer to a change that says more than others do.
pub(crate) fn answer_with(created: bool, receipt: &Receipt, body: &impl Serialize) -> HttpResponse {
    let mut response = if created {
        HttpResponse::Created()
    } else {
        HttpResponse::Ok()
    };
    response
        .insert_header((header::ETAG, etag(receipt.seq)))
        .json(body)
}

/// Returns an account's version as an `ETag`. It is the version of what is recorded: heat fades without it.
pub(crate) fn etag(seq: Seq) -> String {
    format!("\"{}\"", seq.0)
}

/// Returns the version a change expects; `None`: any.
///
/// # Errors
/// When `If-Match` is no version of ours.
pub(crate) fn expected(request: &HttpRequest) -> Result<Option<Seq>, Problem> {
    let Some(given) = request.headers().get(header::IF_MATCH) else {
        return Ok(None);
    };
    let given = given.to_str().unwrap_or_default().trim();
    if given == "*" {
        return Ok(None);
    }
    given
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
        .and_then(|version| version.parse().ok())
        .map(|version| Some(Seq(version)))
        .ok_or_else(|| {
            let detail =
                "If-Match takes one version as the ETag of an account gives it, such as \"12\", or *";
            Problem::new(Kind::InvalidHeader, detail)
        })
}
