//! One signal as it stands in a body, borrowed from it. Nothing but broken JSON fails here: what is of the wrong
//! type is kept as such, so that one bad item costs only itself.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// The fields of a signal.
pub(crate) const FIELDS: [&str; 10] = [
    "id",
    "kind",
    "account",
    "contact",
    "occurred_at",
    "strength",
    "source",
    "solution",
    "object",
    "properties",
];

/// A value of whatever type a sender chose.
#[derive(Debug, Default, PartialEq)]
pub(crate) enum Loose<'a> {
    /// Absent, or null.
    #[default]
    Absent,
    /// Text.
    Text(Cow<'a, str>),
    /// A number.
    Number(f64),
    /// `true` or `false`.
    Flag,
    /// A list.
    List,
    /// An object, read as a reference to an account or contact.
    Object(Box<Reference<'a>>),
}

/// An account or contact that is described.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Reference<'a> {
    /// Its id.
    pub(crate) id: Loose<'a>,
    /// Its domain.
    pub(crate) domain: Loose<'a>,
    /// Its name.
    pub(crate) name: Loose<'a>,
    /// Its address.
    pub(crate) email: Loose<'a>,
}

impl Loose<'_> {
    /// Returns what it is, in JSON's words.
    pub(crate) fn type_name(&self) -> &'static str {
        match self {
            Self::Absent => "null",
            Self::Text(_) => "a string",
            Self::Number(_) => "a number",
            Self::Flag => "a boolean",
            Self::List => "an array",
            Self::Object(_) => "an object",
        }
    }
}

/// A signal as it stands in a body.
#[derive(Debug, Default)]
pub(crate) struct Item<'a> {
    pub(crate) id: Loose<'a>,
    pub(crate) kind: Loose<'a>,
    pub(crate) account: Loose<'a>,
    pub(crate) contact: Loose<'a>,
    pub(crate) occurred_at: Loose<'a>,
    pub(crate) strength: Loose<'a>,
    pub(crate) source: Loose<'a>,
    pub(crate) solution: Loose<'a>,
    pub(crate) object: Loose<'a>,
    pub(crate) properties: Option<&'a RawValue>,
    /// The first field that is none of a signal's.
    pub(crate) unknown: Option<Cow<'a, str>>,
}

/// A field's name, borrowed where it has no escapes.
struct Name<'a>(Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Name<'a> {
    fn deserialize<D: Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        struct Names;
        impl<'de> Visitor<'de> for Names {
            type Value = Name<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a field's name")
            }
            fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Name<'de>, E> {
                Ok(Name(Cow::Borrowed(text)))
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Name<'de>, E> {
                Ok(Name(Cow::Owned(text.to_owned())))
            }
        }
        reader.deserialize_str(Names)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Item<'a> {
    fn deserialize<D: Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        struct Items;
        impl<'de> Visitor<'de> for Items {
            type Value = Item<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a signal, an object")
            }
            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Item<'de>, M::Error> {
                let mut item = Item::default();
                while let Some(Name(name)) = map.next_key()? {
                    match &*name {
                        "id" => item.id = map.next_value()?,
                        "kind" => item.kind = map.next_value()?,
                        "account" => item.account = map.next_value()?,
                        "contact" => item.contact = map.next_value()?,
                        "occurred_at" => item.occurred_at = map.next_value()?,
                        "strength" => item.strength = map.next_value()?,
                        "source" => item.source = map.next_value()?,
                        "solution" => item.solution = map.next_value()?,
                        "object" => item.object = map.next_value()?,
                        "properties" => item.properties = map.next_value()?,
                        _ => {
                            map.next_value::<IgnoredAny>()?;
                            item.unknown.get_or_insert(name);
                        }
                    }
                }
                Ok(item)
            }
        }
        reader.deserialize_map(Items)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Loose<'a> {
    fn deserialize<D: Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = Loose<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a value")
            }
            fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Loose<'de>, E> {
                Ok(Loose::Text(Cow::Borrowed(text)))
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Loose<'de>, E> {
                Ok(Loose::Text(Cow::Owned(text.to_owned())))
            }
            fn visit_f64<E: Error>(self, number: f64) -> Result<Loose<'de>, E> {
                Ok(Loose::Number(number))
            }
            #[expect(
                clippy::cast_precision_loss,
                clippy::as_conversions,
                reason = "JSON numbers are doubles here"
            )]
            fn visit_u64<E: Error>(self, number: u64) -> Result<Loose<'de>, E> {
                Ok(Loose::Number(number as f64))
            }
            #[expect(
                clippy::cast_precision_loss,
                clippy::as_conversions,
                reason = "JSON numbers are doubles here"
            )]
            fn visit_i64<E: Error>(self, number: i64) -> Result<Loose<'de>, E> {
                Ok(Loose::Number(number as f64))
            }
            fn visit_bool<E: Error>(self, _: bool) -> Result<Loose<'de>, E> {
                Ok(Loose::Flag)
            }
            fn visit_unit<E: Error>(self) -> Result<Loose<'de>, E> {
                Ok(Loose::Absent)
            }
            fn visit_seq<S: SeqAccess<'de>>(self, mut list: S) -> Result<Loose<'de>, S::Error> {
                while list.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Loose::List)
            }
            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Loose<'de>, M::Error> {
                let mut reference = Box::<Reference<'de>>::default();
                while let Some(Name(name)) = map.next_key()? {
                    match &*name {
                        "id" => reference.id = map.next_value()?,
                        "domain" => reference.domain = map.next_value()?,
                        "name" => reference.name = map.next_value()?,
                        "email" => reference.email = map.next_value()?,
                        _ => {
                            map.next_value::<IgnoredAny>()?;
                        }
                    }
                }
                Ok(Loose::Object(reference))
            }
        }
        reader.deserialize_any(Any)
    }
}
