//! The accounts file: the attributes the model asks for.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use quorate_domain::model::Model;
use quorate_domain::value::Value;

use super::input::{Input, InputError, csv_error};
use super::parse::check_id;
use super::rejects::{RejectedFile, Rejects};
use super::shard::Shards;

/// The attributes some rule of the model asks for, in name order. Others are not kept.
#[derive(Debug)]
pub(super) struct Attributes {
    names: Vec<Arc<str>>,
}

impl Attributes {
    /// Returns the attributes of a model.
    pub(super) fn of(model: &Model) -> Self {
        let fit = model.fit.iter().map(|rule| &rule.condition);
        let segments = model.mqa.iter().flat_map(|rule| &rule.segments);
        let names: BTreeSet<Arc<str>> = fit
            .chain(segments.map(|segment| &segment.when))
            .map(|condition| Arc::clone(&condition.attribute))
            .collect();
        Self {
            names: names.into_iter().collect(),
        }
    }

    /// Returns an attribute's name.
    pub(super) fn name(&self, attribute: usize) -> Option<&Arc<str>> {
        self.names.get(attribute)
    }
}

/// Returns the value of a cell: a list when it has `;`, else text.
pub(super) fn value(cell: &str) -> Value {
    if cell.contains(';') {
        let items = cell.split(';').map(str::trim).filter(|item| !item.is_empty());
        Value::List(items.map(Arc::from).collect())
    } else {
        Value::text(cell)
    }
}

/// Reads the accounts file into the shards. Rows that cannot be used go to the rejects; of several rows of one
/// account a later one's filled cells win.
pub(super) fn load(path: &Path, shards: &mut Shards, rejects: &mut Rejects) -> Result<(), InputError> {
    let (mut reader, header) = Input::open(path)?.csv()?;
    let id = header.need("account")?;
    let asked: Vec<(usize, usize)> = shards
        .attributes
        .names
        .iter()
        .enumerate()
        .filter_map(|(attribute, name)| Some((attribute, header.find(name)?)))
        .collect();
    let mut record = csv::ByteRecord::new();
    while reader
        .read_byte_record(&mut record)
        .map_err(|error| csv_error(&header.name, error))?
    {
        let width = header.check_width(&record);
        if let Err(reason) = width.and_then(|()| take(&record, id, &asked, shards)) {
            let line = record.position().map_or(0, csv::Position::line);
            rejects.add(RejectedFile::Accounts, line, &reason);
        }
    }
    Ok(())
}

fn take(
    record: &csv::ByteRecord,
    id: usize,
    asked: &[(usize, usize)],
    shards: &mut Shards,
) -> Result<(), String> {
    let id = record.get(id).unwrap_or_default();
    check_id("account", id)?;
    let mut fields: Vec<(usize, Box<str>)> = Vec::with_capacity(asked.len());
    for (attribute, column) in asked {
        let cell = record.get(*column).unwrap_or_default();
        let name = shards.attributes.name(*attribute).map_or("", |name| name);
        let cell = std::str::from_utf8(cell).map_err(|_| format!("{name} is not UTF-8"))?;
        if !cell.trim().is_empty() {
            fields.push((*attribute, cell.trim().into()));
        }
    }
    let Some((shard, hash)) = shards.of_account(id) else {
        return Ok(());
    };
    let no = shard.account(hash, id);
    if let Some(account) = shard.account_mut(no) {
        account
            .fields
            .retain(|(known, _)| fields.iter().all(|(attribute, _)| attribute != known));
        account.fields.extend(fields);
    }
    Ok(())
}
