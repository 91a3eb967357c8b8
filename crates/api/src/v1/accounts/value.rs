//! Values of attributes on the wire: a text, a number, yes or no, or a list of texts.

use std::fmt;
use std::sync::Arc;

use quorate_domain::value::Value;
use serde::de::{Deserialize, Deserializer, Error, SeqAccess, Visitor};
use serde::ser::{Serialize, Serializer};
use utoipa::openapi::{ArrayBuilder, ObjectBuilder, OneOfBuilder, RefOr, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

/// A value of an attribute.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct AttributeValue(pub(crate) Value);

impl Serialize for AttributeValue {
    fn serialize<S: Serializer>(&self, writer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Value::Text(text) => writer.serialize_str(text),
            Value::Number(number) => writer.serialize_f64(*number),
            Value::Flag(flag) => writer.serialize_bool(*flag),
            Value::List(items) => writer.collect_seq(items.iter().map(|item| &**item)),
        }
    }
}

impl<'de> Deserialize<'de> for AttributeValue {
    fn deserialize<D: Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        struct Values;
        impl<'de> Visitor<'de> for Values {
            type Value = AttributeValue;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string, a number, a boolean or a list of strings")
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<AttributeValue, E> {
                Ok(AttributeValue(Value::text(text)))
            }
            fn visit_f64<E: Error>(self, number: f64) -> Result<AttributeValue, E> {
                Ok(AttributeValue(Value::Number(number)))
            }
            #[expect(
                clippy::cast_precision_loss,
                clippy::as_conversions,
                reason = "JSON numbers are doubles here"
            )]
            fn visit_u64<E: Error>(self, number: u64) -> Result<AttributeValue, E> {
                Ok(AttributeValue(Value::Number(number as f64)))
            }
            #[expect(
                clippy::cast_precision_loss,
                clippy::as_conversions,
                reason = "JSON numbers are doubles here"
            )]
            fn visit_i64<E: Error>(self, number: i64) -> Result<AttributeValue, E> {
                Ok(AttributeValue(Value::Number(number as f64)))
            }
            fn visit_bool<E: Error>(self, flag: bool) -> Result<AttributeValue, E> {
                Ok(AttributeValue(Value::Flag(flag)))
            }
            fn visit_seq<S: SeqAccess<'de>>(self, mut list: S) -> Result<AttributeValue, S::Error> {
                let mut items: Vec<Arc<str>> = Vec::new();
                while let Some(item) = list.next_element::<String>()? {
                    items.push(item.into());
                }
                Ok(AttributeValue(Value::List(items)))
            }
        }
        reader.deserialize_any(Values)
    }
}

impl PartialSchema for AttributeValue {
    fn schema() -> RefOr<Schema> {
        let one = |of: Type| ObjectBuilder::new().schema_type(of);
        OneOfBuilder::new()
            .item(one(Type::String))
            .item(one(Type::Number))
            .item(one(Type::Boolean))
            .item(ArrayBuilder::new().items(one(Type::String)))
            .item(one(Type::Null))
            .description(Some(
                "A text, a number, yes or no, a list of texts, or null: unknown",
            ))
            .into()
    }
}

impl ToSchema for AttributeValue {}
