use quorate_domain::id::AccountId;

use super::{Names, Partition, slot};

#[test]
fn slots_are_those_of_redis() {
    // Redis Cluster specification: the CRC of "123456789" is 0x31C3.
    assert_eq!(slot(b"123456789"), 0x31C3);
    // CLUSTER KEYSLOT of Redis 7.0.15.
    assert_eq!(slot(b"p:0"), 1_029);
}

#[test]
fn an_account_stays_in_its_partition_for_good() {
    let names = Names::new("q");
    let acme = AccountId::trusted("acme");
    assert_eq!(names.journal(&acme), "q:{p:225}:journal:acme");
    assert_eq!(names.heads(Partition::of(&acme)), "q:{p:225}:heads");
}
