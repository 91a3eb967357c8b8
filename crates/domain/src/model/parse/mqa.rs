//! `[mqa]` and its segments.

use super::Names;
use super::fit;
use super::reader::{Bound, Section};
use crate::fit::Grade;
use crate::model::{MqaRule, MqaSegment, MqaThresholds};
use crate::time::Days;

pub(super) fn rule(section: &Section<'_>, names: &Names<'_>) -> MqaRule {
    let unsaid = MqaThresholds {
        enter_heat: 50.0,
        exit_heat: 50.0,
        engaged_contacts: 1,
        engaged_roles: 0,
        any_role_engaged: Vec::new(),
        all_roles_engaged: Vec::new(),
        fit_grade: None,
        quorum: None,
        grace_days: Days(0.0),
    };
    let exit_said = section.item("exit_heat").is_some();
    let base = thresholds(section, &unsaid, false, names);
    let act_now_days = section.number("act_now_days", Bound::Positive).unwrap_or(14.0);
    let segments = section
        .sections("segments")
        .iter()
        .filter_map(|section| segment(section, &base, exit_said, names))
        .collect();
    section.refuse_unknown();
    MqaRule {
        base,
        segments,
        act_now_days: Days(act_now_days),
    }
}

fn segment(
    section: &Section<'_>,
    base: &MqaThresholds,
    exit_said: bool,
    names: &Names<'_>,
) -> Option<MqaSegment> {
    let when = section.required("when").and_then(|item| item.section());
    let condition = when.as_ref().and_then(fit::condition);
    if let Some(when) = when {
        when.refuse_unknown();
    }
    let thresholds = thresholds(section, base, exit_said, names);
    section.refuse_unknown();
    Some(MqaSegment {
        when: condition?,
        thresholds,
    })
}

/// Returns the numbers of a section laid over those it starts from.
///
/// `exit_said`: those have an `exit_heat` of their own; else it follows `enter_heat`.
fn thresholds(
    section: &Section<'_>,
    under: &MqaThresholds,
    exit_said: bool,
    names: &Names<'_>,
) -> MqaThresholds {
    let roles = |key, under: &Vec<_>| {
        let item = section.item(key);
        item.map_or_else(|| under.clone(), |item| item.each(|item| names.role(item)))
    };
    let enter_heat = section
        .number("enter_heat", Bound::PERCENT)
        .unwrap_or(under.enter_heat);
    let exit_unsaid = if exit_said { under.exit_heat } else { enter_heat };
    let exit_heat = section.number("exit_heat", Bound::PERCENT).unwrap_or(exit_unsaid);
    if exit_heat > enter_heat {
        section.problem_at(
            "exit_heat",
            format!("must not be above enter_heat, found {exit_heat} above {enter_heat}"),
        );
    }
    MqaThresholds {
        enter_heat,
        exit_heat,
        engaged_contacts: section
            .count("engaged_contacts", 0)
            .unwrap_or(under.engaged_contacts),
        engaged_roles: section.count("engaged_roles", 0).unwrap_or(under.engaged_roles),
        any_role_engaged: roles("any_role_engaged", &under.any_role_engaged),
        all_roles_engaged: roles("all_roles_engaged", &under.all_roles_engaged),
        fit_grade: section
            .item("fit_grade")
            .and_then(|item| item.word(&GRADES))
            .or(under.fit_grade),
        quorum: section.number("quorum", Bound::PERCENT).or(under.quorum),
        grace_days: section
            .number("grace_days", Bound::NotNegative)
            .map_or(under.grace_days, Days),
    }
}

const GRADES: [(&str, Grade); 4] = [("A", Grade::A), ("B", Grade::B), ("C", Grade::C), ("D", Grade::D)];
