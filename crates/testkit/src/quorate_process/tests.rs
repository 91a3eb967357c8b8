use std::os::unix::process::ExitStatusExt;

use super::*;

/// Starts a shell script in the server's place.
fn script(text: &str) -> Launch {
    Launch::serve("/bin/sh", "unused").under(["/bin/sh", "-c", text])
}

#[test]
fn address_and_key_are_read_from_the_log() {
    let process = script(
        "echo 'first key: qk_abc-DEF_1 (kept hashed)'; echo 'listening on http://127.0.0.1:4711/'; read -r never < /dev/zero",
    )
    .start_unready();
    assert_eq!(process.address(), SocketAddr::from((Ipv4Addr::LOCALHOST, 4711)));
    assert_eq!(process.key(), "qk_abc-DEF_1");
    let again = process.kill9();
    assert_eq!(again.key.as_deref(), Some("qk_abc-DEF_1"));
}

#[test]
fn a_port_cut_in_the_middle_is_no_address() {
    assert_eq!(find_address("http://127.0.0.1:47"), None);
    assert_eq!(find_key("key qk_ab"), None);
}

#[test]
#[should_panic(expected = "no such model")]
fn an_early_end_shows_the_log() {
    drop(script("echo 'no such model' >&2; exit 3").start_unready());
}

#[test]
fn a_failing_start_is_reported_with_its_status() {
    let (status, log) = script("echo out; echo err >&2; exit 3").run_to_end(Deadline::seconds(30));
    assert_eq!(status.code(), Some(3));
    assert!(log.contains("out\n") && log.contains("err\n"), "{log}");
}

#[test]
fn a_process_can_be_asked_to_end() {
    let process = script("echo http://127.0.0.1:1; exec sleep 600").start_unready();
    let (status, _) = process.terminate(Deadline::seconds(30));
    assert_eq!(status.signal(), Some(15));
}

#[test]
fn memory_is_read_while_it_runs() {
    let process = script("echo http://127.0.0.1:1; exec sleep 600").start_unready();
    assert!(
        process.resident_kib().is_some_and(|kib| kib > 0),
        "{:?}",
        process.resident_kib()
    );
}

#[test]
fn a_launch_sets_the_environment() {
    let launch = script("echo \"$QUORATE_LISTEN and ${QUORATE_SOAK:-nothing}\"").env("QUORATE_LISTEN", "set");
    let (_, log) = launch.run_to_end(Deadline::seconds(30));
    assert_eq!(log, "set and nothing\n");
}
