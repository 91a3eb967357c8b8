use super::*;

#[test]
fn a_wait_ends_when_the_state_is_there() {
    let mut looks = 0;
    let found = Deadline::seconds(30).wait("the third look", || {
        looks += 1;
        if looks == 3 { Ok("there") } else { Err(looks) }
    });
    assert_eq!(found, "there");
}

#[test]
#[should_panic(expected = "in vain for rain; last seen: \"sun\"")]
fn a_wait_in_vain_says_what_was_seen() {
    Deadline::after(Duration::from_millis(1)).wait::<(), _>("rain", || Err("sun"));
}
