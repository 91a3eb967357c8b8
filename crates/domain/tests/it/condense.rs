//! Condensing changes no number: a history without ids and properties is worth what it was, to the bit.

use proptest::prelude::*;
use quorate_domain::account::{Event, Record, condense};
use quorate_domain::explain::{Cause, GroupExplanation, explain};
use quorate_domain::id::Seq;
use quorate_domain::standing::{Horizon, ModelInForce, refold};

use crate::generate::{self, START};
use crate::properties::{NOW, config, fold_anew, id, ms};
use crate::reference::DAY;

/// Condenses step by step, as a running engine does: what is there may be condensed already.
fn condensed(records: &[Record], cuts: &[i64], records_max: usize) -> (Vec<Record>, usize) {
    let mut history = records.to_vec();
    let mut first = Seq(1);
    let mut forgotten = 0;
    for cut in cuts {
        while let Some(stretch) = condense(&history, first, ms(*cut), records_max) {
            for record in &stretch.records {
                let place = usize::try_from(record.seq.0 - 1).unwrap();
                history[place] = record.clone();
            }
            first = Seq(stretch.records.last().unwrap().seq.0 + 1);
            forgotten += stretch.forgotten.len();
        }
    }
    (history, forgotten)
}

/// Explanations without ids: those of condensed signals are gone.
fn explained(records: &[Record], models: &[ModelInForce], at: i64) -> Vec<GroupExplanation> {
    let horizon = Horizon {
        as_of: ms(at),
        now: ms(NOW),
        known_at: None,
    };
    let (state, standing) = refold(&id(), records, models, horizon, &mut Vec::new()).unwrap();
    let model = models
        .iter()
        .rev()
        .find(|model| model.from <= ms(at))
        .unwrap_or(&models[0]);
    let mut explained = explain(&state, &standing, records, &model.model, ms(at));
    for group in &mut explained {
        for line in group
            .people
            .iter_mut()
            .flat_map(|person| &mut person.kinds)
            .flat_map(|kind| &mut kind.lines)
        {
            if let Cause::Signal { id: name, .. } = &mut line.cause {
                *name = quorate_domain::id::SignalId::trusted("any");
            }
        }
    }
    explained
}

proptest! {
    #![proptest_config(config(192))]

    #[test]
    fn a_condensed_history_is_worth_what_it_was(
        first in generate::model(),
        second in generate::model(),
        records in generate::history(),
        day in 0..30_i64,
        mut cuts in prop::collection::vec(0..38 * DAY, 1..4),
        mut instants in prop::collection::vec(-2 * DAY..40 * DAY, 1..6),
        records_max in 1..9_usize,
    ) {
        let models = generate::in_force(&[(0, first), (START + day * DAY + 1, second)]);
        let records = generate::journalled(&records);
        cuts.sort_unstable();
        let cuts: Vec<i64> = cuts.into_iter().map(|cut| START + cut).collect();
        let (short, _) = condensed(&records, &cuts, records_max);
        prop_assert_eq!(short.len(), records.len());
        instants.push(NOW - START);
        instants.extend(records.iter().step_by(3).map(|record| record.effective_at().as_millis() - START));
        for at in instants {
            let at = (START + at).min(NOW);
            let whole = fold_anew(&records, &models, at, NOW);
            let short_fold = fold_anew(&short, &models, at, NOW);
            prop_assert_eq!(&whole.state, &short_fold.state);
            prop_assert_eq!(&whole.notices, &short_fold.notices);
            for model in &models {
                let reading = |folded: &crate::properties::Folded| folded.standing.read(&folded.state, &model.model, ms(at));
                prop_assert_eq!(reading(&whole), reading(&short_fold));
            }
            prop_assert_eq!(explained(&records, &models, at), explained(&short, &models, at));
        }
    }

    /// What was recorded before the cut has neither id nor properties left, but for ties with what came after it.
    #[test]
    fn what_is_old_has_no_ids_left_and_what_is_not_is_untouched(
        records in generate::history(),
        cut in 0..38 * DAY,
        records_max in 1..9_usize,
    ) {
        let records = generate::journalled(&records);
        let cut = ms(START + cut);
        let (short, forgotten) = condensed(&records, &[cut.as_millis()], records_max);
        let mut gone = 0;
        for (before, after) in records.iter().zip(&short) {
            let (Event::SignalRecorded(was), Event::SignalRecorded(is)) = (&before.event, &after.event) else {
                prop_assert_eq!(before, after);
                continue;
            };
            let tied = records.iter().any(|other| matches!(&other.event, Event::SignalRecorded(signal)
                if other.seq != before.seq && signal.occurred_at == was.occurred_at));
            if before.at >= cut {
                prop_assert_eq!(was, is);
            } else if !is.id.is_condensed() {
                prop_assert!(tied);
                prop_assert_eq!(was, is);
            } else {
                prop_assert_eq!(&is.properties, &None);
                gone += 1;
            }
        }
        prop_assert_eq!(gone, forgotten);
    }
}
