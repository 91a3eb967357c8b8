//! What is read of a committee before it is drawn or listed: one buying group, its access and its risks.

use quorate_domain::committee::Committee;
use quorate_domain::committee::access::{Access, Ways};
use quorate_domain::committee::risk::Risk;
use quorate_domain::contact::Contact;
use quorate_domain::id::{ContactNo, Role, Solution};
use quorate_domain::standing::{self, GroupReading, PersonReading};
use quorate_engine::view::AccountView;

/// A buying group's committee.
pub(crate) struct Scene<'a> {
    pub(crate) view: &'a AccountView,
    pub(crate) group: &'a GroupReading,
    pub(crate) committee: Committee,
    pub(crate) access: Access,
    pub(crate) risk: Risk,
    /// The largest weight of anybody; never 0.
    heaviest: f64,
}

impl<'a> Scene<'a> {
    /// Reads the committee of one of an account's groups.
    pub(crate) fn of(view: &'a AccountView, group: &'a GroupReading) -> Self {
        let committee = Committee::of(&view.state, &view.model);
        let ways = Ways::of(&view.state, &committee);
        let solution = group.solution.as_ref();
        let access = Access::of(&view.state, solution, &ways);
        let engaged = |no: ContactNo| {
            let mut people = group.people.iter();
            people.any(|person| person.contact == Some(no) && person.engaged)
        };
        let risk = Risk::of(&view.state, &committee, solution, &ways, &access, engaged);
        let weights = view
            .state
            .contacts
            .values()
            .map(|contact| weight(view, solution, contact));
        let heaviest = weights.fold(0.0, f64::max);
        Self {
            view,
            group,
            committee,
            access,
            risk,
            heaviest: if heaviest > 0.0 { heaviest } else { 1.0 },
        }
    }

    /// Returns how the group sees a person; `None`: no signal of it is known.
    pub(crate) fn reading(&self, no: ContactNo) -> Option<&PersonReading> {
        self.group.people.iter().find(|person| person.contact == Some(no))
    }

    pub(crate) fn engagement(&self, no: ContactNo) -> f64 {
        self.reading(no).map_or(0.0, |person| person.engagement)
    }

    pub(crate) fn is_engaged(&self, no: ContactNo) -> bool {
        self.reading(no).is_some_and(|person| person.engaged)
    }

    /// Returns how much a person weighs in the decision: its weight over the largest of anybody's, `0..=1`.
    pub(crate) fn influence(&self, contact: &Contact) -> f64 {
        weight(self.view, self.group.solution.as_ref(), contact) / self.heaviest
    }

    /// Returns the roles a person holds in this group.
    pub(crate) fn roles<'c>(&self, contact: &'c Contact) -> Vec<&'c Role> {
        contact.roles_for(self.group.solution.as_ref())
    }

    /// Returns the role of a person that weighs most; of several the first by name.
    pub(crate) fn main_role<'c>(&self, contact: &'c Contact) -> Option<&'c Role> {
        let weight = |role: &Role| self.view.model.role_weight(role.as_str());
        self.roles(contact).into_iter().reduce(
            |best, role| {
                if weight(role) > weight(best) { role } else { best }
            },
        )
    }
}

fn weight(view: &AccountView, solution: Option<&Solution>, contact: &Contact) -> f64 {
    if contact.is_excluded() {
        return 0.0;
    }
    let roles: Vec<Role> = contact.roles_for(solution).into_iter().cloned().collect();
    standing::weight(&roles, contact.seniority(), &view.model)
}
