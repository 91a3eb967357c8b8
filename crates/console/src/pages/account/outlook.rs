//! What happens if nothing new does, in a sentence.

use quorate_domain::standing::{Change, Notice};
use quorate_domain::time::Timestamp;
use quorate_engine::view::AccountView;

use super::people;
use crate::words;

/// Returns the forecast in words.
pub(crate) fn sentence(view: &AccountView, coming: &[Notice]) -> String {
    let now = view.reading.at;
    if let Some(ends) = view.mqa_ends_at {
        return format!(
            "If nothing new happens, MQA ends on {}{}.",
            when(ends, now),
            cause(view, coming, ends)
        );
    }
    if view.reading.is_mqa() {
        return "If nothing new happens, it stays MQA.".to_owned();
    }
    let missing = missing(view);
    let cooling = coming.iter().find_map(|notice| match &notice.change {
        Change::Cooled { contact } => Some((notice.at, *contact)),
        Change::MqaEntered(_)
        | Change::MqaLeft(_)
        | Change::MqaRevised { .. }
        | Change::BandChanged { .. }
        | Change::Engaged { .. } => None,
    });
    match cooling {
        Some((at, contact)) => {
            let name = people::name(view, Some(contact));
            format!(
                "{missing}If nothing new happens, {name} goes cold on {}.",
                when(at, now)
            )
        }
        None => format!("{missing}Time alone will not make it MQA."),
    }
}

/// Returns which conditions an account that is not MQA lacks.
fn missing(view: &AccountView) -> String {
    let lines = super::conditions::lines(view);
    let lacking: Vec<String> = lines
        .iter()
        .filter(|line| !line.met)
        .map(|line| {
            format!(
                "{} {}, now {}",
                line.name.to_lowercase(),
                line.needed,
                line.actual
            )
        })
        .collect();
    let met = lines.len() - lacking.len();
    match (lines.is_empty(), lacking.is_empty()) {
        (true, _) => "The model has no MQA rule. ".to_owned(),
        (false, true) => format!("All {met} conditions are met. "),
        (false, false) => {
            format!(
                "{met} of {} conditions met. Missing: {}. ",
                lines.len(),
                lacking.join("; ")
            )
        }
    }
}

fn when(at: Timestamp, now: Timestamp) -> String {
    format!("{}, in {}", words::date(at, now), words::ahead_in_full(at, now))
}

/// Returns what makes the account leave at `ends`.
fn cause(view: &AccountView, coming: &[Notice], ends: Timestamp) -> String {
    let left = coming.iter().find_map(|notice| match &notice.change {
        Change::MqaLeft(moment) if notice.at == ends => Some(moment),
        Change::MqaLeft(_)
        | Change::MqaEntered(_)
        | Change::MqaRevised { .. }
        | Change::BandChanged { .. }
        | Change::Engaged { .. }
        | Change::Cooled { .. } => None,
    });
    let failing = left.and_then(|moment| moment.conditions.iter().find(|condition| !condition.met));
    let Some(failing) = failing else {
        return String::new();
    };
    let line = super::conditions::ConditionLine::of(failing, view, ends);
    format!(
        ": {} will be {}, {}",
        line.name.to_lowercase(),
        line.actual,
        line.needed
    )
}
