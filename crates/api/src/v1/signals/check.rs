//! From what a sender wrote to what the engine takes: the first thing that is wrong refuses the item.

use std::borrow::Cow;
use std::sync::Arc;

use quorate_domain::account::{ContactRef, NewSignal};
use quorate_domain::id::{AccountId, ContactId, ID_LENGTH_MAX, IdError, Kind, SignalId, Solution};
use quorate_domain::signal::SignalSource;
use quorate_domain::time::Timestamp;
use quorate_engine::{AccountRef, IncomingSignal};
use quorate_intake::domain_name;

use super::item::{FIELDS, Item, Loose, Reference};
use crate::suggest;

/// How deep a signal's properties may be nested.
const PROPERTIES_DEPTH_MAX: usize = 32;

/// Why an item is refused: a stable code, and words.
#[derive(Debug, PartialEq)]
pub(crate) struct Refusal {
    pub(crate) code: &'static str,
    pub(crate) detail: String,
}

fn refuse(code: &'static str, detail: impl Into<String>) -> Refusal {
    Refusal {
        code,
        detail: detail.into(),
    }
}

/// Returns the signal of an item.
///
/// - `properties_bytes_max`: the largest properties, as JSON text.
///
/// # Errors
/// The first thing that is wrong.
pub(crate) fn check(item: Item<'_>, properties_bytes_max: usize) -> Result<IncomingSignal, Refusal> {
    let id = required(item.id, "id", "missing_id", "invalid_id")?;
    let id = SignalId::new(&*id).map_err(|error| named("invalid_id", "id", error))?;
    let kind = required(item.kind, "kind", "missing_kind", "invalid_kind")?;
    let kind = Kind::new(&*kind).map_err(|error| named("invalid_kind", "kind", error))?;
    let contact = contact(item.contact)?;
    let account = account(item.account, contact.as_ref())?;
    let occurred_at = optional(item.occurred_at, "occurred_at", "invalid_occurred_at")?
        .map(|text| text.parse::<Timestamp>())
        .transpose()
        .map_err(|error| refuse("invalid_occurred_at", format!("occurred_at: {error}")))?;
    let strength = match item.strength {
        Loose::Absent => 1.0,
        Loose::Number(strength) => strength,
        other @ (Loose::Text(_) | Loose::Flag | Loose::List | Loose::Object(_)) => {
            return Err(wrong_type("invalid_strength", "strength", "a number", &other));
        }
    };
    let source = match optional(item.source, "source", "invalid_source")? {
        None => SignalSource::default(),
        Some(text) => SignalSource::parse(&text).ok_or_else(|| {
            let known = SignalSource::ALL.map(SignalSource::as_str);
            refuse(
                "invalid_source",
                format!("source: {}", suggest::unknown("source of signals", &text, &known)),
            )
        })?,
    };
    let solution = optional(item.solution, "solution", "invalid_solution")?
        .map(|text| Solution::new(&*text))
        .transpose()
        .map_err(|error| named("invalid_solution", "solution", error))?;
    let object = optional(item.object, "object", "invalid_object")?;
    if object.as_ref().is_some_and(|object| object.len() > ID_LENGTH_MAX) {
        return Err(named("invalid_object", "object", IdError::TooLong));
    }
    let properties = item
        .properties
        .map(|raw| properties(raw.get(), properties_bytes_max))
        .transpose()?;
    let signal = NewSignal {
        id,
        kind,
        contact,
        occurred_at,
        strength,
        source,
        solution,
        object: object.map(Arc::from),
        properties: properties.flatten(),
    };
    Ok(IncomingSignal { account, signal })
}

/// Returns what to tell about a field that is none of a signal's.
pub(crate) fn unknown_field(name: &str) -> String {
    format!(
        "ignored: {}",
        suggest::unknown("field of a signal", name, &FIELDS)
    )
}

fn named(code: &'static str, field: &str, error: IdError) -> Refusal {
    refuse(code, format!("{field} {error}"))
}

fn wrong_type(code: &'static str, field: &str, wanted: &str, got: &Loose<'_>) -> Refusal {
    refuse(code, format!("{field} is {}, not {wanted}", got.type_name()))
}

fn optional<'a>(value: Loose<'a>, field: &str, code: &'static str) -> Result<Option<Cow<'a, str>>, Refusal> {
    match value {
        Loose::Absent => Ok(None),
        Loose::Text(text) => Ok(Some(text)),
        other @ (Loose::Number(_) | Loose::Flag | Loose::List | Loose::Object(_)) => {
            Err(wrong_type(code, field, "a string", &other))
        }
    }
}

fn required<'a>(
    value: Loose<'a>,
    field: &str,
    missing: &'static str,
    invalid: &'static str,
) -> Result<Cow<'a, str>, Refusal> {
    optional(value, field, invalid)?.ok_or_else(|| refuse(missing, format!("{field} is missing")))
}

fn contact(value: Loose<'_>) -> Result<Option<ContactRef>, Refusal> {
    const CODE: &str = "invalid_contact";
    let by_id = |text: &str| {
        ContactId::new(text)
            .map(|id| Some(ContactRef::Id(id)))
            .map_err(|error| named(CODE, "contact", error))
    };
    let reference = match value {
        Loose::Absent => return Ok(None),
        Loose::Text(text) => return by_id(&text),
        Loose::Object(reference) => *reference,
        other @ (Loose::Number(_) | Loose::Flag | Loose::List) => {
            return Err(wrong_type(CODE, "contact", "an id or an object", &other));
        }
    };
    let Reference { id, name, email, .. } = reference;
    if let Some(id) = optional(id, "contact.id", CODE)? {
        return by_id(&id);
    }
    let Some(email) = optional(email, "contact.email", CODE)? else {
        return Err(refuse(CODE, "contact has neither id nor email"));
    };
    let email = domain_name::email(&email).map_err(|error| refuse(CODE, format!("contact.email {error}")))?;
    let name = optional(name, "contact.name", CODE)?;
    if name.as_ref().is_some_and(|name| name.len() > ID_LENGTH_MAX) {
        return Err(named(CODE, "contact.name", IdError::TooLong));
    }
    let name = name.filter(|name| !name.trim().is_empty()).map(Arc::from);
    Ok(Some(ContactRef::Email {
        email: email.into(),
        name,
    }))
}

fn account(value: Loose<'_>, contact: Option<&ContactRef>) -> Result<AccountRef, Refusal> {
    const CODE: &str = "invalid_account";
    let by_id = |text: &str| {
        AccountId::new(text)
            .map(AccountRef::Id)
            .map_err(|error| named(CODE, "account", error))
    };
    let reference = match value {
        Loose::Absent => return of_contact(contact),
        Loose::Text(text) => return by_id(&text),
        Loose::Object(reference) => *reference,
        other @ (Loose::Number(_) | Loose::Flag | Loose::List) => {
            return Err(wrong_type(CODE, "account", "an id or an object", &other));
        }
    };
    let Reference { id, domain, name, .. } = reference;
    if let Some(id) = optional(id, "account.id", CODE)? {
        return by_id(&id);
    }
    if let Some(domain) = optional(domain, "account.domain", CODE)? {
        let domain =
            domain_name::normal(&domain).map_err(|error| refuse(CODE, format!("account.domain {error}")))?;
        return Ok(AccountRef::Domain(domain.into()));
    }
    let Some(name) = optional(name, "account.name", CODE)? else {
        return Err(refuse(CODE, "account has neither id, domain nor name"));
    };
    let name = name.trim();
    if name.is_empty() || name.len() > ID_LENGTH_MAX {
        let error = if name.is_empty() {
            IdError::Empty
        } else {
            IdError::TooLong
        };
        return Err(named(CODE, "account.name", error));
    }
    Ok(AccountRef::Name(name.into()))
}

/// The account of a signal that names none: its contact's, by the domain of the address.
fn of_contact(contact: Option<&ContactRef>) -> Result<AccountRef, Refusal> {
    let address = match contact {
        Some(ContactRef::Email { email, .. }) => &**email,
        Some(ContactRef::Id(id)) if id.as_str().contains('@') => id.as_str(),
        Some(ContactRef::Id(_)) | None => {
            return Err(refuse(
                "missing_account",
                "account is missing, and contact has no email to tell it by",
            ));
        }
    };
    let domain = address.rsplit('@').next().unwrap_or_default();
    let domain = domain_name::normal(domain).map_err(|error| {
        refuse(
            "missing_account",
            format!("account is missing, and the domain of the email {error}"),
        )
    })?;
    if domain_name::is_free_mail(&domain) {
        let detail =
            format!("account is missing, and {domain} gives addresses to everybody; name the account");
        return Err(refuse("account_unknown", detail));
    }
    Ok(AccountRef::Domain(domain.into()))
}

fn properties(text: &str, bytes_max: usize) -> Result<Option<Arc<str>>, Refusal> {
    const CODE: &str = "invalid_properties";
    if text == "null" {
        return Ok(None);
    }
    if !text.starts_with('{') {
        return Err(refuse(CODE, "properties is not an object"));
    }
    if text.len() > bytes_max {
        return Err(refuse(
            CODE,
            format!("properties has {} bytes, more than {bytes_max}", text.len()),
        ));
    }
    if depth(text) > PROPERTIES_DEPTH_MAX {
        return Err(refuse(
            CODE,
            format!("properties is nested deeper than {PROPERTIES_DEPTH_MAX} levels"),
        ));
    }
    Ok(Some(Arc::from(text)))
}

/// Returns how deep JSON text is nested. The text is known to be JSON.
fn depth(text: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    let (mut in_string, mut escaped) = (false, false);
    for byte in text.bytes() {
        if in_string {
            (in_string, escaped) = (escaped || byte != b'"', !escaped && byte == b'\\');
            continue;
        }
        match byte {
            b'"' => in_string = true,
            b'{' | b'[' => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

#[cfg(test)]
mod tests;
