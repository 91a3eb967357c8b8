use quorate_domain::model::DEFAULT_MODEL;

use super::*;

fn kind(name: &str) -> Kind {
    Kind::new(name).unwrap()
}

#[test]
fn kinds_are_spoken_of_as_people_do() {
    let model = Model::from_toml(DEFAULT_MODEL).unwrap();
    let told = |name: &str, number| counted(&model, &kind(name), number);
    assert_eq!(told("meeting.attended", 2), "two meetings");
    assert_eq!(told("demo.requested", 1), "a demo request");
    assert_eq!(told("page.view", 12), "12 page visits");
    assert_eq!(told("intent.surge.crm", 1), "an intent surge on a topic");
    assert_eq!(told("deal.lost", 1), "one “Deal lost”");
    assert_eq!(told("our.own", 3), "three times “our.own”");
    assert_eq!(certain(&model, &kind("roi.calculated")), "the ROI calculation");
    assert_eq!(certain(&model, &kind("our.own")), "“our.own”");
    assert_eq!(did(&model, &kind("page.pricing")), "read the pricing page");
    assert_eq!(did(&model, &kind("page.own")), "read a page");
    assert_eq!(did(&model, &kind("our.own")), "Our.own");
}

#[test]
fn an_exact_kind_stands_before_the_pattern_that_covers_it() {
    for (place, deed) in DEEDS.iter().enumerate() {
        let Some(prefix) = deed.kind.strip_suffix('*') else {
            continue;
        };
        let hidden = DEEDS
            .iter()
            .skip(place + 1)
            .find(|later| later.kind.starts_with(prefix));
        assert!(
            hidden.is_none(),
            "{} hides {:?}",
            deed.kind,
            hidden.map(|deed| deed.kind)
        );
    }
}
