//! kill -9, again and again, on one growing folder.

use crate::home::TempFolder;
use crate::ledger::{self, Order, Said};

const ROUNDS: u64 = 20;

#[test]
fn killing_the_process_loses_and_doubles_nothing_that_was_acknowledged() {
    let home = TempFolder::new();
    let mut acked = Vec::new();
    let mut first = 1;
    for round in 0..ROUNDS {
        let (mut process, acks) = ledger::spawn(
            &[],
            ledger::command(&home.path(), first, u64::MAX / 4, Order::CommitThenSay),
        );
        // Another moment in each round, the first one as early as it gets.
        let enough = usize::try_from(round * round % 37).unwrap();
        let mut acks = acks.map(|said| match said {
            Said::Ack(group) => group,
            Said::Error(error) => panic!("round {round}: {error}"),
        });
        let before = acked.len();
        acked.extend(acks.by_ref().take(enough.max(1)));
        process.kill().unwrap();
        process.wait().unwrap();
        // What was said before the kill and not read yet counts too.
        acked.extend(acks);
        assert!(acked.len() > before, "round {round} came to nothing");
        let last = acked.last().copied().unwrap();
        let (store, _) = home.store();
        ledger::check(&store, &acked, last + 1);
        first = last + 2;
    }
    eprintln!(
        "{} groups acknowledged in {ROUNDS} rounds, all of them there",
        acked.len()
    );
}
