//! Committing a group: one function call an append, in transactions that are synced once each, all sent before the first
//! answer is awaited, one `WAIT` a server.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::PoisonError;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use quorate_domain::account::Event;
use quorate_domain::id::{AccountId, Seq, SignalId};
use quorate_store::record::{self, Head};
use quorate_store::{Append, AppendRefusal, Appended, Error, NoticeNo, OwnerToken};
use redis::{Cmd, Connection, FromRedisValue, RedisError, Value, cmd};

use crate::fault::{odd, said, unavailable};
use crate::heal::Recent;
use crate::layout::Layout;
use crate::names::{Partition, seal_key, signal_id};
use crate::node::{Node, receive, send};
use crate::replicas::Ending;
use crate::store::{RedisStore, Shared, monotonic};
use crate::transaction::Transactions;

/// Accounts whose place is remembered; then all are forgotten and learned again.
const PLACES_MAX: usize = 200_000;
/// How long a connection may be quiet before it is asked whether it is still there.
const QUIET: Duration = Duration::from_secs(30);
/// How often an append is sent again because the account had other notices than we knew.
const NOTICE_TRIES: u32 = 3;

/// What only the one who writes may touch.
#[derive(Default)]
pub(crate) struct Writer {
    /// Who we are, once ownership was taken: the token and its epoch.
    pub(crate) owner: Option<(OwnerToken, u64)>,
    /// Where accounts stand, as far as we know. The server judges; a wrong guess costs a round.
    places: HashMap<AccountId, Place>,
    /// The connections that are written by, by address. `WAIT` counts what went through its own.
    pub(crate) links: BTreeMap<String, Link>,
    /// Which incarnation of each server was looked at for lost writes, by address.
    pub(crate) known: BTreeMap<String, String>,
    /// What was written of late.
    pub(crate) recent: Recent,
    /// Whether anything of the group under way was sent to a server.
    any_sent: bool,
}

/// A connection that is written by, and when it was last.
pub(crate) struct Link {
    connection: Connection,
    used: Instant,
}

/// Where an account stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) seq: Seq,
    pub(crate) notices: NoticeNo,
}

/// What the server said to an append.
enum Verdict {
    Written,
    Refused(AppendRefusal),
    /// It has other notices than the append was numbered by.
    OtherNotices(Place),
}

/// An append on its way.
struct Sent<'g> {
    /// Its place in the group.
    index: usize,
    append: &'g Append,
    command: Cmd,
    becomes: Place,
}

impl RedisStore {
    pub(crate) fn commit_group(
        &self,
        group: &[Append],
    ) -> Result<Vec<Result<Appended, AppendRefusal>>, Error> {
        if group.is_empty() {
            return Ok(Vec::new());
        }
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        writer.any_sent = false;
        let committed = self.commit_with(&mut writer, group);
        if committed.is_err() {
            writer.links.clear();
            self.shared.doubt();
        }
        if committed.is_err() && writer.any_sent {
            // Nobody knows what was written: nothing we remember of these accounts is worth anything.
            for append in group {
                writer.places.remove(&append.account);
            }
            self.unsure.store(true, Ordering::Release);
        }
        self.marks.fetch_add(1, Ordering::AcqRel);
        committed
    }

    fn commit_with(
        &self,
        writer: &mut Writer,
        group: &[Append],
    ) -> Result<Vec<Result<Appended, AppendRefusal>>, Error> {
        let shared = &self.shared;
        let layout = shared.layout_to_write("write")?;
        self.heal(writer, &layout)?;
        let mut answers: Vec<Option<Result<Appended, AppendRefusal>>> = vec![None; group.len()];
        let mut waiting: Vec<usize> = (0..group.len()).collect();
        let mut tries = 0;
        while !waiting.is_empty() {
            tries += 1;
            self.learn_places(writer, group, &mut waiting, &mut answers)?;
            let sent = self.prepare(writer, group, &waiting, &mut answers);
            waiting.clear();
            for (sent, verdict) in self.exchange(writer, &layout, sent)? {
                let account = &sent.append.account;
                let answer = match verdict {
                    Verdict::Written => {
                        writer.remember(account, sent.becomes);
                        if shared.may_lose() {
                            writer.recent.add(sent.append, sent.becomes, sent.command);
                        }
                        Ok(Appended {
                            seq: sent.becomes.seq,
                            notices: sent.becomes.notices,
                        })
                    }
                    Verdict::OtherNotices(_) if tries < NOTICE_TRIES => {
                        // Not what we remember, and the server does not check the head's checksum: we look ourselves.
                        writer.places.remove(account);
                        waiting.push(sent.index);
                        continue;
                    }
                    Verdict::OtherNotices(place) => Err(mismatch(sent.append, place.seq)),
                    Verdict::Refused(refusal) => {
                        writer.places.remove(account);
                        // Something is there that was not when it was decided: perhaps of a group we gave up, and
                        // perhaps with nobody but this server yet.
                        self.unsure.store(true, Ordering::Release);
                        Err(refusal)
                    }
                };
                if let Some(place) = answers.get_mut(sent.index) {
                    *place = Some(answer);
                }
            }
            waiting.sort_unstable();
        }
        answers
            .into_iter()
            .map(|answer| {
                answer.ok_or_else(|| unavailable(&shared.place, "write", "an append got no answer"))
            })
            .collect()
    }

    /// Fetches where accounts stand that we know nothing of. Appends to one whose head is damaged are refused: an append
    /// writes a new head, and the damage would be sealed up.
    fn learn_places(
        &self,
        writer: &mut Writer,
        group: &[Append],
        waiting: &mut Vec<usize>,
        answers: &mut [Option<Result<Appended, AppendRefusal>>],
    ) -> Result<(), Error> {
        let unknown: BTreeSet<&AccountId> = waiting
            .iter()
            .filter_map(|index| Some(&group.get(*index)?.account))
            .filter(|account| !writer.places.contains_key(*account))
            .collect();
        if unknown.is_empty() {
            return Ok(());
        }
        let asked: Vec<(Partition, Cmd)> = unknown
            .iter()
            .map(|account| {
                let partition = Partition::of(account);
                let mut command = cmd("HGET");
                command
                    .arg(self.shared.names.heads(partition))
                    .arg(account.as_str());
                (partition, command)
            })
            .collect();
        for (account, answer) in unknown.into_iter().zip(self.shared.read_many(&asked)?) {
            let head = Option::<Vec<u8>>::from_redis_value(answer)
                .map_err(|error| unavailable(&self.shared.place, "read", error.to_string()))?;
            let key = seal_key(account, &[]);
            let place = match head.as_deref().map(|head| record::open_head(&key, head)) {
                None => Place::default(),
                Some(Ok(head)) => Place {
                    seq: head.seq,
                    notices: head.notices,
                },
                Some(Err(damage)) => {
                    waiting.retain(|index| {
                        let of_account = group.get(*index).is_some_and(|append| append.account == *account);
                        if let (true, Some(answer)) = (of_account, answers.get_mut(*index)) {
                            *answer = Some(Err(AppendRefusal::Corrupt {
                                account: account.clone(),
                                reason: damage.to_string(),
                            }));
                        }
                        !of_account
                    });
                    continue;
                }
            };
            writer.remember(account, place);
        }
        Ok(())
    }

    /// Turns appends into calls, each on the assumption that those before it are written.
    fn prepare<'g>(
        &self,
        writer: &Writer,
        group: &'g [Append],
        which: &[usize],
        answers: &mut [Option<Result<Appended, AppendRefusal>>],
    ) -> Vec<Sent<'g>> {
        let mut staged: HashMap<&AccountId, Place> = HashMap::new();
        let mut sent = Vec::with_capacity(which.len());
        for &index in which {
            let Some(append) = group.get(index) else { continue };
            let account = &append.account;
            let place = staged
                .get(account)
                .or_else(|| writer.places.get(account))
                .copied()
                .unwrap_or_default();
            let numbered = append
                .records
                .iter()
                .zip(append.expected.0 + 1..)
                .all(|(record, seq)| record.seq.0 == seq);
            if !numbered {
                if let Some(answer) = answers.get_mut(index) {
                    *answer = Some(Err(mismatch(append, place.seq)));
                }
                continue;
            }
            let notices = u64::try_from(append.notices.len()).unwrap_or(u64::MAX);
            let becomes = Place {
                seq: append.records.last().map_or(append.expected, |record| record.seq),
                notices: NoticeNo(place.notices.0.saturating_add(notices)),
            };
            if append.expected == place.seq {
                staged.insert(account, becomes);
            }
            let command = self.call(append, place.notices, becomes);
            sent.push(Sent {
                index,
                append,
                command,
                becomes,
            });
        }
        sent
    }

    /// Returns the call that writes an append.
    fn call(&self, append: &Append, notices: NoticeNo, becomes: Place) -> Cmd {
        let names = &self.shared.names;
        let account = &append.account;
        let partition = Partition::of(account);
        let mut command = cmd("FCALL");
        command
            .arg("quorate2_append")
            .arg(6)
            .arg(names.owner(partition))
            .arg(names.heads(partition))
            .arg(names.journal(account))
            .arg(names.ids(account))
            .arg(names.cards(account))
            .arg(names.notices(account))
            .arg(&*append.owner.0)
            .arg(account.as_str())
            .arg(append.expected.0)
            .arg(notices.0)
            .arg(record::seal_head(
                &seal_key(account, &[]),
                Head {
                    seq: becomes.seq,
                    notices: becomes.notices,
                    summary: &append.summary,
                },
            ));
        match append.records.last() {
            Some(last) => {
                let key = seal_key(account, &last.seq.0.to_be_bytes());
                command
                    .arg(last.seq.0)
                    .arg(record::seal_journal(&key, &append.records));
            }
            None => {
                command.arg("").arg("");
            }
        }
        let ids: Vec<[u8; 16]> = signal_ids(append)
            .map(|id| signal_id(self.seed, account, id))
            .collect();
        command.arg(ids.len());
        for id in &ids {
            command.arg(&id[..]);
        }
        command.arg(append.cards.len());
        for (no, card) in &append.cards {
            let key = seal_key(account, &no.0.to_be_bytes());
            command.arg(no.0).arg(record::seal_card(&key, card));
        }
        for (notice, no) in append.notices.iter().zip(notices.0 + 1..) {
            let key = seal_key(account, &no.to_be_bytes());
            command.arg(record::seal_notice(&key, becomes.seq, notice));
        }
        command
    }

    /// Sends the calls to their servers, all of them before the first answer is awaited.
    fn exchange<'g>(
        &self,
        writer: &mut Writer,
        layout: &Layout,
        sent: Vec<Sent<'g>>,
    ) -> Result<Vec<(Sent<'g>, Verdict)>, Error> {
        let shared = &self.shared;
        let fail = |error: RedisError| unavailable(&shared.place, "write", said(&error));
        let mut by_server: BTreeMap<&str, (&Node, Vec<Sent<'g>>)> = BTreeMap::new();
        for sent in sent {
            let node = layout.of(Partition::of(&sent.append.account));
            let (_, of_server) = by_server
                .entry(&node.address)
                .or_insert_with(|| (node, Vec::new()));
            of_server.push(sent);
        }
        let transactions = Transactions::of(&shared.options.place.kind);
        let mut under_way = Vec::with_capacity(by_server.len());
        for (node, sent) in by_server.into_values() {
            let ending = shared.ending(node);
            let calls: Vec<&Cmd> = sent.iter().map(|sent| &sent.command).collect();
            let commands = transactions
                .wrap(&calls)
                .into_iter()
                .chain(ending.iter().flat_map(Ending::commands));
            let link = writer.link(shared, node).map_err(fail)?;
            let gone = send(link, commands);
            writer.any_sent = true;
            gone.map_err(fail)?;
            under_way.push((node, sent, ending));
        }
        let mut judged = Vec::new();
        for (node, sent, ending) in under_way {
            let link = writer.link_under_way(node).map_err(fail)?;
            let answers = transactions.receive(link, sent.len()).map_err(fail)?;
            let ended = match &ending {
                Some(ending) => receive(link, ending.commands().len()).map_err(fail)?,
                None => Vec::new(),
            };
            let mut any_written = false;
            for (sent, answer) in sent.into_iter().zip(answers) {
                let verdict = verdict(sent.append, answer).map_err(fail)?;
                any_written |= matches!(verdict, Verdict::Written);
                judged.push((sent, verdict));
            }
            if let (Some(ending), true) = (ending, any_written) {
                shared.confirm(node, link, &ending, &ended)?;
            }
        }
        Ok(judged)
    }
}

impl Writer {
    /// Returns the connection that a server is written by; opens it when there is none, or when nobody answers on it any
    /// more after a quiet time: an address translator forgets such connections, and a group sent into one is a 503.
    pub(crate) fn link(&mut self, shared: &Shared, node: &Node) -> Result<&mut Connection, RedisError> {
        let now = monotonic();
        if let Some(link) = self.links.get_mut(&node.address)
            && now.duration_since(link.used) > QUIET
            && cmd("PING").exec(&mut link.connection).is_err()
        {
            self.links.remove(&node.address);
        }
        // The entry API would copy the address each time.
        if !self.links.contains_key(&node.address) {
            let connection = node.connect(&shared.options)?;
            self.links.insert(
                node.address.clone(),
                Link {
                    connection,
                    used: now,
                },
            );
        }
        let link = self
            .links
            .get_mut(&node.address)
            .ok_or_else(|| odd(&Value::Nil))?;
        link.used = now;
        Ok(&mut link.connection)
    }

    /// Returns the connection that commands were sent by whose answers are still to come: nothing else may be asked on it.
    fn link_under_way(&mut self, node: &Node) -> Result<&mut Connection, RedisError> {
        self.links
            .get_mut(&node.address)
            .map(|link| &mut link.connection)
            .ok_or_else(|| odd(&Value::Nil))
    }

    fn remember(&mut self, account: &AccountId, place: Place) {
        if self.places.len() >= PLACES_MAX {
            self.places.clear();
        }
        self.places.insert(account.clone(), place);
    }

    /// Forgets where accounts stand: a server may have less than it had.
    pub(crate) fn forget_places(&mut self) {
        self.places.clear();
    }
}

fn signal_ids(append: &Append) -> impl Iterator<Item = &SignalId> {
    append.records.iter().filter_map(|record| {
        let Event::SignalRecorded(signal) = &record.event else {
            return None;
        };
        (!signal.id.is_condensed()).then_some(&signal.id)
    })
}

fn mismatch(append: &Append, found: Seq) -> AppendRefusal {
    AppendRefusal::SequenceMismatch {
        account: append.account.clone(),
        expected: append.expected,
        found,
    }
}

fn verdict(append: &Append, answer: Value) -> Result<Verdict, RedisError> {
    let answer = answer.extract_error()?;
    let words: Vec<String> = FromRedisValue::from_redis_value(answer)?;
    let number = |at: usize| {
        words
            .get(at)
            .and_then(|word| word.parse::<u64>().ok())
            .unwrap_or(0)
    };
    let place = || Place {
        seq: Seq(number(1)),
        notices: NoticeNo(number(2)),
    };
    Ok(match words.first().map_or("", String::as_str) {
        "OK" => Verdict::Written,
        "OWNER" => Verdict::Refused(AppendRefusal::StaleOwner {
            token: append.owner.clone(),
        }),
        "SEQ" => Verdict::Refused(mismatch(append, Seq(number(1)))),
        "NOTICE" => Verdict::OtherNotices(place()),
        "HEAD" => Verdict::Refused(AppendRefusal::Corrupt {
            account: append.account.clone(),
            reason: "it does not start like a head".to_owned(),
        }),
        "DUPLICATE" => {
            let at = usize::try_from(number(1)).unwrap_or(usize::MAX);
            match signal_ids(append).nth(at) {
                Some(id) => Verdict::Refused(AppendRefusal::DuplicateId {
                    account: append.account.clone(),
                    id: id.clone(),
                }),
                None => return Err(odd(&Value::Nil)),
            }
        }
        _ => return Err(odd(&Value::Array(Vec::new()))),
    })
}
