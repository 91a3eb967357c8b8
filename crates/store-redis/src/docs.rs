//! Small documents. All lie in one slot, so that several are written together or not at all.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::Ordering;

use quorate_store::record::{self, Damage};
use quorate_store::{DocWrite, Error};
use redis::cmd;

use crate::fault::{said, unavailable};
use crate::layout::Layout;
use crate::node::pipeline;
use crate::replicas::Ending;
use crate::store::RedisStore;
use crate::transaction::carried_out;

/// The longest collection plus key of a document, in bytes; as in every home.
const DOC_KEY_BYTES_MAX: usize = 4096;

impl RedisStore {
    pub(crate) fn read_doc(&self, collection: &str, key: &str) -> Result<Option<Vec<u8>>, Error> {
        let seal = seal_key(collection, key)?;
        let hash = self.shared.names.docs(collection);
        let stored: Option<Vec<u8>> = self.shared.read(Layout::of_docs, |connection| {
            cmd("HGET").arg(&hash).arg(key).query(connection)
        })?;
        let Some(stored) = stored else { return Ok(None) };
        record::open_doc(&seal, &stored)
            .map(|doc| Some(doc.to_vec()))
            .map_err(|damage| corrupt(collection, key, &damage))
    }

    pub(crate) fn put_docs(&self, writes: Vec<DocWrite>) -> Result<(), Error> {
        let mut last: BTreeMap<(String, String), Option<Vec<u8>>> = BTreeMap::new();
        for DocWrite {
            collection,
            key,
            value,
        } in writes
        {
            let seal = seal_key(&collection, &key)?;
            let sealed = value.map(|value| record::seal_doc(&seal, &value));
            last.insert((collection, key), sealed);
        }
        if last.is_empty() {
            return Ok(());
        }
        let mut commands = vec![cmd("MULTI")];
        let mut named: BTreeSet<String> = BTreeSet::new();
        for ((collection, key), value) in last {
            let hash = self.shared.names.docs(&collection);
            if value.is_some() && named.insert(collection.clone()) {
                let mut command = cmd("HSET");
                command
                    .arg(self.shared.names.collections())
                    .arg(collection)
                    .arg(1);
                commands.push(command);
            }
            let mut command = cmd(if value.is_some() { "HSET" } else { "HDEL" });
            command.arg(hash).arg(key);
            if let Some(value) = value {
                command.arg(value);
            }
            commands.push(command);
        }
        // Taking away what is not there writes nothing, and then there is nothing that replicas could be waited for.
        let mut written = cmd("HSET");
        written
            .arg(self.shared.names.meta())
            .arg("written")
            .arg(self.marks.fetch_add(1, Ordering::AcqRel));
        commands.push(written);
        commands.push(cmd("EXEC"));
        let calls = commands.len() - 2;
        let shared = &self.shared;
        let layout = shared.layout_to_write("write")?;
        let node = layout.of_docs();
        let written = node.with(&shared.options, |connection| {
            let ending = shared.ending(node);
            let sent = commands.iter().chain(ending.iter().flat_map(Ending::commands));
            let mut answers = pipeline(connection, sent)?;
            let ended = answers.split_off(calls + 2);
            for answer in carried_out(answers, calls)? {
                answer.extract_error()?;
            }
            Ok(match ending {
                Some(ending) => shared.confirm(node, connection, &ending, &ended),
                None => Ok(()),
            })
        });
        let written = written
            .map_err(|error| unavailable(&shared.place, "write", said(&error)))
            .flatten();
        if written.is_err() {
            shared.doubt();
        }
        written
    }

    pub(crate) fn collection_names(&self) -> Result<Vec<String>, Error> {
        let hash = self.shared.names.collections();
        let found: BTreeMap<String, u64> = self.shared.read(Layout::of_docs, |connection| {
            cmd("HGETALL").arg(&hash).query(connection)
        })?;
        Ok(found.into_keys().collect())
    }

    pub(crate) fn visit_docs(
        &self,
        collection: &str,
        prefix: &str,
        visit: &mut dyn FnMut(&str, &[u8]),
    ) -> Result<(), Error> {
        seal_key(collection, prefix)?;
        let hash = self.shared.names.docs(collection);
        let found: BTreeMap<String, Vec<u8>> = self.shared.read(Layout::of_docs, |connection| {
            cmd("HGETALL").arg(&hash).query(connection)
        })?;
        for (key, stored) in found.range(prefix.to_owned()..) {
            if !key.starts_with(prefix) {
                break;
            }
            let seal = seal_key(collection, key)?;
            let doc = record::open_doc(&seal, stored).map_err(|damage| corrupt(collection, key, &damage))?;
            visit(key, doc);
        }
        Ok(())
    }
}

fn seal_key(collection: &str, key: &str) -> Result<Vec<u8>, Error> {
    let refuse = |reason: String| Error::Unstorable {
        what: format!("document {collection}/{key}"),
        reason,
    };
    if collection.is_empty() || collection.contains('\0') {
        return Err(refuse("a collection has a name without NUL".to_owned()));
    }
    if collection.len() + key.len() > DOC_KEY_BYTES_MAX {
        return Err(refuse(format!(
            "collection and key have more than {DOC_KEY_BYTES_MAX} bytes"
        )));
    }
    let mut bytes = collection.as_bytes().to_vec();
    bytes.push(0);
    bytes.extend_from_slice(key.as_bytes());
    Ok(bytes)
}

fn corrupt(collection: &str, key: &str, damage: &Damage) -> Error {
    Error::CorruptDocument {
        collection: collection.to_owned(),
        key: key.to_owned(),
        reason: damage.to_string(),
    }
}
