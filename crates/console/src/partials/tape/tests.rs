use super::*;

#[test]
fn weeks_stand_in_their_place_and_their_colour() {
    let mut weeks: TapeWeeks = std::array::from_fn(|_| None);
    weeks[24] = Some(49);
    weeks[25] = Some(84);
    let tape = HeatTape::of(&weeks);
    assert_eq!(tape.title, "26 weeks of heat, now 84, peak 84");
    let drawing = |class: &str| {
        let found = tape.drawings.iter().find(|drawing| drawing.class == class);
        found.map(|drawing| drawing.path.clone()).unwrap_or_default()
    };
    assert_eq!(drawing("h4"), "M144 0h5v20h-5z");
    assert_eq!(drawing("h8"), "M150 0h5v20h-5z");
    assert_eq!(drawing("dot").matches('M').count(), 24);
    let html = tape.render().unwrap();
    assert!(
        !html.contains("style=") && html.contains("role=\"img\""),
        "{html}"
    );
}

#[test]
fn an_account_nothing_is_known_of_says_so() {
    let tape = HeatTape::of(&std::array::from_fn(|_| None));
    assert_eq!(tape.title, "26 weeks of heat: nothing known yet");
}
