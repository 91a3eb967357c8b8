use super::*;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

#[test]
fn a_heat_chip_never_shows_a_band_it_has_not_reached() {
    let chip = HeatChip::of(49.99, Band::of(49.99));
    assert_eq!(
        (chip.step, chip.number.as_str(), chip.title.as_str()),
        (4, "49", "Heat 49, warm")
    );
    insta::assert_snapshot!(HeatChip::of(84.2, Band::Burning).sized("lg").render().unwrap(),
        @r#"<span class="heat lg h8" title="Heat 84, burning">84</span>"#);
}

#[test]
fn momentum_says_its_direction_in_shape_and_word() {
    for (momentum, direction, word) in [
        (Some(2.11), Some("up"), "surging"),
        (Some(1.5), Some("flat"), "steady"),
        (Some(0.49), Some("down"), "cooling"),
        (None, None, ""),
    ] {
        let view = Momentum::of(momentum);
        assert_eq!((view.direction, view.word), (direction, word), "{momentum:?}");
        let html = view.render().unwrap();
        assert_eq!(html.contains("<svg"), direction.is_some(), "{html}");
    }
}

#[test]
fn momentum_says_what_heat_did_in_a_week() {
    let html = |change| Momentum::of(Some(2.1)).with_change(change).render().unwrap();
    assert!(html(Some(24)).contains("+24 in 7 d"), "{}", html(Some(24)));
    assert!(html(Some(-2)).contains("−2 in 7 d"));
    assert!(html(None).contains(">surging<"));
    let unknown = Momentum::of(None).with_change(Some(-6)).render().unwrap();
    assert!(unknown.contains("−6 in 7 d"), "{unknown}");
}

#[test]
fn an_ungraded_fit_says_why() {
    assert_eq!(Fit::of(None, None).grade, "–");
    assert!(Fit::of(Some(50.0), None).title.contains("too few facts"));
    let html = Fit::of(Some(92.9), Some(Grade::A)).render().unwrap();
    assert!(html.contains("<b>A</b>") && html.contains(">92<"), "{html}");
}

#[test]
fn an_end_within_two_weeks_is_told_as_time_left() {
    let now = at("2026-06-16T12:00:00Z");
    let since = Some(at("2026-05-27T09:00:00Z"));
    let far = Status::of(Stage::Mqa, since, Some(at("2026-08-01T00:00:00Z")), now);
    assert_eq!(far.until.map(|until| until.text).as_deref(), Some("until 1 Aug"));
    assert!(!far.soon);
    let near = Status::of(Stage::Mqa, since, Some(at("2026-06-19T13:00:00Z")), now);
    assert!(near.soon);
    insta::assert_snapshot!(near.render().unwrap(), @r#"<span class="badge acc">MQA</span> <time class="sm s" datetime="2026-05-27T09:00:00Z" title="27 May 2026, 09:00:00 UTC">since 27 May</time><div class="ex sm warn"><svg class="i" viewBox="0 0 16 16" aria-hidden="true"><circle cx="8" cy="8" r="5.5"/><path d="M8 5v3.2l2 1.3"/></svg><time datetime="2026-06-19T13:00:00Z" title="19 Jun 2026, 13:00:00 UTC">leaves in 3 d</time></div>"#);
    let target = Status::of(Stage::Target, None, None, now).render().unwrap();
    assert!(target.contains("Target") && !target.contains("<time"), "{target}");
}
