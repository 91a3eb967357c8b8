//! Many calls at one go. Redis reads 16 KiB of a connection at a time and syncs its append-only file before it answers
//! what it read, so that a group of calls one after the other costs a sync every dozen or two. In a transaction they wait
//! until all are there, and are synced once. What each of them answers, and whether it writes, is its own as before.

use redis::{Cmd, Connection, RedisError, Value, cmd};

use crate::fault::odd;
use crate::node::receive;
use crate::options::PlaceKind;

/// Calls in one transaction: it holds the server up for about 10 ms.
const CALLS_MAX: usize = 500;

/// How calls are put together for a server.
pub(crate) struct Transactions {
    multi: Cmd,
    exec: Cmd,
    calls_max: usize,
}

impl Transactions {
    /// Returns how a place takes them: a cluster's transactions are of one slot, and our calls are of many.
    pub(crate) fn of(kind: &PlaceKind) -> Self {
        Self {
            multi: cmd("MULTI"),
            exec: cmd("EXEC"),
            calls_max: match kind {
                PlaceKind::Single | PlaceKind::Socket | PlaceKind::Sentinel(_) => CALLS_MAX,
                PlaceKind::Cluster => 1,
            },
        }
    }

    /// Returns the commands to send for calls, in their order.
    pub(crate) fn wrap<'c>(&'c self, calls: &[&'c Cmd]) -> Vec<&'c Cmd> {
        let mut commands = Vec::with_capacity(calls.len() + 2 * calls.len().div_ceil(self.calls_max));
        for together in calls.chunks(self.calls_max) {
            // One alone is synced by itself.
            let several = together.len() > 1;
            commands.extend(several.then_some(&self.multi));
            commands.extend(together);
            commands.extend(several.then_some(&self.exec));
        }
        commands
    }

    /// Receives the answers to as many calls that were sent wrapped. What one of them was refused with when it was
    /// carried out stands among them.
    ///
    /// # Errors
    /// When the connection fails, or a transaction was not carried out.
    pub(crate) fn receive(
        &self,
        connection: &mut Connection,
        calls: usize,
    ) -> Result<Vec<Value>, RedisError> {
        let mut answers = Vec::with_capacity(calls);
        while answers.len() < calls {
            let together = (calls - answers.len()).min(self.calls_max);
            if together == 1 {
                answers.append(&mut receive(connection, 1)?);
            } else {
                answers.append(&mut carried_out(receive(connection, together + 2)?, together)?);
            }
        }
        Ok(answers)
    }
}

/// Returns what calls answered, out of all that a transaction answers: a word for its beginning and for each call that
/// is put by, then all answers.
pub(crate) fn carried_out(mut words: Vec<Value>, calls: usize) -> Result<Vec<Value>, RedisError> {
    let all = words.pop();
    // What was refused when it was put by says why nothing was carried out.
    for word in words {
        word.extract_error()?;
    }
    match all {
        Some(Value::Array(answers)) if answers.len() == calls => Ok(answers),
        Some(Value::ServerError(error)) => Err(RedisError::from(error)),
        Some(_) | None => Err(odd(&Value::Nil)),
    }
}

#[cfg(test)]
mod tests;
