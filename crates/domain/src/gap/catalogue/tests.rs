use super::*;
use crate::gap::About;
use crate::model::Model;

#[test]
fn a_gap_comes_back_from_eight_bytes() {
    let model = Model::from_toml(crate::model::DEFAULT_MODEL).unwrap();
    for (kind, id) in [
        (GapKind::ColdSeat, "cold_seat:economic_buyer"),
        (GapKind::StaleElement, "stale_element:decision_process"),
        (GapKind::MqaCondition, "mqa_condition:heat"),
        (GapKind::NoPath, "no_path:champion-economic_buyer"),
        (GapKind::Blocker, "blocker:7"),
        (GapKind::SingleThreaded, "single_threaded:engaged"),
        (GapKind::SingleThreaded, "single_threaded:12"),
    ] {
        let gap = Gap {
            kind,
            id: Arc::from(id),
            quorum: 22.5,
            completeness: 100.0,
            closes: vec![ConditionKind::Heat],
            about: About::Alone,
            contacts: Vec::new(),
            ask: None,
            since: crate::gap::Since(None),
            snoozed: None,
        };
        let packed = model
            .gaps
            .pack(&gap)
            .unwrap_or_else(|| panic!("{id} is not in the catalogue"));
        let mark = model.gaps.unpack(packed).unwrap();
        assert_eq!((mark.kind, &*mark.id, mark.closes), (kind, id, true));
        assert!((mark.quorum - 22.5).abs() < 1e-9 && (mark.completeness - 100.0).abs() < 1e-9);
    }
}
