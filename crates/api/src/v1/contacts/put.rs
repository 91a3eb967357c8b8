//! `PUT /v1/accounts/{account}/contacts/{contact}`: says things of a contact; introduces it when it is new.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use quorate_domain::account::{Command, ContactChange, Patch};
use quorate_domain::contact::{Attitude, HeldRole, Seniority};
use quorate_domain::id::{ContactId, Role, Solution};
use quorate_domain::model::Model;
use quorate_engine::AsOf;
use quorate_intake::domain_name;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::auth::{Caller, Grant, Write};
use crate::body::JsonBody;
use crate::problem::Problem;
use crate::query::{Params, named};
use crate::state::Api;
use crate::suggest;
use crate::v1::edit::{self, ChangeAnswer, Checks, patch};
use crate::v1::path::ContactPath;

/// What is said of a contact. Named fields merge; null clears; the others stay.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "Jane Doe", "title": "VP Engineering", "email": "jane@acme.com",
    "roles": ["champion"], "attitude": "supporter", "reports_to": "c-7"}))]
pub(crate) struct ContactPut {
    /// Its name.
    #[serde(default, deserialize_with = "patch")]
    #[schema(value_type = Option<String>)]
    name: Patch<String>,
    /// Its job title. Seniority and roles are read from it while nobody states them.
    #[serde(default, deserialize_with = "patch")]
    #[schema(value_type = Option<String>)]
    title: Patch<String>,
    /// Its address: in place of all it had, unless `emails` lists more.
    #[serde(default, deserialize_with = "patch")]
    #[schema(value_type = Option<String>)]
    email: Patch<String>,
    /// Its addresses, in place of all it had.
    #[serde(default, deserialize_with = "patch")]
    #[schema(value_type = Option<Vec<String>>)]
    emails: Patch<Vec<String>>,
    /// `c_level`, `vp`, `director`, `manager` or `staff`.
    #[serde(default, deserialize_with = "patch")]
    #[schema(value_type = Option<String>)]
    seniority: Patch<String>,
    /// The roles it holds, in place of all stated before; stated ones win over inferred ones.
    #[serde(default, deserialize_with = "patch")]
    #[schema(value_type = Option<Vec<RolePut>>)]
    roles: Patch<Vec<RolePut>>,
    /// Roles its title or department suggests that are wrong: they do not come back while both stay as they are.
    #[serde(default)]
    not_roles: Vec<String>,
    /// `supporter`, `neutral`, `detractor` or `unknown`.
    #[serde(default, deserialize_with = "patch")]
    #[schema(value_type = Option<String>)]
    attitude: Patch<String>,
    /// Its department or function, such as `finance`.
    #[serde(default, deserialize_with = "patch")]
    #[schema(value_type = Option<String>)]
    function: Patch<String>,
    /// Why it does not count, such as `competitor`; null: it counts.
    #[serde(default, deserialize_with = "patch")]
    #[schema(value_type = Option<String>)]
    excluded: Patch<String>,
    /// How it became known, such as `referral`.
    #[serde(default, deserialize_with = "patch")]
    #[schema(value_type = Option<String>)]
    lead_source: Patch<String>,
    /// What it agreed to.
    #[serde(default, deserialize_with = "patch")]
    #[schema(value_type = Option<String>)]
    consent: Patch<String>,
    /// The id of the contact it reports to.
    #[serde(default, deserialize_with = "patch")]
    #[schema(value_type = Option<String>)]
    reports_to: Patch<String>,
    /// Who says so; left out: the key's.
    #[serde(default)]
    source: Option<String>,
}

/// A role, for all solutions or for one.
#[derive(Deserialize, ToSchema)]
#[serde(
    untagged,
    expecting = "a role is a string, or an object with role and perhaps solution"
)]
pub(crate) enum RolePut {
    /// For all solutions.
    Name(String),
    /// For one, or with null for all.
    For {
        /// The role.
        role: String,
        /// The solution.
        #[serde(default)]
        solution: Option<String>,
    },
}

impl ContactPut {
    fn check(self, contact: ContactId, grant: &Grant, model: &Model) -> Result<ContactChange, Problem> {
        let mut checks = Checks::default();
        let emails = emails(&mut checks, self.email, self.emails);
        let seniority = checks.patch(self.seniority, |checks, word| {
            let known = Seniority::ALL.map(Seniority::as_str);
            checks.parsed("/seniority", &word, |word| {
                named("seniority", word, Seniority::parse, &known)
            })
        });
        let attitude = checks.patch(self.attitude, |checks, word| {
            let known = Attitude::ALL.map(Attitude::as_str);
            checks.parsed("/attitude", &word, |word| {
                named("attitude", word, Attitude::parse, &known)
            })
        });
        let roles = checks.patch(self.roles, |checks, roles| {
            Some(
                roles
                    .into_iter()
                    .enumerate()
                    .filter_map(|(place, role)| held(checks, &format!("/roles/{place}"), role, model))
                    .collect(),
            )
        });
        let not_roles = checks.list("/not_roles", &self.not_roles, |checks, pointer, role| {
            checks.parsed(pointer, role, |role| Role::new(role))
        });
        let reports_to = checks.patch(self.reports_to, |checks, id| {
            checks.parsed("/reports_to", &id, |id| ContactId::new(id))
        });
        if reports_to.named().flatten() == Some(&contact) {
            checks.refuse("/reports_to", "a contact cannot report to itself");
        }
        let mut text = |pointer: &'static str, field: Patch<String>| -> Patch<Arc<str>> {
            checks.patch(field, |checks, text| Some(checks.text(pointer, &text)))
        };
        let name = text("/name", self.name);
        let title = text("/title", self.title);
        let excluded = text("/excluded", self.excluded);
        let function = text("/function", self.function);
        let lead_source = text("/lead_source", self.lead_source);
        let consent = text("/consent", self.consent);
        let source = checks.source(self.source.as_deref(), grant);
        checks.finish(ContactChange {
            contact,
            name,
            title,
            emails,
            roles,
            not_roles,
            seniority,
            attitude,
            excluded,
            function,
            lead_source,
            consent,
            reports_to,
            source,
        })
    }
}

/// The addresses a body names: `email` first, then `emails`; `None`: it names neither.
fn emails(checks: &mut Checks, email: Patch<String>, emails: Patch<Vec<String>>) -> Option<Vec<Arc<str>>> {
    if !email.is_named() && !emails.is_named() {
        return None;
    }
    let mut all: Vec<Arc<str>> = Vec::new();
    if let Patch::Set(email) = email {
        all.extend(checks.parsed("/email", &email, domain_name::email).map(Arc::from));
    }
    if let Patch::Set(emails) = emails {
        let more: Vec<Arc<str>> = checks.list("/emails", &emails, |checks, pointer, text| {
            checks.parsed(pointer, text, domain_name::email).map(Arc::from)
        });
        for email in more {
            if !all.contains(&email) {
                all.push(email);
            }
        }
    }
    Some(all)
}

fn held(checks: &mut Checks, pointer: &str, role: RolePut, model: &Model) -> Option<HeldRole> {
    let (role, solution) = match role {
        RolePut::Name(role) => (role, None),
        RolePut::For { role, solution } => (role, solution),
    };
    let role = checks.parsed(pointer, &role, |role| Role::new(role))?;
    let solution = match solution {
        None => None,
        Some(name) => {
            let known: Vec<&str> = model
                .solutions
                .iter()
                .map(|solution| solution.name.as_str())
                .collect();
            if !known.contains(&&*name) {
                checks.refuse(
                    format!("{pointer}/solution"),
                    suggest::unknown("solution of the model", &name, &known),
                );
                return None;
            }
            Some(Solution::trusted(name))
        }
    };
    Some(HeldRole { role, solution })
}

/// Says things of a contact; introduces it when it is new, and its account with it.
#[utoipa::path(put, path = "/v1/accounts/{account}/contacts/{contact}", tag = "contacts",
    params(
        ("account" = String, Path, description = "The account's id", max_length = 256),
        ("contact" = String, Path, description = "The contact's id, unique within its account", max_length = 256),
        ("If-Match" = Option<String>, Header, description = "The account's version the change is of"),
    ),
    request_body = ContactPut,
    responses(
        (status = 201, description = "The contact was introduced", body = ChangeAnswer),
        (status = 200, description = "The contact was known", body = ChangeAnswer),
    ))]
pub(crate) async fn put(
    caller: Caller<Write>,
    request: HttpRequest,
    path: web::Path<ContactPath>,
    api: web::Data<Api>,
    JsonBody(body): JsonBody<ContactPut>,
) -> Result<HttpResponse, Problem> {
    Params::none(&request)?;
    let (account, contact) = path.ids()?;
    let expected = edit::expected(&request)?;
    let change = body.check(contact.clone(), &caller.grant, &api.engine.model().model)?;
    let known = api
        .engine
        .account(&account, AsOf::default())
        .await?
        .is_some_and(|view| view.directory.find(contact.as_str()).is_some());
    let receipt = api
        .engine
        .execute(account, Command::ChangeContact(change), expected)
        .await?;
    Ok(edit::answer(contact.as_str(), !known, &receipt))
}
