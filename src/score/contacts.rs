//! The contacts file: who is at an account, and in which roles.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use hashbrown::HashMap;
use quorate_domain::contact::{Contact, HeldRole, InferredRole, Seniority};
use quorate_domain::id::{ContactNo, Role, Solution};
use quorate_domain::infer;
use quorate_domain::model::Model;
use quorate_domain::standing;
use quorate_domain::time::Timestamp;
use quorate_domain::value::{Source, Stated};

use super::input::{Header, Input, InputError, csv_error};
use super::parse::check_id;
use super::rejects::{RejectedFile, Rejects};
use super::shard::Shards;

/// The columns that are used.
const COLUMNS: [&str; 8] = [
    "contact",
    "account",
    "role",
    "title",
    "function",
    "seniority",
    "email",
    "name",
];
/// How many rows' worth of roles, title and seniority are remembered, so that equal rows are read once.
const ROWS_REMEMBERED_MAX: usize = 65_536;

/// What is known of a contact, by number; 0: nothing. Most contacts share theirs with many others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct ProfileNo(u32);

/// What is known of a contact, without who it is.
#[derive(Debug)]
pub(super) struct Profile {
    contact: Contact,
    /// One a buying group.
    views: Vec<View>,
}

/// A contact as one buying group sees it.
#[derive(Debug)]
pub(super) struct View {
    /// What a point of it counts.
    pub(super) weight: f64,
    /// The roles it holds, in name order.
    pub(super) roles: Vec<Role>,
}

/// What a row says, in a form that can be compared.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Told {
    /// Stated roles, in name order; none: no statement.
    roles: Vec<Role>,
    seniority: Option<Seniority>,
    inferred: Vec<ToldRole>,
    inferred_seniority: Option<Seniority>,
}

/// An [`InferredRole`] in a form that can be compared.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct ToldRole {
    role: Role,
    confidence_bits: u64,
    rule: Arc<str>,
    candidate: bool,
}

/// All profiles.
#[derive(Debug)]
pub(super) struct Profiles {
    by_told: BTreeMap<Told, ProfileNo>,
    told: Vec<Told>,
    numbered: Vec<Profile>,
}

impl Profiles {
    /// Returns the profile of a contact nothing is known of, alone.
    pub(super) fn new(model: &Model) -> Self {
        let mut profiles = Self {
            by_told: BTreeMap::new(),
            told: Vec::new(),
            numbered: Vec::new(),
        };
        profiles.number(Told::default(), model);
        profiles
    }

    /// Returns a profile.
    pub(super) fn get(&self, no: ProfileNo) -> Option<&Profile> {
        self.numbered.get(usize::try_from(no.0).ok()?)
    }

    fn told(&self, no: ProfileNo) -> Told {
        usize::try_from(no.0)
            .ok()
            .and_then(|place| self.told.get(place))
            .cloned()
            .unwrap_or_default()
    }

    fn number(&mut self, told: Told, model: &Model) -> ProfileNo {
        if let Some(no) = self.by_told.get(&told) {
            return *no;
        }
        let no = ProfileNo(u32::try_from(self.numbered.len()).unwrap_or(u32::MAX));
        let contact = told.contact();
        let views = model
            .groups()
            .iter()
            .map(|solution| View::of(&contact, solution.as_ref(), model))
            .collect();
        self.numbered.push(Profile { contact, views });
        self.told.push(told.clone());
        self.by_told.insert(told, no);
        no
    }
}

impl Profile {
    /// Returns the contact of a number that has this profile.
    pub(super) fn contact(&self, no: ContactNo) -> Contact {
        Contact {
            no,
            ..self.contact.clone()
        }
    }

    /// Returns the contact as one buying group sees it.
    pub(super) fn view(&self, group: usize) -> Option<&View> {
        self.views.get(group)
    }
}

impl View {
    fn of(contact: &Contact, solution: Option<&Solution>, model: &Model) -> Self {
        let roles: Vec<Role> = contact.roles_for(solution).into_iter().cloned().collect();
        Self {
            weight: standing::weight(&roles, contact.seniority(), model),
            roles,
        }
    }
}

impl Told {
    fn contact(&self) -> Contact {
        let held = |role: &Role| HeldRole {
            role: role.clone(),
            solution: None,
        };
        let mut contact = Contact::unknown(ContactNo(0));
        contact.roles = (!self.roles.is_empty()).then(|| stated(self.roles.iter().map(held).collect()));
        contact.seniority = self.seniority.map(stated);
        contact.inferred = self.inferred.iter().map(ToldRole::inferred).collect();
        contact.inferred_seniority = self.inferred_seniority;
        contact
    }

    /// Adds what another row says of the same contact: its roles too, and its title and seniority if it has any.
    fn and(mut self, later: Self) -> Self {
        self.roles.extend(later.roles);
        self.roles.sort_unstable();
        self.roles.dedup();
        self.seniority = later.seniority.or(self.seniority);
        if !later.inferred.is_empty() || later.inferred_seniority.is_some() {
            self.inferred = later.inferred;
            self.inferred_seniority = later.inferred_seniority;
        }
        self
    }
}

impl ToldRole {
    fn of(role: InferredRole) -> Self {
        Self {
            role: role.role,
            confidence_bits: role.confidence.to_bits(),
            rule: role.rule,
            candidate: role.candidate,
        }
    }

    fn inferred(&self) -> InferredRole {
        InferredRole {
            role: self.role.clone(),
            confidence: f64::from_bits(self.confidence_bits),
            rule: Arc::clone(&self.rule),
            candidate: self.candidate,
        }
    }
}

fn stated<T>(value: T) -> Stated<T> {
    Stated {
        value,
        source: Source::person(),
        at: Timestamp::MIN,
    }
}

/// Where the columns are.
struct Columns {
    contact: usize,
    account: usize,
    role: Option<usize>,
    title: Option<usize>,
    function: Option<usize>,
    seniority: Option<usize>,
}

impl Columns {
    fn find(header: &Header) -> Result<Self, InputError> {
        let columns = Self {
            contact: header.need("contact")?,
            account: header.need("account")?,
            role: header.find("role"),
            title: header.find("title"),
            function: header.find("function"),
            seniority: header.find("seniority"),
        };
        if columns.role.is_none() && columns.title.is_none() {
            return Err(header.lacks("role"));
        }
        Ok(columns)
    }
}

/// Reads the contacts file into the shards. Rows that cannot be used go to the rejects; several rows of one contact
/// add their roles.
pub(super) fn load(
    path: &Path,
    model: &Model,
    shards: &mut Shards,
    rejects: &mut Rejects,
    notes: &mut Vec<String>,
) -> Result<(), InputError> {
    let (mut reader, header) = Input::open(path)?.csv()?;
    let columns = Columns::find(&header)?;
    notes.extend(header.unused(&COLUMNS));
    let mut remembered: HashMap<Vec<u8>, ProfileNo> = HashMap::new();
    let mut record = csv::ByteRecord::new();
    while reader
        .read_byte_record(&mut record)
        .map_err(|error| csv_error(&header.name, error))?
    {
        if let Err(reason) = take(&record, &header, &columns, model, shards, &mut remembered) {
            let line = record.position().map_or(0, csv::Position::line);
            rejects.add(RejectedFile::Contacts, line, &reason);
        }
    }
    Ok(())
}

fn take(
    record: &csv::ByteRecord,
    header: &Header,
    columns: &Columns,
    model: &Model,
    shards: &mut Shards,
    remembered: &mut HashMap<Vec<u8>, ProfileNo>,
) -> Result<(), String> {
    header.check_width(record)?;
    let cell = |column: Option<usize>| column.and_then(|column| record.get(column)).unwrap_or_default();
    let (account, contact) = (cell(Some(columns.account)), cell(Some(columns.contact)));
    check_id("account", account)?;
    check_id("contact", contact)?;
    let said = [
        cell(columns.role),
        cell(columns.title),
        cell(columns.function),
        cell(columns.seniority),
    ];
    let mut key = said.concat();
    // With the lengths, since any byte may stand in a cell.
    key.extend(said.iter().flat_map(|cell| cell.len().to_le_bytes()));
    let profile = if let Some(known) = remembered.get(&key) {
        *known
    } else {
        let profile = shards.profiles.number(read(said, model)?, model);
        if remembered.len() < ROWS_REMEMBERED_MAX {
            remembered.insert(key, profile);
        }
        profile
    };
    let Some((shard, hash)) = shards.of_account(account) else {
        return Ok(());
    };
    let no = shard
        .visitor(hash, hash.visitor(contact), account, contact)
        .visitor;
    let Some(visitor) = shard.visitor_mut(no) else {
        return Ok(());
    };
    let before = std::mem::replace(&mut visitor.profile, profile);
    if before != ProfileNo::default() && before != profile {
        let both = shards.profiles.told(before).and(shards.profiles.told(profile));
        let both = shards.profiles.number(both, model);
        if let Some(visitor) = shards
            .of_account(account)
            .and_then(|(shard, _)| shard.visitor_mut(no))
        {
            visitor.profile = both;
        }
    }
    Ok(())
}

/// Reads what a row says of a contact.
fn read([roles, title, function, seniority]: [&[u8]; 4], model: &Model) -> Result<Told, String> {
    let text = |name: &str, cell: &[u8]| {
        std::str::from_utf8(cell)
            .map(|text| text.trim().to_owned())
            .map_err(|_| format!("{name} is not UTF-8"))
    };
    let mut told = Told::default();
    for role in text("role", roles)?.split(';').map(str::trim) {
        if !role.is_empty() {
            told.roles
                .push(Role::new(role).map_err(|error| format!("role {error}"))?);
        }
    }
    told.roles.sort_unstable();
    told.roles.dedup();
    let seniority = text("seniority", seniority)?;
    if !seniority.is_empty() {
        told.seniority = Some(Seniority::parse(&seniority).ok_or_else(|| {
            let levels: Vec<&str> = Seniority::ALL.iter().map(|level| level.as_str()).collect();
            format!("seniority {seniority:?} is none of {}", levels.join(", "))
        })?);
    }
    let (title, function) = (text("title", title)?, text("function", function)?);
    if !title.is_empty() || !function.is_empty() {
        let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let read = infer::infer(given(&title).as_deref(), given(&function).as_deref(), model);
        told.inferred = read.roles.into_iter().map(ToldRole::of).collect();
        told.inferred_seniority = read.seniority;
    }
    Ok(told)
}
