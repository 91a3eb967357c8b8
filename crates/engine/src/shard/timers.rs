//! One timer an account, kept for passive ones too: when it should be looked at again.

use std::cell::RefCell;
use std::collections::BTreeSet;

use hashbrown::HashMap;
use quorate_domain::id::AccountId;
use quorate_domain::time::Timestamp;
use tokio::sync::Notify;

use crate::clock::Clock;

/// How long an instant that has passed already waits: a backfill brings an account through many such instants, and
/// only the last of them is worth looking at.
const OVERDUE_MS: i64 = 1_000;

/// The timers of one shard.
pub(crate) struct Timers {
    set: RefCell<Set>,
    changed: Notify,
}

#[derive(Default)]
struct Set {
    order: BTreeSet<(Timestamp, AccountId)>,
    of: HashMap<AccountId, Timestamp>,
}

impl Timers {
    pub(crate) fn new(wakes: Vec<(AccountId, Timestamp)>) -> Self {
        let of = wakes.iter().cloned().collect();
        let order = wakes.into_iter().map(|(account, at)| (at, account)).collect();
        Self {
            set: RefCell::new(Set { order, of }),
            changed: Notify::new(),
        }
    }

    /// Sets an account's timer, in place of the one it had.
    pub(crate) fn set(&self, account: &AccountId, at: Option<Timestamp>, now: Timestamp) {
        let at = at.map(|at| {
            if at <= now {
                now.plus_millis(OVERDUE_MS)
            } else {
                at
            }
        });
        let mut set = self.set.borrow_mut();
        let first = set.order.first().map(|(at, _)| *at);
        let old = match at {
            Some(at) => set.of.insert(account.clone(), at),
            None => set.of.remove(account),
        };
        if old == at {
            return;
        }
        if let Some(old) = old {
            set.order.remove(&(old, account.clone()));
        }
        if let Some(at) = at {
            set.order.insert((at, account.clone()));
            if first.is_none_or(|first| at < first) {
                self.changed.notify_one();
            }
        }
    }

    /// Waits until some accounts are due, and takes their timers away.
    pub(crate) async fn due(&self, clock: &Clock) -> Vec<AccountId> {
        loop {
            let next = self.set.borrow().order.first().map(|(at, _)| *at);
            let Some(next) = next else {
                self.changed.notified().await;
                continue;
            };
            if next > clock.now() {
                tokio::select! {
                    () = clock.sleep_until(next) => {}
                    () = self.changed.notified() => {}
                }
                continue;
            }
            return self.take_due(clock.now());
        }
    }

    fn take_due(&self, now: Timestamp) -> Vec<AccountId> {
        let mut set = self.set.borrow_mut();
        let mut due = Vec::new();
        while let Some((at, account)) = set.order.pop_first() {
            if at > now || due.len() >= super::WAKES_MAX {
                set.order.insert((at, account));
                break;
            }
            set.of.remove(&account);
            due.push(account);
        }
        due
    }
}
