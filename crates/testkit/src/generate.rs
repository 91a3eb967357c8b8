//! Accounts, contacts and signals out of a seed: the same on every machine, unevenly busy as in life.

use serde_json::{Value, json};

#[cfg(test)]
mod tests;

/// Milliseconds in a day.
pub const DAY_MS: i64 = 86_400_000;

/// Signal kinds with how often they happen, used unless a [`Shape`] says otherwise.
pub const DEFAULT_KINDS: [(&str, u32); 12] = [
    ("page.view", 400),
    ("email.opened", 150),
    ("email.clicked", 60),
    ("page.pricing", 60),
    ("content.whitepaper", 40),
    ("content.case_study", 40),
    ("webinar.registered", 20),
    ("webinar.attended", 15),
    ("review.comparison", 10),
    ("product.trial_started", 6),
    ("meeting.held", 5),
    ("demo.request", 4),
];

/// The `SplitMix64` generator: small, seeded, good enough for tests.
///
/// Source: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.
#[derive(Clone, Debug)]
pub struct SplitMix64 {
    state: u64,
}

impl SplitMix64 {
    /// Returns the generator of a seed. Print the seed of a test that failed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    /// Returns 64 random bits.
    pub fn bits(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Returns a float in `[0, 1)`.
    #[expect(
        clippy::cast_precision_loss,
        clippy::as_conversions,
        reason = "53 bits fit a float exactly"
    )]
    pub fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Returns a number in `0..bound`; 0 when `bound` is 0.
    pub fn below(&mut self, bound: u64) -> u64 {
        let product = u128::from(self.bits()) * u128::from(bound);
        u64::try_from(product >> 64).unwrap_or(0)
    }

    /// Returns whether an event of this probability happens.
    pub fn happens(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// Returns one of the items; `None` when there are none.
    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        let index = self.below(items.len().try_into().ok()?);
        items.get(usize::try_from(index).ok()?)
    }

    /// Returns a rank in `0..count`, the first ones the most often: rank `r` about in proportion to `1 / (r + 1)`.
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::as_conversions,
        reason = "ranks stay below 2^53, and `as` saturates"
    )]
    pub fn zipf(&mut self, count: u64) -> u64 {
        let drawn = (self.unit() * (count as f64 + 1.0).ln()).exp();
        (drawn as u64).saturating_sub(1).min(count.saturating_sub(1))
    }

    /// Shuffles the items.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for end in (1..items.len()).rev() {
            let bound = u64::try_from(end).unwrap_or(u64::MAX).saturating_add(1);
            let other = usize::try_from(self.below(bound)).unwrap_or(0);
            items.swap(end, other);
        }
    }
}

/// How much to generate, and of what.
#[derive(Clone, Debug)]
pub struct Shape {
    /// How many accounts.
    pub accounts: u64,
    /// How many contacts each account has.
    pub contacts: u64,
    /// The first instant, in milliseconds since 1970.
    pub from_ms: i64,
    /// The end of the time covered, not included.
    pub to_ms: i64,
    /// The share of signals without a contact.
    pub anonymous: f64,
    /// Kinds and how often they happen, relative to each other.
    pub kinds: Vec<(String, u32)>,
}

impl Shape {
    /// Returns a shape of `accounts` accounts with `contacts` contacts each, over the `days` days before `to_ms`.
    #[must_use]
    pub fn new(accounts: u64, contacts: u64, days: u32, to_ms: i64) -> Self {
        Self {
            accounts,
            contacts,
            from_ms: to_ms - i64::from(days) * DAY_MS,
            to_ms,
            anonymous: 0.1,
            kinds: DEFAULT_KINDS
                .iter()
                .map(|(kind, often)| ((*kind).to_owned(), *often))
                .collect(),
        }
    }
}

/// A generated signal.
#[derive(Clone, Debug, PartialEq)]
pub struct Signal {
    /// Unique over all accounts.
    pub id: String,
    /// Its account.
    pub account: String,
    /// Its contact; `None` is anonymous.
    pub contact: Option<String>,
    /// What happened.
    pub kind: String,
    /// When, in milliseconds since 1970.
    pub occurred_at_ms: i64,
    /// How strongly; mostly 1.
    pub strength: f64,
}

impl Signal {
    /// Returns the signal as the API reads it.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut signal = json!({
            "id": self.id,
            "account": self.account,
            "kind": self.kind,
            "occurred_at": rfc3339(self.occurred_at_ms),
            "strength": self.strength,
        });
        if let (Some(contact), Some(fields)) = (&self.contact, signal.as_object_mut()) {
            fields.insert("contact".to_owned(), json!(contact));
        }
        signal
    }
}

/// An endless stream of signals in no order of time.
#[derive(Clone, Debug)]
pub struct Generator {
    random: SplitMix64,
    shape: Shape,
    kinds_total: u64,
    made: u64,
}

impl Generator {
    /// Returns the stream of a seed.
    #[must_use]
    pub fn new(seed: u64, shape: Shape) -> Self {
        let kinds_total = shape.kinds.iter().map(|(_, often)| u64::from(*often)).sum();
        Self {
            random: SplitMix64::new(seed),
            shape,
            kinds_total,
            made: 0,
        }
    }

    /// Returns the id of the account of a rank; rank 0 is the busiest.
    #[must_use]
    pub fn account_id(rank: u64) -> String {
        format!("acct-{rank:07}")
    }

    /// Returns the id of the contact of a rank within its account; rank 0 is the busiest.
    #[must_use]
    pub fn contact_id(account: u64, rank: u64) -> String {
        format!("person-{account:07}-{rank}")
    }

    fn kind(&mut self) -> String {
        let mut left = self.random.below(self.kinds_total);
        for (kind, often) in &self.shape.kinds {
            let often = u64::from(*often);
            if left < often {
                return kind.clone();
            }
            left -= often;
        }
        "unknown".to_owned()
    }

    fn strength(&mut self) -> f64 {
        let strengths = [0.25, 0.5, 2.0, 3.5];
        if self.random.happens(0.9) {
            1.0
        } else {
            self.random.pick(&strengths).copied().unwrap_or(1.0)
        }
    }
}

impl Iterator for Generator {
    type Item = Signal;

    fn next(&mut self) -> Option<Signal> {
        let account = self.random.zipf(self.shape.accounts);
        let anonymous = self.shape.contacts == 0 || self.random.happens(self.shape.anonymous);
        let contact = (!anonymous).then(|| Self::contact_id(account, self.random.zipf(self.shape.contacts)));
        let span_ms = u64::try_from(self.shape.to_ms - self.shape.from_ms).unwrap_or(0);
        let offset_ms = i64::try_from(self.random.below(span_ms)).unwrap_or(0);
        self.made += 1;
        Some(Signal {
            id: format!("sig-{:09}", self.made),
            account: Self::account_id(account),
            contact,
            kind: self.kind(),
            occurred_at_ms: self.shape.from_ms + offset_ms,
            strength: self.strength(),
        })
    }
}

/// Returns milliseconds since 1970 as an RFC 3339 instant in UTC, for years 0 to 9999.
///
/// Source: Howard Hinnant, "chrono-compatible low-level date algorithms", `civil_from_days`.
#[must_use]
pub fn rfc3339(millis: i64) -> String {
    let days = millis.div_euclid(DAY_MS) + 719_468;
    let of_day = millis.rem_euclid(DAY_MS);
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 {
        shifted_month + 3
    } else {
        shifted_month - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    let (hour, minute, second) = (of_day / 3_600_000, of_day / 60_000 % 60, of_day / 1_000 % 60);
    format!(
        "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{:03}Z",
        of_day % 1_000
    )
}
