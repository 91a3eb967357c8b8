//! Going through all accounts: partition by partition, page by page, each account told once.

use std::collections::HashSet;

use quorate_domain::id::AccountId;
use quorate_store::{Error, SummaryContent, SummaryRow, record};
use redis::cmd;

use crate::names::{Partition, seal_key};
use crate::store::RedisStore;

/// Heads fetched at a time.
const HEADS_AT_ONCE: usize = 1_000;

impl RedisStore {
    pub(crate) fn visit_summaries(&self, visit: &mut dyn FnMut(SummaryRow<'_>)) -> Result<(), Error> {
        for partition in Partition::all() {
            let heads = self.shared.names.heads(partition);
            let mut cursor = "0".to_owned();
            // A hash that is being resized tells some fields twice, and so does one that is read from its beginning again.
            let mut told: HashSet<String> = HashSet::new();
            let mut begun_with: Option<String> = None;
            loop {
                let (who, (next, found)) = self.shared.retried(|layout| {
                    let node = layout.of(partition);
                    let page: (String, Vec<(String, Vec<u8>)>) =
                        node.with(&self.shared.options, |connection| {
                            cmd("HSCAN")
                                .arg(&heads)
                                .arg(&cursor)
                                .arg("COUNT")
                                .arg(HEADS_AT_ONCE)
                                .query(connection)
                        })?;
                    Ok((node.incarnation.clone(), page))
                })?;
                // A place in the hash means nothing to another server.
                if begun_with.as_ref().is_some_and(|begun_with| *begun_with != who) {
                    begun_with = None;
                    "0".clone_into(&mut cursor);
                    continue;
                }
                begun_with = Some(who);
                for (account, value) in found {
                    if !told.insert(account.clone()) {
                        continue;
                    }
                    let key = seal_key(&AccountId::trusted(account.as_str()), &[]);
                    let content = record::open_head(&key, &value)
                        .inspect_err(|damage| {
                            tracing::warn!(account.id = account, reason = %damage, "an account's head is damaged");
                        })
                        .ok()
                        .map(|head| SummaryContent {
                            seq: head.seq,
                            notices: head.notices,
                            summary: head.summary,
                        });
                    visit(SummaryRow {
                        account: &account,
                        content,
                    });
                }
                if next == "0" {
                    break;
                }
                cursor = next;
            }
        }
        Ok(())
    }
}
