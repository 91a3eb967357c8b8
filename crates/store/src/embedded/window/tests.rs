use super::*;

#[test]
fn the_window_covers_exactly_the_commits_it_remembers() {
    let mut ids = RecentIds::new(CommitMark(10), 2);
    assert!(ids.covers(CommitMark(10)));
    assert!(!ids.covers(CommitMark(9)));
    for commit in 11..=16_u64 {
        let keys = [commit.to_be_bytes(), (commit + 1000).to_be_bytes()];
        ids.add(CommitMark(commit), keys.iter().map(<[u8; 8]>::as_slice));
    }
    // Two ids fill a generation, so the last two commits are remembered: 15 and 16.
    assert!(ids.covers(CommitMark(14)));
    assert!(!ids.covers(CommitMark(13)));
    for commit in 15..=16_u64 {
        assert!(ids.may_hold(&commit.to_be_bytes()), "commit {commit}");
    }
    assert!(!ids.may_hold(&17_u64.to_be_bytes()));
}

#[test]
fn recent_entries_are_found_and_old_ones_go() {
    let mut recent = Recent::new(2);
    for n in 0..5 {
        recent.put(n, n * 10);
    }
    assert_eq!(recent.get(&4), Some(40));
    assert_eq!(recent.get(&3), Some(30));
    assert_eq!(recent.get(&0), None);
    recent.put(4, 41);
    assert_eq!(recent.get(&4), Some(41));
}
