//! Which column of a file is what: told by the sender, or found by its header.

use std::fmt;
use std::sync::Arc;

mod aliases;
mod header;

pub use aliases::HeaderAlias;

/// The longest name of an attribute that is made of a header, in bytes.
const ATTRIBUTE_NAME_LENGTH_MAX: usize = 64;

/// What a column says of an account.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Field {
    /// Its id in the system the file comes from; a new account gets it as its own.
    Id,
    /// Its name.
    Name,
    /// A domain, or an address or page that has one.
    Domains,
    /// Its industry.
    Industry,
    /// How many people work there.
    Employees,
    /// What it takes in a year, in the currency of your account data.
    AnnualRevenue,
    /// Its country.
    Country,
    /// Its region.
    Region,
    /// Its city.
    City,
    /// Its tier in the target account list.
    Tier,
    /// Who looks after it.
    Owner,
    /// The account it belongs to.
    Parent,
    /// What it runs, several divided by `;` or `,`.
    Technologies,
    /// Whether the system it comes from has deleted it: such a row is skipped.
    Deleted,
    /// An attribute of that name.
    Attribute(Arc<str>),
}

impl Field {
    /// All fields but attributes.
    pub const ALL: [Self; 14] = [
        Self::Id,
        Self::Name,
        Self::Domains,
        Self::Industry,
        Self::Employees,
        Self::AnnualRevenue,
        Self::Country,
        Self::Region,
        Self::City,
        Self::Tier,
        Self::Owner,
        Self::Parent,
        Self::Technologies,
        Self::Deleted,
    ];

    /// Returns the wire name; an attribute's is its own name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Id => "id",
            Self::Name => "name",
            Self::Domains => "domains",
            Self::Industry => "industry",
            Self::Employees => "employees",
            Self::AnnualRevenue => "annual_revenue",
            Self::Country => "country",
            Self::Region => "region",
            Self::City => "city",
            Self::Tier => "tier",
            Self::Owner => "owner",
            Self::Parent => "parent",
            Self::Technologies => "technologies",
            Self::Deleted => "deleted",
            Self::Attribute(name) => name,
        }
    }

    /// Returns the field of a wire name; `attribute:NAME` is an attribute.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if let Some(name) = text.strip_prefix("attribute:") {
            let fine = !name.trim().is_empty()
                && name.trim() == name
                && name.len() <= ATTRIBUTE_NAME_LENGTH_MAX
                && !name.chars().any(char::is_control)
                && !quorate_domain::account::field::ALL.contains(&name);
            return fine.then(|| Self::Attribute(Arc::from(name)));
        }
        Self::ALL
            .into_iter()
            .find(|field| field.as_str() == text)
            .or_else(|| (text == "domain").then_some(Self::Domains))
    }

    /// Returns whether several columns may feed it.
    fn takes_several(&self) -> bool {
        *self == Self::Domains
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What the sender says about columns.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wishes {
    /// Columns by header, and what each is; `None`: it is left out.
    pub columns: Vec<(String, Option<Field>)>,
    /// Keeps columns nobody knows as attributes named after their headers.
    pub keep_unknown: bool,
}

/// What becomes of one column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Use {
    /// It says this of the account; numbers are to be multiplied with `times`.
    Field {
        /// What it says.
        field: Field,
        /// 1, or 1,000 and the like when the header says so: `Revenue (in 000s USD)`.
        times: u32,
        /// Whether the sender told so; else the header did.
        told: bool,
    },
    /// Another column says the same, and is the better known name for it.
    Beaten {
        /// What it would have said.
        field: Field,
        /// The column that says it, from 0.
        by: usize,
    },
    /// The sender wants it left out.
    LeftOut,
    /// Nobody knows what it is.
    Unknown,
}

/// What becomes of every column of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mapping {
    /// Header and use, in the order of the columns.
    pub columns: Vec<(String, Use)>,
}

/// Why no mapping is found.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A column that the sender names and the file does not have.
    #[error("the file has no column {header:?}; it has {}", list(known))]
    NoSuchColumn {
        /// What was named.
        header: String,
        /// What there is.
        known: Vec<String>,
    },
    /// Two columns to one field.
    #[error("the columns {first:?} and {second:?} both go to {field}; say which one does")]
    TwoToOne {
        /// The field.
        field: Field,
        /// A column.
        first: String,
        /// The other one.
        second: String,
    },
    /// Nothing says which account a row is about.
    #[error("no column gives a name, a domain or an id; say which one does, such as name for {:?}. The file has {}", known.first().map_or("", String::as_str), list(known))]
    NothingIdentifies {
        /// What there is.
        known: Vec<String>,
    },
}

fn list(names: &[String]) -> String {
    const SHOWN_MAX: usize = 30;
    let mut text = names
        .iter()
        .take(SHOWN_MAX)
        .map(|name| format!("{name:?}"))
        .collect::<Vec<_>>()
        .join(", ");
    if names.len() > SHOWN_MAX {
        text = format!("{text} and {} more", names.len() - SHOWN_MAX);
    }
    text
}

impl Mapping {
    /// Finds what every column of a header is.
    ///
    /// What the sender says goes first. Of several headers that are known for one field, the best known one gives
    /// it ([`HeaderAlias`] has the order), and the others are listed as beaten; domains are taken from all of them.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn find(header: &[String], wishes: &Wishes) -> Result<Self, Error> {
        let (mapping, tie) = Self::read(header, wishes)?;
        match tie {
            Some(tie) => Err(tie),
            None if mapping.identifies() => Ok(mapping),
            None => Err(Error::NothingIdentifies { known: named(header) }),
        }
    }

    /// Finds what can be found, for somebody who looks at the columns next: of two columns that are equally well known
    /// for a field the first gives it, and it may be that nothing says which account a row is about.
    ///
    /// # Errors
    /// [`Error::NoSuchColumn`].
    pub fn begin(header: &[String], wishes: &Wishes) -> Result<Self, Error> {
        Self::read(header, wishes).map(|(mapping, _)| mapping)
    }

    /// Returns whether a column says which account a row is about.
    #[must_use]
    pub fn identifies(&self) -> bool {
        [Field::Id, Field::Name, Field::Domains]
            .iter()
            .any(|field| self.places(field).next().is_some())
    }

    /// Returns what a sender would have to say to get this again.
    #[must_use]
    pub fn wishes(&self) -> Wishes {
        let wish = |(header, column): &(String, Use)| match column {
            Use::Field { field, told, .. } if *told || matches!(field, Field::Attribute(_)) => {
                Some((header.clone(), Some(field.clone())))
            }
            Use::LeftOut => Some((header.clone(), None)),
            Use::Field { .. } | Use::Beaten { .. } | Use::Unknown => None,
        };
        Wishes {
            columns: self.columns.iter().filter_map(wish).collect(),
            keep_unknown: false,
        }
    }

    /// Returns every column's use, and the first two columns to one field, if there are such.
    fn read(header: &[String], wishes: &Wishes) -> Result<(Self, Option<Error>), Error> {
        let mut told = vec![Told::Nothing; header.len()];
        for (name, field) in &wishes.columns {
            let place = header.iter().position(|column| column == name).or_else(|| {
                header
                    .iter()
                    .position(|column| column.eq_ignore_ascii_case(name.trim()))
            });
            let Some(slot) = place.and_then(|place| told.get_mut(place)) else {
                return Err(Error::NoSuchColumn {
                    header: name.clone(),
                    known: named(header),
                });
            };
            *slot = field.clone().map_or(Told::LeftOut, Told::Is);
        }
        let claims = claims(header, &told);
        let mut tie = None;
        let mut columns = Vec::with_capacity(header.len());
        for (place, name) in header.iter().enumerate() {
            let told_here = told.get(place).unwrap_or(&Told::Nothing);
            let claim = claims.get(place).cloned().flatten();
            let column = match (told_here, claim) {
                (Told::LeftOut, _) => Use::LeftOut,
                (told_here, Some(claim)) => match winner(&claims, place, &claim) {
                    Some(by) => {
                        if claims
                            .get(by)
                            .and_then(Option::as_ref)
                            .is_some_and(|rival| rival.rank == claim.rank)
                        {
                            tie.get_or_insert(Error::TwoToOne {
                                field: claim.field.clone(),
                                first: header.get(by).cloned().unwrap_or_default(),
                                second: name.clone(),
                            });
                        }
                        Use::Beaten {
                            field: claim.field,
                            by,
                        }
                    }
                    None => Use::Field {
                        times: header::times(name),
                        field: claim.field,
                        told: *told_here != Told::Nothing,
                    },
                },
                (_, None) if wishes.keep_unknown => {
                    as_attribute(name, header).map_or(Use::Unknown, |field| Use::Field {
                        field,
                        times: 1,
                        told: false,
                    })
                }
                (_, None) => Use::Unknown,
            };
            columns.push((name.clone(), column));
        }
        Ok((Self { columns }, tie))
    }

    /// Returns the columns that give a field, from 0, the best known one first.
    pub fn places<'a>(&'a self, field: &'a Field) -> impl Iterator<Item = usize> + 'a {
        self.columns
            .iter()
            .enumerate()
            .filter(
                move |(_, (_, column))| matches!(column, Use::Field { field: given, .. } if given == field),
            )
            .map(|(place, _)| place)
    }
}

fn named(header: &[String]) -> Vec<String> {
    header.iter().filter(|name| !name.is_empty()).cloned().collect()
}

/// What the sender says of a column.
#[derive(Clone, PartialEq)]
enum Told {
    Nothing,
    LeftOut,
    Is(Field),
}

/// What a column would like to give, and how well its header is known for it: 0 is best.
#[derive(Clone)]
struct Claim {
    field: Field,
    rank: usize,
}

fn claims(header: &[String], told: &[Told]) -> Vec<Option<Claim>> {
    let known: Vec<Option<Claim>> = header
        .iter()
        .zip(told)
        .map(|(name, told)| match told {
            Told::Is(field) => Some(Claim {
                field: field.clone(),
                rank: 0,
            }),
            Told::LeftOut => None,
            Told::Nothing => header::known(name).map(|(field, rank)| Claim {
                field,
                // What is told beats what is found.
                rank: rank + 1,
            }),
        })
        .collect();
    // A lone `account` is the name of a plain list, and the id beside a name.
    let has_name = known.iter().flatten().any(|claim| claim.field == Field::Name);
    header
        .iter()
        .zip(told)
        .zip(known)
        .map(|((name, told), claim)| {
            if *told == Told::Nothing && claim.is_none() && header::key(name) == "account" {
                return Some(Claim {
                    field: if has_name { Field::Id } else { Field::Name },
                    rank: usize::MAX,
                });
            }
            claim
        })
        .collect()
}

/// Returns the column that gives the field instead of this one, the first of those that are equally well known;
/// `None`: this one gives it.
fn winner(claims: &[Option<Claim>], place: usize, claim: &Claim) -> Option<usize> {
    if claim.field.takes_several() {
        return None;
    }
    let rivals = claims
        .iter()
        .enumerate()
        .filter_map(|(other, rival)| rival.as_ref().map(|rival| (rival.rank, other, &rival.field)));
    rivals
        .filter(|(_, _, field)| **field == claim.field)
        .map(|(rank, other, _)| (rank, other))
        .min()
        .map(|(_, other)| other)
        .filter(|other| *other != place)
}

/// Returns the attribute of a header nobody knows: `Buying Stage (AI)` is `buying_stage_ai`.
///
/// `None`: its name is a field's, or another header's.
#[must_use]
pub fn as_attribute(name: &str, header: &[String]) -> Option<Field> {
    let slug = header::slug(name, ATTRIBUTE_NAME_LENGTH_MAX);
    let taken = |slug: &str| {
        quorate_domain::account::field::ALL.contains(&slug)
            || Field::ALL.iter().any(|field| field.as_str() == slug)
    };
    // Two headers that differ in signs only would write over each other.
    let double = header
        .iter()
        .filter(|other| header::slug(other, ATTRIBUTE_NAME_LENGTH_MAX) == slug)
        .count()
        > 1;
    (!slug.is_empty() && !taken(&slug) && !double).then(|| Field::Attribute(Arc::from(slug)))
}

#[cfg(test)]
mod tests;
