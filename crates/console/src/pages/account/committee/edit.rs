//! What may be changed on the committee tab: a person added, a role or an attitude said, a relation stated or taken
//! back. Each form is one command.

use std::sync::Arc;

use quorate_domain::account::{Command, ContactChange, Patch, Relate};
use quorate_domain::contact::{Attitude, Contact, HeldRole, RelationKind, Seniority};
use quorate_domain::id::{ContactId, ContactNo, Role, Solution};
use quorate_domain::value::Source;
use quorate_engine::view::AccountView;
use serde::Deserialize;

use super::caption::level_name;
use crate::pages::account::forms::{self, person};
use crate::words;

/// The longest name, title or address.
const TEXT_LENGTH_MAX: usize = 256;

/// What the forms offer.
#[derive(Clone, Debug)]
pub(crate) struct Choices {
    pub(crate) action: String,
    /// Everybody who has an id, by name: the number, then the name.
    pub(crate) people: Vec<(String, String)>,
    pub(crate) roles: Vec<(String, String)>,
    pub(crate) levels: Vec<(&'static str, String)>,
    pub(crate) attitudes: Vec<(&'static str, String)>,
    pub(crate) kinds: Vec<(&'static str, String)>,
}

impl Choices {
    pub(crate) fn of(view: &AccountView, action: String) -> Self {
        let roles = view.model.roles.keys().filter(|role| !role.is_unknown());
        Self {
            action,
            people: forms::known_people(view),
            roles: roles
                .map(|role| (role.to_string(), words::spaced(role.as_str())))
                .collect(),
            levels: Seniority::ALL
                .map(|level| (level.as_str(), level_name(level).to_owned()))
                .to_vec(),
            attitudes: Attitude::ALL
                .map(|attitude| (attitude.as_str(), attitude.as_str().to_owned()))
                .to_vec(),
            kinds: RelationKind::ALL
                .map(|kind| (kind.as_str(), words::spaced(kind.as_str())))
                .to_vec(),
        }
    }
}

/// What a form says. `act` tells which one it is.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Sent {
    #[serde(default)]
    pub(crate) form_token: String,
    #[serde(default)]
    pub(crate) act: String,
    #[serde(default)]
    pub(crate) person: String,
    #[serde(default)]
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) title: String,
    #[serde(default)]
    pub(crate) email: String,
    #[serde(default)]
    pub(crate) level: String,
    #[serde(default)]
    pub(crate) role: String,
    /// Whether the role comes beside those held now, not in their place.
    #[serde(default)]
    pub(crate) also: String,
    #[serde(default)]
    pub(crate) attitude: String,
    #[serde(default)]
    pub(crate) from: String,
    #[serde(default)]
    pub(crate) kind: String,
    #[serde(default)]
    pub(crate) to: String,
    #[serde(default)]
    pub(crate) strength: String,
}

impl Sent {
    /// Returns what the form orders.
    ///
    /// # Errors
    /// What is wrong with it, for a person.
    pub(crate) fn command(&self, view: &AccountView, solution: Option<&Solution>) -> Result<Command, String> {
        match self.act.as_str() {
            "add" => self.add().map(Command::ChangeContact),
            "say" => self.say(view, solution).map(Command::ChangeContact),
            "dismiss" => self.dismiss(view).map(Command::ChangeContact),
            "relate" => self.relate(view),
            "unrelate" => Ok(Command::Unrelate {
                from: person(view, &self.from)?,
                to: person(view, &self.to)?,
                kind: kind(&self.kind)?,
            }),
            other => Err(format!("This page has no form “{other}”.")),
        }
    }

    fn add(&self) -> Result<ContactChange, String> {
        let name = forms::text(&self.name, "name", TEXT_LENGTH_MAX)?.ok_or("A person needs a name.")?;
        let email = forms::text(&self.email, "address", TEXT_LENGTH_MAX)?.map(|email| email.to_lowercase());
        if email.as_ref().is_some_and(|email| !email.contains('@')) {
            return Err("An address looks like mei@example.com.".to_owned());
        }
        // Two people of one name are told apart by their addresses.
        let id = email
            .clone()
            .unwrap_or_else(|| name.to_lowercase().replace(' ', "-"));
        let id = ContactId::new(id).map_err(|error| format!("The name does not do: {error}."))?;
        let mut change = ContactChange::new(id, Source::person());
        change.name = Patch::Set(name.into());
        change.title = forms::text(&self.title, "title", TEXT_LENGTH_MAX)?
            .map_or(Patch::Leave, |title| Patch::Set(title.into()));
        change.emails = email.map(|email| vec![Arc::from(email)]);
        change.seniority = level(&self.level)?;
        Ok(change)
    }

    fn say(&self, view: &AccountView, solution: Option<&Solution>) -> Result<ContactChange, String> {
        let mut change = ContactChange::new(person(view, &self.person)?, Source::person());
        change.roles = self.roles(view, solution)?;
        change.attitude = attitude(&self.attitude)?;
        change.seniority = level(&self.level)?;
        if !change.roles.is_named() && !change.attitude.is_named() && !change.seniority.is_named() {
            return Err("Choose a role, an attitude or a level.".to_owned());
        }
        Ok(change)
    }

    fn dismiss(&self, view: &AccountView) -> Result<ContactChange, String> {
        let mut change = ContactChange::new(person(view, &self.person)?, Source::person());
        let role = Role::new(self.role.as_str()).map_err(|error| format!("Choose a role: {error}."))?;
        change.not_roles = vec![role];
        Ok(change)
    }

    fn roles(&self, view: &AccountView, solution: Option<&Solution>) -> Result<Patch<Vec<HeldRole>>, String> {
        match self.role.as_str() {
            "" => Ok(Patch::Leave),
            "by_title" => Ok(Patch::Clear),
            name => {
                let role = Role::new(name).map_err(|error| format!("“{name}” is no role: {error}."))?;
                if !view.model.roles.contains_key(&role) {
                    return Err(format!("The model has no role “{name}”."));
                }
                let no = self.person.parse().map(ContactNo).ok();
                let contact = no.and_then(|no| view.state.contacts.get(&no));
                let mut held = match contact {
                    Some(contact) if !self.also.is_empty() => held(contact),
                    Some(_) | None => Vec::new(),
                };
                held.push(HeldRole {
                    role,
                    solution: solution.cloned(),
                });
                held.sort();
                held.dedup();
                Ok(Patch::Set(held))
            }
        }
    }

    fn relate(&self, view: &AccountView) -> Result<Command, String> {
        let strength = match self.strength.trim() {
            "" => None,
            number => {
                let parsed = number.replace(',', ".").parse::<f64>().ok();
                let share = parsed.filter(|share| (0.0..=1.0).contains(share));
                Some(share.ok_or(format!("“{number}” is no strength: a number from 0 to 1."))?)
            }
        };
        Ok(Command::Relate(Relate {
            from: person(view, &self.from)?,
            to: person(view, &self.to)?,
            kind: kind(&self.kind)?,
            strength,
        }))
    }
}

/// Returns what a person holds now: what was stated, else what was read from the title and is no mere candidate.
fn held(contact: &Contact) -> Vec<HeldRole> {
    let inferred = contact.inferred.iter().filter(|role| !role.candidate);
    match &contact.roles {
        Some(stated) => stated.value.clone(),
        None => inferred
            .map(|inferred| HeldRole {
                role: inferred.role.clone(),
                solution: None,
            })
            .collect(),
    }
}

fn kind(name: &str) -> Result<RelationKind, String> {
    RelationKind::parse(name).ok_or_else(|| "Choose how the two are related.".to_owned())
}

fn level(name: &str) -> Result<Patch<Seniority>, String> {
    match name {
        "" => Ok(Patch::Leave),
        name => Seniority::parse(name)
            .map(Patch::Set)
            .ok_or_else(|| format!("“{name}” is no level.")),
    }
}

fn attitude(name: &str) -> Result<Patch<Attitude>, String> {
    match name {
        "" => Ok(Patch::Leave),
        name => Attitude::parse(name)
            .map(Patch::Set)
            .ok_or_else(|| format!("“{name}” is no attitude.")),
    }
}

#[cfg(test)]
mod tests;
