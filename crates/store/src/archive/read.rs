//! Reading an archive: every checksum, every number, and its end.

use std::io::Read;

use quorate_domain::id::{AccountId, ContactNo, Seq};

use super::export::End;
use super::frame::cut;
use super::item::{self, Item, ItemReader};
use super::part::{Part, See, Tally};
use super::{ArchiveError, Contents, Header};
use crate::port::{NoticeNo, StoredNotice};
use crate::record::{self, Kind};

/// An archive that is whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// What it says of itself.
    pub header: Header,
    /// What it holds.
    pub contents: Contents,
    /// Accounts that were damaged when it was written and are not there.
    pub left_out: Vec<String>,
}

/// Reads an archive to its end and checks all of it.
///
/// # Errors
/// - [`ArchiveError::Foreign`], [`ArchiveError::Newer`], [`ArchiveError::Cut`], [`ArchiveError::Damaged`]: as they say.
/// - [`ArchiveError::Read`] when it cannot be read.
pub fn check(from: &mut dyn Read) -> Result<Checked, ArchiveError> {
    walk(from, &mut |_| Ok(()))
}

/// Reads an archive to its end and shows all its parts, each checked.
pub(super) fn walk(from: &mut dyn Read, see: &mut See<'_>) -> Result<Checked, ArchiveError> {
    let mut items = ItemReader::begin(from)?;
    let header = match items.next()? {
        Some(item) if item.kind == item::HEADER => header(item)?,
        Some(item) => return Err(damaged(item.at, "it does not start with a header")),
        None => return Err(cut(items.at(), "before its header")),
    };
    let mut tally = Tally::default();
    let mut reading = Reading::default();
    loop {
        let Some(item) = items.next()? else {
            return Err(cut(items.at(), "before its end mark"));
        };
        if item.kind == item::END {
            reading.end_account(item.at)?;
            let at = item.at;
            let end: End =
                serde_json::from_slice(item.value).map_err(|_| damaged(at, "the end mark does not read"))?;
            if end.sha256 != items.hash() {
                return Err(damaged(at, "the digest at its end is not that of what it holds"));
            }
            if items.next()?.is_some() {
                return Err(damaged(at, "something follows its end mark"));
            }
            let contents = tally.finish();
            // A build with other forms sums up other bytes; the hash above is of the archive's own.
            if is_of_our_forms(&header) && end.contents != contents {
                return Err(damaged(
                    at,
                    "the counts at its end are not those of what it holds",
                ));
            }
            return Ok(Checked {
                header,
                contents,
                left_out: end.left_out,
            });
        }
        let part = reading.part(item)?;
        tally.see(&part);
        see(part)?;
    }
}

fn header(item: Item<'_>) -> Result<Header, ArchiveError> {
    let header: Header =
        serde_json::from_slice(item.value).map_err(|_| damaged(item.at, "its header does not read"))?;
    for (name, found) in &header.forms {
        let known = Kind::ALL
            .into_iter()
            .find(|kind| kind.as_str() == name)
            .map_or(0, Kind::version);
        if *found > known {
            return Err(ArchiveError::Newer {
                what: format!("its {name} (written by Quorate {})", header.build),
                found: u32::from(*found),
                known: u32::from(known),
            });
        }
    }
    Ok(header)
}

fn is_of_our_forms(header: &Header) -> bool {
    Kind::ALL
        .into_iter()
        .all(|kind| header.forms.get(kind.as_str()) == Some(&kind.version()))
}

/// The account that is being read.
#[derive(Default)]
struct Reading {
    account: Option<Account>,
}

struct Account {
    id: AccountId,
    /// What it shall have.
    seq: Seq,
    notices: NoticeNo,
    /// What it has so far.
    has_seq: Seq,
    has_notices: NoticeNo,
    last_card: Option<ContactNo>,
}

impl Reading {
    fn part(&mut self, item: Item<'_>) -> Result<Part, ArchiveError> {
        let Item { at, kind, key, value } = item;
        match kind {
            item::DOCUMENT => {
                self.end_account(at)?;
                document(item)
            }
            item::ACCOUNT => {
                self.end_account(at)?;
                let id = std::str::from_utf8(key)
                    .ok()
                    .and_then(|id| AccountId::new(id).ok())
                    .ok_or_else(|| damaged(at, "an account's id is none"))?;
                let head = record::open_head(key, value)
                    .map_err(|damage| damaged(at, &format!("account {id}: its head: {damage}")))?;
                self.account = Some(Account {
                    id: id.clone(),
                    seq: head.seq,
                    notices: head.notices,
                    has_seq: Seq(0),
                    has_notices: NoticeNo(0),
                    last_card: None,
                });
                Ok(Part::Account {
                    account: id,
                    seq: head.seq,
                    notices: head.notices,
                    summary: head.summary.to_vec(),
                })
            }
            item::CARD | item::SNAPSHOT | item::RECORDS | item::NOTICE => {
                let account = self
                    .account
                    .as_mut()
                    .ok_or_else(|| damaged(at, "something of no account"))?;
                account
                    .part(item)
                    .map_err(|reason| damaged(at, &format!("account {}: {reason}", account.id)))
            }
            other => Err(damaged(at, &format!("an item of kind {other}, which is none"))),
        }
    }

    fn end_account(&mut self, at: u64) -> Result<(), ArchiveError> {
        match self.account.take() {
            Some(account) if account.has_seq != account.seq || account.has_notices != account.notices => {
                let reason = format!(
                    "account {}: it has {} records and {} notices, and should have {} and {}",
                    account.id, account.has_seq.0, account.has_notices.0, account.seq.0, account.notices.0
                );
                Err(damaged(at, &reason))
            }
            _ => Ok(()),
        }
    }
}

impl Account {
    fn part(&mut self, item: Item<'_>) -> Result<Part, String> {
        let Item { kind, key, value, .. } = item;
        let number = key
            .strip_prefix(self.id.as_str().as_bytes())
            .ok_or("something of another account")?;
        let number = number.strip_prefix(&[0]).unwrap_or(number);
        match kind {
            item::CARD => {
                let no = number.try_into().map(u32::from_be_bytes).map(ContactNo);
                let no = no.map_err(|_| "a card without a number")?;
                if self.last_card.is_some_and(|last| last >= no) {
                    return Err(format!("the card of contact {} is out of order", no.0));
                }
                self.last_card = Some(no);
                let card = record::open_card(key, value)
                    .map_err(|damage| format!("the card of contact {}: {damage}", no.0))?;
                Ok(Part::Card(no, card))
            }
            item::SNAPSHOT => {
                let snapshot =
                    record::open_snapshot(key, value).map_err(|damage| format!("its snapshot: {damage}"))?;
                if snapshot.seq > self.seq {
                    return Err(format!("its snapshot is of record {}", snapshot.seq.0));
                }
                Ok(Part::Snapshot(Box::new(snapshot)))
            }
            item::RECORDS => {
                let next = self.has_seq.0 + 1;
                let records = record::open_journal(key, value)
                    .map_err(|damage| format!("the records from {next}: {damage}"))?;
                let numbered = records.iter().zip(next..).all(|(record, no)| record.seq.0 == no);
                let last = records.last().map_or(Seq(0), |record| record.seq);
                if !numbered || number != last.0.to_be_bytes() || last > self.seq {
                    return Err(format!("record {next} is missing or out of order"));
                }
                self.has_seq = last;
                Ok(Part::Records(records))
            }
            _ => {
                let no = NoticeNo(self.has_notices.0 + 1);
                if number != no.0.to_be_bytes() {
                    return Err(format!("notice {} is missing or out of order", no.0));
                }
                let notice: StoredNotice = record::open_notice(key, no, value)
                    .map_err(|damage| format!("notice {}: {damage}", no.0))?;
                if notice.seq != self.has_seq || no > self.notices {
                    return Err(format!("notice {} is out of order", no.0));
                }
                self.has_notices = no;
                Ok(Part::Notice(notice))
            }
        }
    }
}

fn document(item: Item<'_>) -> Result<Part, ArchiveError> {
    let Item { at, key, value, .. } = item;
    let name = std::str::from_utf8(key)
        .ok()
        .and_then(|name| name.split_once('\0'))
        .ok_or_else(|| damaged(at, "a document's name is none"))?;
    let (collection, name) = name;
    let doc = record::open_doc(key, value)
        .map_err(|damage| damaged(at, &format!("document {collection}/{name}: {damage}")))?;
    Ok(Part::Document {
        collection: collection.to_owned(),
        key: name.to_owned(),
        value: doc.to_vec(),
    })
}

fn damaged(at: u64, reason: &str) -> ArchiveError {
    ArchiveError::Damaged {
        at,
        reason: reason.to_owned(),
    }
}
