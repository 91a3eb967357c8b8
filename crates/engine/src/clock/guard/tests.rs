use std::cell::Cell;

use super::{Guard, JUMP_MS};
use crate::clock::Clock;

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;

thread_local! {
    static WALL: Cell<i64> = const { Cell::new(1_000 * DAY) };
    static STEADY: Cell<i64> = const { Cell::new(0) };
}

fn pass(ms: i64) {
    WALL.set(WALL.get() + ms);
    STEADY.set(STEADY.get() + ms);
}

fn jump(ms: i64) {
    WALL.set(WALL.get() + ms);
}

fn clock() -> Clock {
    Clock::guarded(Guard::new(|| WALL.get(), || STEADY.get()))
}

#[test]
fn it_shows_the_machines_time_however_long_nobody_looks() {
    let clock = clock();
    for passed in [0, 1, HOUR, 90 * DAY] {
        pass(passed);
        assert_eq!(clock.now().as_millis(), WALL.get());
        assert_eq!(clock.doubt(), None);
    }
}

#[test]
fn small_steps_are_followed_however_many() {
    let clock = clock();
    for _ in 0..1000 {
        pass(1000);
        jump(JUMP_MS - 1);
        assert_eq!(clock.now().as_millis(), WALL.get());
    }
    assert_eq!(clock.doubt(), None);
}

#[test]
fn a_jump_ahead_is_not_followed_until_it_is_confirmed() {
    let clock = clock();
    let before = clock.now();
    jump(DAY);
    assert_eq!(clock.doubt(), Some(DAY));
    assert_eq!(clock.now(), before);
    pass(HOUR);
    assert_eq!(clock.now(), before.plus_millis(HOUR));
    assert_eq!(clock.doubt(), Some(DAY));
    clock.confirm();
    assert_eq!(clock.doubt(), None);
    assert_eq!(clock.now(), before.plus_millis(HOUR + DAY));
}

#[test]
fn a_clock_that_comes_back_is_believed_again() {
    let clock = clock();
    let before = clock.now();
    jump(DAY);
    assert_eq!(clock.now(), before);
    jump(-DAY);
    pass(HOUR);
    assert_eq!(clock.doubt(), None);
    assert_eq!(clock.now(), before.plus_millis(HOUR));
}

#[test]
fn after_a_jump_back_time_goes_on_and_never_goes_back() {
    let clock = clock();
    let before = clock.now();
    jump(-DAY);
    assert_eq!(clock.doubt(), Some(-DAY));
    pass(HOUR);
    assert_eq!(clock.now(), before.plus_millis(HOUR));
    clock.confirm();
    assert_eq!(clock.doubt(), None);
    assert_eq!(
        clock.now(),
        before.plus_millis(HOUR),
        "it stands still until the machine's clock is there"
    );
    pass(DAY + HOUR);
    assert_eq!(clock.now(), before.plus_millis(2 * HOUR));
}
