use super::{View, agreed};

fn view(address: &str, epoch: u64) -> View {
    View {
        address: address.to_owned(),
        epoch,
        failover_under_way: false,
        replicas_alive: 2,
        sentinels: 3,
    }
}

#[test]
fn more_than_half_must_agree_on_the_newest() {
    let table: [(&str, Vec<View>, usize, Option<&str>); 7] = [
        ("nobody answers", vec![], 3, None),
        ("one of three", vec![view("a", 1)], 3, None),
        ("two of three", vec![view("a", 1), view("a", 1)], 3, Some("a")),
        (
            "the newest is known to one only",
            vec![view("b", 2), view("a", 1), view("a", 1)],
            3,
            None,
        ),
        (
            "one is behind",
            vec![view("b", 2), view("b", 2), view("a", 1)],
            3,
            Some("b"),
        ),
        ("we were told of one of three", vec![view("a", 1)], 1, Some("a")),
        (
            "we were told of two of three, one answers",
            vec![view("a", 1)],
            2,
            None,
        ),
    ];
    for (what, views, asked, master) in table {
        let found = agreed(&views, asked).map(|watched| watched.address);
        assert_eq!(found.ok().as_deref(), master, "{what}");
    }
}

#[test]
fn nobody_is_the_master_while_one_is_being_made() {
    let mut changing = view("a", 1);
    changing.failover_under_way = true;
    assert!(agreed(&[view("a", 1), view("a", 1), changing], 3).is_err());
}

#[test]
fn a_replica_counts_that_any_of_them_holds_for_alive() {
    let mut behind = view("a", 1);
    behind.replicas_alive = 1;
    let watched = agreed(&[behind, view("a", 1), view("a", 1)], 3).unwrap();
    assert_eq!(watched.replicas_alive, 2);
}
