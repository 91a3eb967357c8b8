use super::*;

#[track_caller]
fn check(said: &[&str], expected: File) {
    let mut info = String::from("# Persistence\r\n");
    for line in said {
        info.push_str(line);
        info.push_str("\r\n");
    }
    assert_eq!(File::read(&info), expected, "{info}");
}

const AT_REST: [&str; 3] = [
    "aof_enabled:1",
    "aof_rewrite_in_progress:0",
    "aof_rewrite_scheduled:0",
];

#[track_caller]
fn check_at_rest(more: &[&str], expected: File) {
    check(&[&AT_REST[..], more].concat(), expected);
}

#[test]
fn a_file_is_new_when_it_was_written_whole_since_the_start() {
    check_at_rest(&["aof_rewrites:0", "aof_last_bgrewrite_status:ok"], File::AsFound);
    check_at_rest(&["aof_rewrites:3", "aof_last_bgrewrite_status:ok"], File::Anew);
    check_at_rest(
        &["aof_rewrites:3", "aof_last_bgrewrite_status:err"],
        File::AsFound,
    );
}

#[test]
fn a_file_that_is_being_written_is_not_new_yet() {
    let again = ["aof_rewrites:1", "aof_last_bgrewrite_status:ok"];
    check(
        &[
            &[
                "aof_enabled:1",
                "aof_rewrite_in_progress:1",
                "aof_rewrite_scheduled:0",
            ],
            &again[..],
        ]
        .concat(),
        File::UnderWay,
    );
    check(
        &[
            &[
                "aof_enabled:1",
                "aof_rewrite_in_progress:0",
                "aof_rewrite_scheduled:1",
            ],
            &again[..],
        ]
        .concat(),
        File::Scheduled,
    );
}

#[test]
fn a_server_that_does_not_say_is_taken_for_one_that_did_nothing() {
    check(&["aof_enabled:1"], File::AsFound);
    check(&[], File::AsFound);
    check(&["aof_enabled:0"], File::None);
}
