//! Writing an archive.

use std::io::Write;

use quorate_domain::id::AccountId;
use serde::{Deserialize, Serialize};

use super::item::{self, ItemWriter};
use super::part::{self, Damaged, Part, Tally};
use super::{ArchiveError, Contents, Header, doc_key, import, seal_key};
use crate::port::Store;
use crate::record::{self, Head, Kind};

/// Who writes an archive, and when.
#[derive(Clone, Copy, Debug)]
pub struct Origin<'a> {
    /// Which Quorate.
    pub build: &'a str,
    /// Now, in RFC 3339.
    pub made_at: &'a str,
}

/// What an archive ends with.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct End {
    #[serde(flatten)]
    pub(super) contents: Contents,
    /// The hash of all items before this one, in hexadecimal digits.
    pub(super) sha256: String,
    /// Accounts that were damaged and are not there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) left_out: Vec<String>,
}

/// Writes all that a store holds. Others may write to the store meanwhile: each account is as of one instant of its
/// own, and has at least what was acknowledged before this was called.
///
/// - `origin`: who writes it, and when.
/// - `damaged`: what to do about accounts that are damaged.
/// - `progress`: is shown how much was written, after each account.
///
/// # Errors
/// - [`ArchiveError::Store`] when the store cannot be read, or a document is damaged, or an account that is not left out.
/// - [`ArchiveError::Unfinished`] when the store itself holds a part of an archive only.
/// - [`ArchiveError::Write`] when the archive cannot be written.
pub fn export(
    store: &dyn Store,
    origin: Origin<'_>,
    damaged: Damaged,
    to: &mut dyn Write,
    progress: &mut dyn FnMut(&Contents),
) -> Result<Contents, ArchiveError> {
    if import::is_unfinished(store)? {
        return Err(ArchiveError::Unfinished);
    }
    let mut items = ItemWriter::begin(to)?;
    let header = Header {
        build: origin.build.to_owned(),
        made_at: origin.made_at.to_owned(),
        store: store.format(),
        forms: Kind::ALL
            .map(|kind| (kind.as_str().to_owned(), kind.version()))
            .into(),
    };
    items.write(item::HEADER, &[], &json(&header)?)?;
    let mut tally = Tally::default();
    let mut of: Option<AccountId> = None;
    let left_out = part::of_store(store, damaged, &mut |part| {
        tally.see(&part);
        if let Part::Account { account, .. } = &part {
            progress(tally.so_far());
            of = Some(account.clone());
        }
        write(&mut items, of.as_ref(), &part)
    })?;
    let contents = tally.finish();
    let end = End {
        contents,
        sha256: items.hash(),
        left_out: left_out.iter().map(|id| id.as_str().to_owned()).collect(),
    };
    items.write(item::END, &[], &json(&end)?)?;
    items.finish()?;
    progress(&contents);
    Ok(contents)
}

fn write(
    items: &mut ItemWriter<&mut dyn Write>,
    of: Option<&AccountId>,
    part: &Part,
) -> Result<(), ArchiveError> {
    let key = |number: &[u8]| of.map_or_else(Vec::new, |account| seal_key(account, number));
    match part {
        Part::Document {
            collection,
            key,
            value,
        } => {
            let key = doc_key(collection, key);
            items.write(item::DOCUMENT, &key, &record::seal_doc(&key, value))
        }
        Part::Account {
            seq,
            notices,
            summary,
            ..
        } => {
            let key = key(&[]);
            let head = Head {
                seq: *seq,
                notices: *notices,
                summary,
            };
            items.write(item::ACCOUNT, &key, &record::seal_head(&key, head))
        }
        Part::Card(no, card) => {
            let key = key(&no.0.to_be_bytes());
            items.write(item::CARD, &key, &record::seal_card(&key, card))
        }
        Part::Snapshot(snapshot) => {
            let key = key(&[]);
            items.write(item::SNAPSHOT, &key, &record::seal_snapshot(&key, snapshot))
        }
        Part::Records(records) => {
            let last = records.last().map_or(0, |record| record.seq.0);
            let key = key(&last.to_be_bytes());
            items.write(item::RECORDS, &key, &record::seal_journal(&key, records))
        }
        Part::Notice(notice) => {
            let key = key(&notice.no.0.to_be_bytes());
            let sealed = record::seal_notice(&key, notice.seq, &notice.bytes);
            items.write(item::NOTICE, &key, &sealed)
        }
    }
}

fn json(value: &impl Serialize) -> Result<Vec<u8>, ArchiveError> {
    serde_json::to_vec(value).map_err(|error| ArchiveError::Write(error.into()))
}
