//! What a list of accounts may be asked for.

use std::sync::Arc;

use quorate_domain::committee::SeatState;
use quorate_domain::engagement::Band;
use quorate_domain::evidence::Level;
use quorate_domain::fit::Grade;
use quorate_domain::gap::GapKind;
use quorate_domain::id::{AccountId, Role};
use quorate_domain::standing::Stage;
use quorate_domain::time::Timestamp;

/// The most rows a page may have.
pub const LIMIT_MAX: usize = 1_000;

/// What to sort by. Ties go by id, so that pages never repeat or skip a row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SortKey {
    /// Heat.
    #[default]
    Heat,
    /// Name, without case.
    Name,
    /// Fit; unknown last either way.
    Fit,
    /// Quorum; undefined last either way.
    Quorum,
    /// Momentum; undefined last either way.
    Momentum,
    /// Engaged contacts.
    EngagedContacts,
    /// Newest signal; none last either way.
    LastSignal,
    /// When MQA ends; none last either way.
    MqaEnds,
    /// Since when it is MQA; none last either way.
    MqaSince,
    /// Completeness; undefined last either way.
    Completeness,
    /// Id.
    Id,
}

impl SortKey {
    /// All keys with their wire names.
    pub const ALL: [(Self, &'static str); 11] = [
        (Self::Heat, "heat"),
        (Self::Name, "name"),
        (Self::Fit, "fit"),
        (Self::Quorum, "quorum"),
        (Self::Momentum, "momentum"),
        (Self::EngagedContacts, "engaged_contacts"),
        (Self::LastSignal, "last_signal_at"),
        (Self::MqaEnds, "mqa_ends_at"),
        (Self::MqaSince, "mqa_since"),
        (Self::Completeness, "completeness"),
        (Self::Id, "id"),
    ];

    /// Returns the wire name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        Self::ALL
            .into_iter()
            .find(|(key, _)| *key == self)
            .map_or("heat", |(_, name)| name)
    }

    /// Returns the key of a wire name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|(_, name)| *name == text)
            .map(|(key, _)| key)
    }
}

/// Which accounts a list shows. Within a field any of the values will do, between fields all must hold; empty: no
/// condition.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Filter {
    /// Text in name, id or domain, without case.
    pub text: Option<Arc<str>>,
    /// Bands.
    pub bands: Vec<Band>,
    /// Fit grades.
    pub grades: Vec<Grade>,
    /// Stages.
    pub stages: Vec<Stage>,
    /// MQA or not.
    pub mqa: Option<bool>,
    /// Owners.
    pub owners: Vec<Arc<str>>,
    /// Tiers.
    pub tiers: Vec<Arc<str>>,
    /// Industries.
    pub industries: Vec<Arc<str>>,
    /// Countries.
    pub countries: Vec<Arc<str>>,
    /// Heat at least.
    pub heat_gte: Option<f64>,
    /// Heat below.
    pub heat_lt: Option<f64>,
    /// Momentum: surging (> 1.5), steady, cooling (< 0.5).
    pub momentum: Vec<Trend>,
    /// Leaves MQA within this many days.
    pub exits_within_days: Option<f64>,
    /// Engaged contacts at least.
    pub engaged_contacts_gte: Option<u32>,
    /// Lists it is on.
    pub lists: Vec<Arc<str>>,
    /// A seat of its best group in a state.
    pub seats: Vec<(Role, SeatState)>,
    /// Values that no account shown has.
    pub except: Except,
    /// A gap of one of these kinds.
    pub gaps: Vec<GapKind>,
    /// An element of the framework that counts, and the level of its evidence; `None`: no evidence.
    pub elements: Vec<(Arc<str>, Option<Level>)>,
}

/// Values that leave an account out of a list. An account without a value is not left out by it: "not tier 1" shows
/// those of no tier, too.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Except {
    /// Bands.
    pub bands: Vec<Band>,
    /// Fit grades.
    pub grades: Vec<Grade>,
    /// Stages.
    pub stages: Vec<Stage>,
    /// Owners.
    pub owners: Vec<Arc<str>>,
    /// Tiers.
    pub tiers: Vec<Arc<str>>,
    /// Industries.
    pub industries: Vec<Arc<str>>,
    /// Countries.
    pub countries: Vec<Arc<str>>,
    /// Momentum.
    pub momentum: Vec<Trend>,
    /// Lists.
    pub lists: Vec<Arc<str>>,
    /// A seat of its best group in a state.
    pub seats: Vec<(Role, SeatState)>,
}

/// Where a gap stands in the list over all accounts: those that close an MQA condition first, then the larger worth,
/// then by account.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct GapPlace {
    /// Closes no condition.
    pub(crate) rest: bool,
    /// What is lacking from 1000 %, in hundredths: the larger the worth, the earlier.
    pub(crate) lacks: u32,
    /// Whose it is.
    pub(crate) account: AccountId,
    /// Which gap of the account.
    pub(crate) packed: u64,
}

impl GapPlace {
    pub(crate) fn lacks_of(worth: f64) -> u32 {
        let hundredths: u32 = format!("{:.0}", worth * 100.0).parse().unwrap_or(0);
        100_000_u32.saturating_sub(hundredths)
    }

    /// Returns the place as text for an URL: letters, digits and `.` only.
    #[must_use]
    pub fn encode(&self) -> String {
        let account = hex(self.account.as_str());
        format!(
            "{}.{}.{:x}.{account}",
            u8::from(self.rest),
            self.lacks,
            self.packed
        )
    }

    /// Returns the place of a text; `None`: it is none of ours.
    #[must_use]
    pub fn decode(text: &str) -> Option<Self> {
        let mut parts = text.split('.');
        let place = Self {
            rest: match parts.next()? {
                "0" => false,
                "1" => true,
                _ => return None,
            },
            lacks: parts.next()?.parse().ok()?,
            packed: u64::from_str_radix(parts.next()?, 16).ok()?,
            account: AccountId::new(unhex(parts.next()?)?).ok()?,
        };
        parts.next().is_none().then_some(place)
    }
}

/// What a list of gaps is asked.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GapQuery {
    /// Of which accounts.
    pub filter: Filter,
    /// Of which kinds; empty: all.
    pub kinds: Vec<GapKind>,
    /// How many, at most [`LIMIT_MAX`].
    pub limit: usize,
    /// After which one.
    pub after: Option<GapPlace>,
}

/// Momentum in words (docs/semantics.md 3.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trend {
    /// Above 1.5.
    Surging,
    /// Between.
    Steady,
    /// Below 0.5.
    Cooling,
}

impl Trend {
    /// All trends.
    pub const ALL: [Self; 3] = [Self::Surging, Self::Steady, Self::Cooling];

    /// Returns the trend of a momentum.
    #[must_use]
    pub fn of(momentum: f64) -> Self {
        match momentum {
            momentum if momentum > 1.5 => Self::Surging,
            momentum if momentum < 0.5 => Self::Cooling,
            _ => Self::Steady,
        }
    }

    /// Returns the wire name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Surging => "surging",
            Self::Steady => "steady",
            Self::Cooling => "cooling",
        }
    }

    /// Returns the trend of a wire name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|trend| trend.as_str() == text)
    }
}

/// What a row is sorted by.
#[derive(Clone, Debug, PartialEq)]
pub enum SortValue {
    /// A number; `None`: undefined.
    Number(Option<f64>),
    /// An instant in milliseconds, or a count; `None`: undefined.
    Instant(Option<i64>),
    /// A text.
    Text(Arc<str>),
}

impl SortValue {
    /// Returns whether there is nothing to sort by.
    #[must_use]
    pub fn is_undefined(&self) -> bool {
        matches!(self, Self::Number(None) | Self::Instant(None))
    }

    /// Compares two values of one key.
    #[must_use]
    pub fn compare(&self, other: &Self) -> std::cmp::Ordering {
        match (self, other) {
            (Self::Number(Some(a)), Self::Number(Some(b))) => a.total_cmp(b),
            (Self::Instant(Some(a)), Self::Instant(Some(b))) => a.cmp(b),
            (Self::Text(a), Self::Text(b)) => a.cmp(b),
            (Self::Number(_) | Self::Instant(_) | Self::Text(_), _) => std::cmp::Ordering::Equal,
        }
    }
}

/// Where a list goes on: after this row, at the instant of its first page.
#[derive(Clone, Debug, PartialEq)]
pub struct Cursor {
    /// The instant of the list.
    pub as_of: Timestamp,
    /// Its sort key; a cursor is good for the list it came from only.
    pub sort: SortKey,
    /// Its direction.
    pub descending: bool,
    /// What the last row shown was sorted by.
    pub value: SortValue,
    /// The id of the last row shown.
    pub after: AccountId,
}

impl Cursor {
    /// Returns the cursor as text for an URL: letters, digits, `.`, `-` and `_` only.
    #[must_use]
    pub fn encode(&self) -> String {
        let value = match &self.value {
            SortValue::Number(None) => "u".to_owned(),
            SortValue::Instant(None) => "v".to_owned(),
            SortValue::Number(Some(number)) => format!("n{:x}", number.to_bits()),
            SortValue::Instant(Some(millis)) => format!("i{millis}"),
            SortValue::Text(text) => format!("t{}", hex(text)),
        };
        let sign = if self.descending { "-" } else { "" };
        format!(
            "{}.{sign}{}.{value}.{}",
            self.as_of.as_millis(),
            self.sort.as_str(),
            hex(self.after.as_str())
        )
    }

    /// Returns the cursor of a text; `None`: it is none of ours.
    #[must_use]
    pub fn decode(text: &str) -> Option<Self> {
        let mut parts = text.split('.');
        let as_of = Timestamp::from_millis(parts.next()?.parse().ok()?);
        let sort = parts.next()?;
        let descending = sort.starts_with('-');
        let sort = SortKey::parse(sort.trim_start_matches('-'))?;
        let value = parts.next()?;
        let value = match value.split_at_checked(1)? {
            ("u", "") => SortValue::Number(None),
            ("v", "") => SortValue::Instant(None),
            ("n", bits) => SortValue::Number(Some(f64::from_bits(u64::from_str_radix(bits, 16).ok()?))),
            ("i", millis) => SortValue::Instant(Some(millis.parse().ok()?)),
            ("t", text) => SortValue::Text(Arc::from(unhex(text)?)),
            _ => return None,
        };
        let after = AccountId::new(unhex(parts.next()?)?).ok()?;
        parts.next().is_none().then_some(Self {
            as_of,
            sort,
            descending,
            value,
            after,
        })
    }
}

fn hex(text: &str) -> String {
    use std::fmt::Write as _;
    text.bytes()
        .fold(String::with_capacity(text.len() * 2), |mut hex, byte| {
            // Writing into a string cannot fail.
            let _ = write!(hex, "{byte:02x}");
            hex
        })
}

fn unhex(hex: &str) -> Option<String> {
    let digits: Option<Vec<u8>> = hex
        .chars()
        .map(|digit| digit.to_digit(16).and_then(|digit| u8::try_from(digit).ok()))
        .collect();
    let digits = digits?;
    if digits.len() % 2 != 0 {
        return None;
    }
    let bytes = digits
        .chunks_exact(2)
        .map(|pair| pair.iter().fold(0_u8, |byte, digit| (byte << 4) | digit))
        .collect();
    String::from_utf8(bytes).ok()
}

/// What a list is asked.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ListQuery {
    /// Which accounts.
    pub filter: Filter,
    /// Sorted by.
    pub sort: SortKey,
    /// Largest first.
    pub descending: bool,
    /// How many, at most [`LIMIT_MAX`].
    pub limit: usize,
    /// Where to go on.
    pub cursor: Option<Cursor>,
}
