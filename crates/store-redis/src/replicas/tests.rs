use super::{Followers, Replicas};

#[test]
fn who_follows_is_read_of_the_masters_lines() {
    let info = "# Replication\r\nrole:master\r\nconnected_slaves:3\r\n\
        slave0:ip=10.0.0.2,port=6379,state=online,offset=98,lag=0\r\n\
        slave1:ip=10.0.0.3,port=6379,state=wait_bgsave,offset=0,lag=0\r\n\
        slave2:ip=10.0.0.4,port=6379,state=online,offset=98,lag=1\r\n\
        slave_repl_offset:98\r\nmaster_repl_offset:98\r\n";
    assert_eq!(
        Followers::read(info),
        Followers {
            online: 2,
            filling: 1,
            addresses: ["10.0.0.2:6379", "10.0.0.3:6379", "10.0.0.4:6379"]
                .map(str::to_owned)
                .to_vec(),
        }
    );
}

fn followers(online: u32, filling: u32) -> Followers {
    Followers {
        online,
        filling,
        ..Followers::default()
    }
}

/// What was told, then seen, and how many must then have a write when at least one is asked for.
#[test]
fn every_replica_that_could_take_over_is_waited_for() {
    let table = [
        ("nobody is there: what is asked for stands", 0, followers(0, 0), 1),
        ("two alive, both follow", 2, followers(2, 0), 2),
        (
            "one alive went elsewhere: it may be the next master",
            2,
            followers(1, 0),
            2,
        ),
        ("one is being filled", 2, followers(1, 1), 1),
        ("one more came since they were counted", 1, followers(2, 0), 2),
        ("one is down and nobody counts it", 1, followers(1, 0), 1),
    ];
    for (what, told, seen, wanted) in table {
        let replicas = Replicas::default();
        replicas.are(told);
        replicas.saw(&seen);
        assert_eq!(replicas.wanted(1), wanted, "{what}");
    }
}

#[test]
fn a_replica_that_was_seen_is_waited_for_until_it_is_said_to_be_down() {
    let replicas = Replicas::default();
    replicas.are(1);
    replicas.saw(&followers(2, 0));
    replicas.saw(&followers(1, 0));
    assert_eq!(replicas.wanted(1), 2);
    replicas.are(1);
    assert_eq!(replicas.wanted(1), 1);
}
