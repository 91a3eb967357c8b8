//! `PUT /v1/accounts/{account}`: says things of an account; makes it when it is new.

use std::collections::BTreeMap;
use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use quorate_domain::account::{AccountChange, Command, Patch, field};
use quorate_domain::value::{Source, Value};
use serde::Deserialize;
use utoipa::ToSchema;

use super::value::AttributeValue;
use crate::auth::{Caller, Grant, Write};
use crate::body::{JsonBody, escaped};
use crate::problem::Problem;
use crate::query::Params;
use crate::state::Api;
use crate::v1::edit::{self, ChangeAnswer, Checks, patch};
use crate::v1::path::AccountPath;

/// The longest name of an attribute, in bytes.
const ATTRIBUTE_NAME_LENGTH_MAX: usize = 64;

/// What is said of an account. Named fields merge; null clears; the others stay.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "Acme", "domains": ["acme.com"], "tier": "1", "attributes": {"employees": 420}}))]
pub(crate) struct AccountPut {
    /// What people call it.
    #[serde(default, deserialize_with = "patch")]
    #[schema(value_type = Option<String>)]
    name: Patch<String>,
    /// Its domains, replaced as a whole; the first one is shown.
    #[serde(default, deserialize_with = "patch")]
    #[schema(value_type = Option<Vec<String>>)]
    domains: Patch<Vec<String>>,
    /// Who looks after it.
    #[serde(default, deserialize_with = "patch")]
    #[schema(value_type = Option<String>)]
    owner: Patch<String>,
    /// Its tier in the target account list.
    #[serde(default, deserialize_with = "patch")]
    #[schema(value_type = Option<String>)]
    tier: Patch<String>,
    /// The id of the account it belongs to.
    #[serde(default, deserialize_with = "patch")]
    #[schema(value_type = Option<String>)]
    parent: Patch<String>,
    /// The lists it is on, replaced as a whole.
    #[serde(default, deserialize_with = "patch")]
    #[schema(value_type = Option<Vec<String>>)]
    lists: Patch<Vec<String>>,
    /// Attributes by name, such as `industry`, `employees`, `country`; each merges by itself.
    #[serde(default)]
    #[schema(value_type = Option<BTreeMap<String, AttributeValue>>)]
    attributes: Option<BTreeMap<String, Option<AttributeValue>>>,
    /// Why sales disqualified it; null takes that back.
    #[serde(default, deserialize_with = "patch")]
    #[schema(value_type = Option<String>)]
    disqualified: Patch<String>,
    /// Who says so: `person`, `crm`, `marketing_automation`, `list`, `vendor`, or what the model ranks; left out:
    /// the key's. A weaker source never overwrites a stronger one.
    #[serde(default)]
    source: Option<String>,
}

/// What a body asks of an account.
struct Asked {
    fields: Vec<(Arc<str>, Option<Value>)>,
    disqualified: Patch<Arc<str>>,
    source: Source,
}

impl AccountPut {
    fn check(self, grant: &Grant) -> Result<Asked, Problem> {
        let mut checks = Checks::default();
        let source = checks.source(self.source.as_deref(), grant);
        let mut fields: Vec<(Arc<str>, Option<Value>)> = Vec::new();
        let mut add = |name: &str, value: Patch<Value>| match value {
            Patch::Leave => {}
            Patch::Clear => fields.push((Arc::from(name), None)),
            Patch::Set(value) => fields.push((Arc::from(name), Some(value))),
        };
        let texts = [
            (field::NAME, self.name),
            (field::OWNER, self.owner),
            (field::TIER, self.tier),
            (field::PARENT, self.parent),
        ];
        for (name, text) in texts {
            let pointer = format!("/{name}");
            add(
                name,
                checks.patch(text, |checks, text| {
                    Some(Value::Text(checks.text(&pointer, &text)))
                }),
            );
        }
        add(
            field::DOMAINS,
            checks.patch(self.domains, |checks, domains| {
                Some(Value::List(checks.domains("/domains", &domains)))
            }),
        );
        add(
            field::LISTS,
            checks.patch(self.lists, |checks, lists| {
                Some(Value::List(checks.list(
                    "/lists",
                    &lists,
                    |checks, pointer, text| Some(checks.text(pointer, text)),
                )))
            }),
        );
        for (name, value) in self.attributes.into_iter().flatten() {
            let pointer = format!("/attributes/{}", escaped(&name));
            let value = value.map_or(Patch::Clear, |value| Patch::Set(value.0));
            attribute_name(&mut checks, &pointer, &name);
            add(
                &name,
                checks.patch(value, |checks, value| Some(attribute(checks, &pointer, value))),
            );
        }
        let disqualified = checks.patch(self.disqualified, |checks, reason| {
            Some(checks.text("/disqualified", &reason))
        });
        checks.finish(Asked {
            fields,
            disqualified,
            source,
        })
    }
}

fn attribute_name(checks: &mut Checks, pointer: &str, name: &str) {
    if name.trim().is_empty() || name.trim() != name || name.chars().any(char::is_control) {
        checks.refuse(
            pointer,
            "is no name: it is empty, or has white space around it or control characters",
        );
    } else if name.len() > ATTRIBUTE_NAME_LENGTH_MAX {
        checks.refuse(
            pointer,
            format!("its name is longer than {ATTRIBUTE_NAME_LENGTH_MAX} bytes"),
        );
    } else if field::ALL.contains(&name) {
        checks.refuse(
            pointer,
            format!("is no attribute: {name} stands at the top of the body"),
        );
    }
}

fn attribute(checks: &mut Checks, pointer: &str, value: Value) -> Value {
    match value {
        Value::Text(text) => Value::Text(checks.text(pointer, &text)),
        Value::List(items) => {
            let items: Vec<String> = items.iter().map(ToString::to_string).collect();
            Value::List(checks.list(pointer, &items, |checks, pointer, text| {
                Some(checks.text(pointer, text))
            }))
        }
        Value::Number(_) | Value::Flag(_) => value,
    }
}

/// Says things of an account; makes it when it is new.
#[utoipa::path(put, path = "/v1/accounts/{account}", tag = "accounts",
    params(
        ("account" = String, Path, description = "The account's id", max_length = 256),
        ("If-Match" = Option<String>, Header, description = "The version the change is of, as the ETag gave it"),
    ),
    request_body = AccountPut,
    responses(
        (status = 201, description = "The account was made", body = ChangeAnswer),
        (status = 200, description = "The account was there", body = ChangeAnswer),
    ))]
pub(crate) async fn put(
    caller: Caller<Write>,
    request: HttpRequest,
    path: web::Path<AccountPath>,
    api: web::Data<Api>,
    JsonBody(body): JsonBody<AccountPut>,
) -> Result<HttpResponse, Problem> {
    Params::none(&request)?;
    let id = path.account()?;
    let expected = edit::expected(&request)?;
    let Asked {
        fields,
        disqualified,
        source,
    } = body.check(&caller.grant)?;
    let change = Command::ChangeAccount(AccountChange {
        fields,
        source: source.clone(),
    });
    let mut receipt = api.engine.execute(id.clone(), change, expected).await?;
    if let Some(reason) = disqualified.named() {
        let command = Command::Disqualify {
            reason: reason.cloned(),
            source,
        };
        let second = api
            .engine
            .execute(id.clone(), command, expected.map(|_| receipt.seq))
            .await?;
        receipt.seq = second.seq;
        receipt.records += second.records;
        receipt.ignored.extend(second.ignored);
    }
    Ok(edit::answer(id.as_str(), receipt.created, &receipt))
}
