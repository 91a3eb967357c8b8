use quorate_domain::id::ContactNo;
use serde_json::{Value, json};

use super::*;
use crate::stored::{pack, unpack};

/// A leaving as a build stored it that did not keep what ended an MQA.
fn old() -> Value {
    let heat = json!({"kind": "heat", "met": false, "needed": {"number": 50.0}, "actual": {"number": 39.9},
        "failing_since": null});
    let moment =
        json!({"intent_points": 36.8, "heat": 39.9, "engaged": [0], "conditions": [heat], "act_now": false});
    json!({"at": 1_772_409_600_000_i64, "change": {"mqa_left": moment}, "late": false})
}

fn restored(bytes: &[u8]) -> Notice {
    unpack::<NoticeV1>(bytes).unwrap().restore().unwrap()
}

fn moment(notice: &mut Notice) -> &mut Moment {
    if let Change::MqaLeft(moment) = &mut notice.change {
        moment
    } else {
        panic!("no leaving")
    }
}

#[test]
fn a_leaving_of_before_its_cause_was_kept_is_still_read() {
    let mut notice = restored(&pack(&old()));
    assert_eq!(moment(&mut notice).engaged, [ContactNo(0)]);
    assert!(moment(&mut notice).ended_by.is_empty());
    assert_eq!(restored(&pack(&NoticeV1::of(&notice))), notice);
}

#[test]
fn what_ended_an_mqa_is_stored_with_it() {
    let mut notice = restored(&pack(&old()));
    moment(&mut notice).ended_by = vec![ConditionKind::Heat, ConditionKind::NotExcluded];
    let bytes = pack(&NoticeV1::of(&notice));
    let told: Value = unpack(&bytes).unwrap();
    assert_eq!(
        told.pointer("/change/mqa_left/ended_by"),
        Some(&json!(["heat", "not_excluded"]))
    );
    assert_eq!(restored(&bytes), notice);
}
