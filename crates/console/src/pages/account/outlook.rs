//! Why an account is MQA or not, and what happens if nothing new does, in sentences.

use quorate_domain::id::ContactNo;
use quorate_domain::mqa::{ConditionKind, ConditionState, Measure};
use quorate_domain::standing::{Change, Moment, Notice};
use quorate_domain::time::Timestamp;
use quorate_engine::view::AccountView;

use super::asked::Links;
use super::people;
use super::sentence::{Sentence, listed, ordinal};
use crate::words;

/// Returns the forecast in words: what ends MQA and when, or what is missing for it.
///
/// - `coming`: what happens if nothing new does; `None`: it was not asked, as for the past.
pub(crate) fn forecast(view: &AccountView, coming: Option<&[Notice]>, links: &Links) -> Sentence {
    let now = view.reading.at;
    let coming = coming.unwrap_or_default();
    let mut text = Sentence::default();
    if let Some(ends) = view.mqa_ends_at {
        text.say("If nothing new happens, MQA ends on ")
            .stress(&words::date(ends, now))
            .say(&format!(", in {}", words::ahead_in_full(ends, now)));
        if let Some(moment) = left_at(coming, ends) {
            text.say(": ");
            text.pieces
                .extend(ending(view, moment, coming, ends, links).pieces);
        }
        text.say(".");
        return text;
    }
    if view.reading.is_mqa() {
        text.say("If nothing new happens, it stays MQA.");
        return text;
    }
    text.append(missing(view));
    let cooling = coming.iter().find_map(|notice| match &notice.change {
        Change::Cooled { contact } => Some((notice.at, *contact)),
        Change::MqaEntered(_)
        | Change::MqaLeft(_)
        | Change::MqaRevised { .. }
        | Change::BandChanged { .. }
        | Change::Engaged { .. }
        | Change::GapOpened { .. }
        | Change::GapClosed { .. } => None,
    });
    if let Some((at, contact)) = cooling {
        let mut cold = Sentence::default();
        cold.say("If nothing new happens, ")
            .link(&people::name(view, Some(contact)), Some(links.person(contact)))
            .say(&format!(
                " goes cold on {}, in {}.",
                words::date(at, now),
                words::ahead_in_full(at, now)
            ));
        text.append(cold);
    }
    text
}

fn left_at(coming: &[Notice], ends: Timestamp) -> Option<&Moment> {
    coming.iter().find_map(|notice| match &notice.change {
        Change::MqaLeft(moment) if notice.at == ends => Some(&**moment),
        Change::MqaLeft(_)
        | Change::MqaEntered(_)
        | Change::MqaRevised { .. }
        | Change::BandChanged { .. }
        | Change::Engaged { .. }
        | Change::Cooled { .. }
        | Change::GapOpened { .. }
        | Change::GapClosed { .. } => None,
    })
}

/// Returns which conditions an account that is not MQA lacks: `3 of 5 conditions met. Missing: ..`.
pub(crate) fn missing(view: &AccountView) -> Sentence {
    let conditions: Vec<&ConditionState> = super::conditions::shown(view).collect();
    let lacking: Vec<String> = conditions
        .iter()
        .filter(|condition| !condition.met)
        .map(|condition| lack(condition))
        .collect();
    let met = conditions.len() - lacking.len();
    let mut text = Sentence::default();
    match (conditions.is_empty(), lacking.is_empty()) {
        (true, _) => text.say("The model has no MQA rule."),
        (false, true) => text.say(&format!("All {met} conditions are met.")),
        (false, false) => text
            .stress(&format!("{met} of {}", conditions.len()))
            .say(" conditions met. Missing: ")
            .stress(&lacking.join(", "))
            .say("."),
    };
    text
}

/// Returns what a condition lacks: `heat 50 (now 47)`.
fn lack(condition: &ConditionState) -> String {
    let needed = super::conditions::measure(&condition.needed);
    let actual = super::conditions::actual(condition);
    match condition.kind {
        ConditionKind::Heat => format!("heat {needed} (now {actual})"),
        ConditionKind::EngagedContacts => format!("{needed} engaged people (now {actual})"),
        ConditionKind::EngagedRoles => format!("{needed} engaged roles (now {actual})"),
        ConditionKind::AnyRoleEngaged => format!("an engaged {}", either(&condition.needed)),
        ConditionKind::AllRolesEngaged => {
            format!("each of {needed} engaged (now {actual})")
        }
        ConditionKind::Fit => format!("fit {needed} (now {actual})"),
        ConditionKind::Quorum => format!("quorum {needed}% (now {actual}%)"),
        ConditionKind::NotExcluded => "the account is excluded by the model".to_owned(),
        ConditionKind::NotDisqualified => "the account is disqualified".to_owned(),
    }
}

fn either(measure: &Measure) -> String {
    super::conditions::measure(measure)
        .split(", ")
        .collect::<Vec<_>>()
        .join(" or ")
}

/// Returns what makes an account leave: the condition that fails, and who went cold.
fn ending(view: &AccountView, moment: &Moment, changes: &[Notice], at: Timestamp, links: &Links) -> Sentence {
    let mut text = Sentence::default();
    let Some(failing) = cause_of_leaving(view, moment) else {
        return text;
    };
    match failing.kind {
        ConditionKind::Heat => {
            text.say(&format!("heat falls under {}", exit_line(view, moment, failing)));
        }
        ConditionKind::EngagedContacts
        | ConditionKind::EngagedRoles
        | ConditionKind::AnyRoleEngaged
        | ConditionKind::AllRolesEngaged => {
            // The condition may have failed for its days of grace: who went cold then is the cause.
            let since = failing.failing_since.unwrap_or(at);
            if let Some((contact, cold)) = last_cooled(changes, since) {
                text.link(&people::name(view, Some(contact)), Some(links.person(contact)));
                if cold < at {
                    text.say(&format!(
                        " goes cold on {} and ",
                        words::date(cold, view.reading.at)
                    ));
                } else {
                    text.say(" goes cold and ");
                }
            }
            text.say(&match failing.kind {
                ConditionKind::EngagedContacts => only_engaged(moment.engaged.len()),
                ConditionKind::EngagedRoles => {
                    format!("only {} engaged roles stay", super::conditions::actual(failing))
                }
                ConditionKind::AnyRoleEngaged => format!("no {} stays engaged", either(&failing.needed)),
                ConditionKind::AllRolesEngaged => "a role that is needed is cold".to_owned(),
                ConditionKind::Heat
                | ConditionKind::Fit
                | ConditionKind::Quorum
                | ConditionKind::NotExcluded
                | ConditionKind::NotDisqualified => String::new(),
            });
        }
        ConditionKind::Quorum => {
            let line = super::conditions::measure(&failing.needed);
            text.say(&format!("quorum falls under {line}%"));
        }
        ConditionKind::Fit => {
            text.say("its fit is no longer good enough");
        }
        ConditionKind::NotExcluded => {
            text.say("the model excludes it");
        }
        ConditionKind::NotDisqualified => {
            text.say("it is disqualified");
        }
    }
    text
}

/// Returns the heat under which an account leaves; `None`: the model has no rule.
fn exit_heat(view: &AccountView) -> Option<f64> {
    let rule = view.model.mqa.as_ref()?;
    Some(rule.thresholds(&view.state).exit_heat)
}

/// Returns the condition by which an account left.
fn cause_of_leaving<'a>(view: &AccountView, moment: &'a Moment) -> Option<&'a ConditionState> {
    if let Some(cause) = moment.ended_by.first() {
        return moment
            .conditions
            .iter()
            .find(|condition| condition.kind == *cause);
    }
    // Recorded before the cause was kept, with the conditions to enter again: heat between the two lines is not why.
    let too_cold = exit_heat(view).is_none_or(|exit| moment.heat < exit);
    moment
        .conditions
        .iter()
        .filter(|condition| !condition.met)
        .find(|condition| too_cold || condition.kind != ConditionKind::Heat)
}

/// Returns the line heat fell under; where the cause was not kept yet the model's, or what it fell to where another model
/// was in force.
fn exit_line(view: &AccountView, moment: &Moment, heat: &ConditionState) -> String {
    if !moment.ended_by.is_empty() {
        return super::conditions::measure(&heat.needed);
    }
    match exit_heat(view) {
        Some(exit) if moment.heat < exit && moment.heat > exit - 1.0 => words::whole(exit),
        Some(_) | None => words::whole(moment.heat + 1.0),
    }
}

fn only_engaged(left: usize) -> String {
    match left {
        0 => "nobody stays engaged".to_owned(),
        1 => "only one person stays engaged".to_owned(),
        left => format!("only {left} people stay engaged"),
    }
}

/// Returns who last went cold by `until`, and when.
fn last_cooled(changes: &[Notice], until: Timestamp) -> Option<(ContactNo, Timestamp)> {
    let cooled = |notice: &Notice| match &notice.change {
        Change::Cooled { contact } if notice.at <= until => Some((*contact, notice.at)),
        Change::Cooled { .. }
        | Change::GapOpened { .. }
        | Change::GapClosed { .. }
        | Change::MqaEntered(_)
        | Change::MqaLeft(_)
        | Change::MqaRevised { .. }
        | Change::BandChanged { .. }
        | Change::Engaged { .. } => None,
    };
    changes.iter().filter_map(cooled).max_by_key(|(_, at)| *at)
}

/// Returns why an account became MQA: `the third person, Mei Duarte, became engaged`.
///
/// - `together`: what else changed in the account at that instant.
pub(crate) fn began(view: &AccountView, moment: &Moment, together: &[&Notice], links: &Links) -> Sentence {
    let mut text = Sentence::default();
    let engaged = together.iter().find_map(|notice| match &notice.change {
        Change::Engaged { contact } => Some(*contact),
        Change::Cooled { .. }
        | Change::GapOpened { .. }
        | Change::GapClosed { .. }
        | Change::MqaEntered(_)
        | Change::MqaLeft(_)
        | Change::MqaRevised { .. }
        | Change::BandChanged { .. } => None,
    });
    let name = |contact: ContactNo| people::name(view, Some(contact));
    match (engaged, moment.act_now) {
        (_, true) => {
            text.say("somebody asked for us, and that is enough by itself for some days");
        }
        (Some(contact), false) => {
            text.say(&format!("the {} person, ", ordinal(moment.engaged.len().max(1))))
                .link(&name(contact), Some(links.person(contact)))
                .say(", became engaged");
        }
        (None, false) => {
            text.say(&format!("heat reached {}", words::whole(moment.heat)));
            let people: Vec<String> = moment.engaged.iter().take(3).map(|no| name(*no)).collect();
            if !people.is_empty() {
                text.say(&format!(" with {} engaged", listed(&people)));
            }
        }
    }
    text
}

/// Returns why an account left MQA: `heat fell under 40`.
///
/// - `before`: what changed up to that instant.
pub(crate) fn ended(view: &AccountView, moment: &Moment, before: &[&Notice], links: &Links) -> Sentence {
    let mut text = Sentence::default();
    let Some(failing) = cause_of_leaving(view, moment) else {
        return text;
    };
    let since = failing.failing_since.unwrap_or(view.reading.at);
    let cooled = before
        .iter()
        .filter_map(|notice| match &notice.change {
            Change::Cooled { contact } if notice.at <= since => Some((*contact, notice.at)),
            Change::Cooled { .. }
            | Change::GapOpened { .. }
            | Change::GapClosed { .. }
            | Change::Engaged { .. }
            | Change::MqaEntered(_)
            | Change::MqaLeft(_)
            | Change::MqaRevised { .. }
            | Change::BandChanged { .. } => None,
        })
        .max_by_key(|(_, at)| *at);
    let line = super::conditions::measure(&failing.needed);
    match failing.kind {
        ConditionKind::Heat => {
            text.say(&format!("heat fell under {}", exit_line(view, moment, failing)));
        }
        ConditionKind::EngagedContacts
        | ConditionKind::EngagedRoles
        | ConditionKind::AnyRoleEngaged
        | ConditionKind::AllRolesEngaged => {
            if let Some((contact, _)) = cooled {
                text.link(&people::name(view, Some(contact)), Some(links.person(contact)))
                    .say(" went cold, and ");
            }
            text.say(&match moment.engaged.len() {
                0 => "nobody was engaged any more".to_owned(),
                1 => "only one person was engaged".to_owned(),
                left => format!("only {left} people were engaged"),
            });
        }
        ConditionKind::Quorum => {
            text.say(&format!("quorum was under {line}%"));
        }
        ConditionKind::Fit => {
            text.say(&format!("fit was below {line}"));
        }
        ConditionKind::NotExcluded => {
            text.say("the model excludes it");
        }
        ConditionKind::NotDisqualified => {
            text.say("it was disqualified");
        }
    }
    text
}
