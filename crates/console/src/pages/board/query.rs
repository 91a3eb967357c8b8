//! What the address of a heat board asks for: every view is a URL, and a key that is not understood is ignored and
//! named, never an error.

use std::sync::Arc;

use quorate_domain::engagement::Band;
use quorate_domain::fit::Grade;
use quorate_domain::standing::Stage;
use quorate_engine::list::{Cursor, Filter, ListQuery, SortKey, Trend};

/// Rows a page has.
pub(crate) const ROWS: usize = 100;
/// Days within which an account that will leave MQA "falls out soon".
pub(crate) const SOON_DAYS: u32 = 14;
/// What is left of a text in an address that is quoted back.
const QUOTED_MAX: usize = 60;

/// A heat board's address, understood.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct BoardQuery {
    pub(crate) text: Option<Arc<str>>,
    pub(crate) bands: Vec<Band>,
    pub(crate) grades: Vec<Grade>,
    pub(crate) stages: Vec<Stage>,
    pub(crate) mqa: Option<bool>,
    pub(crate) momentum: Vec<Trend>,
    pub(crate) exits_within_days: Option<u32>,
    pub(crate) owners: Vec<Arc<str>>,
    pub(crate) tiers: Vec<Arc<str>>,
    pub(crate) industries: Vec<Arc<str>>,
    pub(crate) countries: Vec<Arc<str>>,
    /// What rows are sorted by; `None`: hottest first.
    pub(crate) sort: Option<Sort>,
    pub(crate) compact: bool,
    pub(crate) cursor: Option<Cursor>,
}

/// An order of rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sort {
    pub(crate) key: SortKey,
    pub(crate) descending: bool,
}

impl Sort {
    /// Hottest first.
    pub(crate) const HOTTEST: Self = Self {
        key: SortKey::Heat,
        descending: true,
    };

    fn parse(text: &str) -> Option<Self> {
        let (descending, name) = match text.strip_prefix('-') {
            Some(name) => (true, name),
            None => (false, text),
        };
        SortKey::parse(name).map(|key| Self { key, descending })
    }

    fn text(self) -> String {
        let sign = if self.descending { "-" } else { "" };
        format!("{sign}{}", self.key.as_str())
    }
}

/// A condition a person can take away again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Condition {
    /// Its key in the address.
    pub(crate) key: &'static str,
    /// What is narrowed: `Tier`.
    pub(crate) name: &'static str,
    /// To what: `1 or 2`.
    pub(crate) value: String,
}

impl BoardQuery {
    /// Reads an address.
    ///
    /// Returns what was understood, and a text for each part that was not.
    pub(crate) fn parse(query_string: &str) -> (Self, Vec<String>) {
        let mut query = Self::default();
        let mut unread = Vec::new();
        for pair in query_string.split('&').filter(|pair| !pair.is_empty()) {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            // A comma says "or"; one inside a value comes escaped, as forms and our own links send it.
            let values: Vec<String> = value.split(',').map(unescaped).collect();
            let values: Vec<&str> = values.iter().map(|value| value.trim()).collect();
            query.read(&unescaped(key), &values, &mut unread);
        }
        (query, unread)
    }

    fn read(&mut self, key: &str, values: &[&str], unread: &mut Vec<String>) {
        let whole = values.join(",");
        // A form sends its empty fields too.
        if whole.is_empty() {
            return;
        }
        let mut no = |value: &str| unread.push(format!("{}={}", quoted(key), quoted(value)));
        match key {
            "q" => self.text = Some(Arc::from(whole)),
            "band" => words(values, &Band::ALL, Band::as_str, &mut self.bands, &mut no),
            "fit" => words(values, &Grade::ALL, Grade::as_str, &mut self.grades, &mut no),
            "stage" => words(values, &Stage::ALL, Stage::as_str, &mut self.stages, &mut no),
            "momentum" => words(values, &Trend::ALL, Trend::as_str, &mut self.momentum, &mut no),
            "mqa" => match whole.as_str() {
                "in" => self.mqa = Some(true),
                "out" => self.mqa = Some(false),
                _ => no(&whole),
            },
            "exits_within" => match whole.strip_suffix('d').unwrap_or(&whole).parse() {
                Ok(days @ 1..=3_650) => self.exits_within_days = Some(days),
                Ok(_) | Err(_) => no(&whole),
            },
            // Who "me" is will be known when people sign in by name.
            "owner" => texts(values, &mut self.owners, &["me"], &mut no),
            "tier" => texts(values, &mut self.tiers, &[], &mut no),
            "industry" => texts(values, &mut self.industries, &[], &mut no),
            "country" => texts(values, &mut self.countries, &[], &mut no),
            "sort" => match Sort::parse(&whole) {
                Some(sort) => self.sort = Some(sort).filter(|sort| *sort != Sort::HOTTEST),
                None => no(&whole),
            },
            "density" => match whole.as_str() {
                "compact" => self.compact = true,
                _ => no(&whole),
            },
            "cursor" => match Cursor::decode(&whole) {
                Some(cursor) => self.cursor = Some(cursor),
                None => no(&whole),
            },
            _ => no(&whole),
        }
    }

    /// Returns the order of rows.
    pub(crate) fn order(&self) -> Sort {
        self.sort.unwrap_or(Sort::HOTTEST)
    }

    /// Returns what the engine is asked. A cursor of another order is not used.
    pub(crate) fn list(&self) -> ListQuery {
        let Sort { key, descending } = self.order();
        let fits = |cursor: &&Cursor| cursor.sort == key && cursor.descending == descending;
        ListQuery {
            filter: Filter {
                text: self.text.clone(),
                bands: self.bands.clone(),
                grades: self.grades.clone(),
                stages: self.stages.clone(),
                mqa: self.mqa,
                owners: self.owners.clone(),
                tiers: self.tiers.clone(),
                industries: self.industries.clone(),
                countries: self.countries.clone(),
                heat_gte: None,
                heat_lt: None,
                momentum: self.momentum.clone(),
                exits_within_days: self.exits_within_days.map(f64::from),
                engaged_contacts_gte: None,
            },
            sort: key,
            descending,
            limit: ROWS,
            cursor: self.cursor.as_ref().filter(fits).cloned(),
        }
    }

    /// Returns whether every known account is asked for.
    pub(crate) fn is_everything(&self) -> bool {
        self.list().filter == Filter::default()
    }

    /// Returns the address: defaults left out, keys always in the same order.
    pub(crate) fn href(&self) -> String {
        let mut address = "/board".to_owned();
        let mut last = "";
        for (key, value) in self.pairs() {
            if key == last {
                address.push(',');
            } else {
                address.push(if last.is_empty() { '?' } else { '&' });
                address.push_str(key);
                address.push('=');
            }
            address.push_str(&escaped(&value));
            last = key;
        }
        address
    }

    /// Returns the keys and values of the address, a pair for each value, those of a key together.
    pub(crate) fn pairs(&self) -> Vec<(&'static str, String)> {
        fn each<T>(
            key: &'static str,
            values: &[T],
            text: impl Fn(&T) -> &str,
        ) -> impl Iterator<Item = (&'static str, String)> {
            values.iter().map(move |value| (key, text(value).to_owned()))
        }
        let mqa = self
            .mqa
            .map(|inside| if inside { "in" } else { "out" }.to_owned());
        let exits = self.exits_within_days.map(|days| format!("{days}d"));
        let density = self.compact.then(|| "compact".to_owned());
        let text = self.text.as_deref().map(str::to_owned);
        let mut pairs: Vec<(&'static str, String)> = Vec::new();
        pairs.extend(text.map(|text| ("q", text)));
        pairs.extend(each("band", &self.bands, |band| band.as_str()));
        pairs.extend(each("fit", &self.grades, |grade| grade.as_str()));
        pairs.extend(each("stage", &self.stages, |stage| stage.as_str()));
        pairs.extend(mqa.map(|mqa| ("mqa", mqa)));
        pairs.extend(each("momentum", &self.momentum, |trend| trend.as_str()));
        pairs.extend(exits.map(|exits| ("exits_within", exits)));
        pairs.extend(each("owner", &self.owners, |owner| owner));
        pairs.extend(each("tier", &self.tiers, |tier| tier));
        pairs.extend(each("industry", &self.industries, |industry| industry));
        pairs.extend(each("country", &self.countries, |country| country));
        pairs.extend(self.sort.map(|sort| ("sort", sort.text())));
        pairs.extend(density.map(|density| ("density", density)));
        pairs.extend(self.cursor.as_ref().map(|cursor| ("cursor", cursor.encode())));
        pairs
    }

    /// Returns the same view from its first page.
    pub(crate) fn first_page(&self) -> Self {
        Self {
            cursor: None,
            ..self.clone()
        }
    }

    /// Returns the view from its first page without the condition of a key.
    pub(crate) fn without(&self, key: &str) -> Self {
        let mut query = self.first_page();
        match key {
            "q" => query.text = None,
            "band" => query.bands.clear(),
            "fit" => query.grades.clear(),
            "stage" => query.stages.clear(),
            "mqa" => query.mqa = None,
            "momentum" => query.momentum.clear(),
            "exits_within" => query.exits_within_days = None,
            "owner" => query.owners.clear(),
            "tier" => query.tiers.clear(),
            "industry" => query.industries.clear(),
            "country" => query.countries.clear(),
            _ => {}
        }
        query
    }

    /// Returns the view from its first page in another order.
    pub(crate) fn sorted(&self, sort: Sort) -> Self {
        Self {
            sort: Some(sort).filter(|sort| *sort != Sort::HOTTEST),
            ..self.first_page()
        }
    }

    /// Returns the conditions in words.
    pub(crate) fn conditions(&self) -> Vec<Condition> {
        let mut all = Vec::new();
        let mut put = |key, name, value: Option<String>| {
            all.extend(value.map(|value| Condition { key, name, value }));
        };
        put("q", "Text", self.text.as_deref().map(str::to_owned));
        put("band", "Heat", either(&self.bands, |band| band.as_str()));
        put("fit", "Fit", either(&self.grades, |grade| grade.as_str()));
        put("stage", "Stage", either(&self.stages, |stage| stage.as_str()));
        put(
            "mqa",
            "MQA",
            self.mqa
                .map(|inside| if inside { "yes" } else { "not yet" }.to_owned()),
        );
        put(
            "momentum",
            "Momentum",
            either(&self.momentum, |trend| trend.as_str()),
        );
        put(
            "exits_within",
            "Leaves MQA within",
            self.exits_within_days.map(|days| format!("{days} days")),
        );
        put("owner", "Owner", either(&self.owners, |owner| owner));
        put("tier", "Tier", either(&self.tiers, |tier| tier));
        put(
            "industry",
            "Industry",
            either(&self.industries, |industry| industry),
        );
        put("country", "Country", either(&self.countries, |country| country));
        all
    }
}

fn words<T: Copy + PartialEq>(
    values: &[&str],
    all: &[T],
    name: impl Fn(T) -> &'static str,
    found: &mut Vec<T>,
    no: &mut impl FnMut(&str),
) {
    // None of these words has a comma, so one that came escaped means the same.
    let words = values.iter().flat_map(|value| value.split(',')).map(str::trim);
    for word in words.filter(|word| !word.is_empty()) {
        match all.iter().find(|one| name(**one) == word) {
            Some(one) if found.contains(one) => {}
            Some(one) => found.push(*one),
            None => no(word),
        }
    }
}

fn texts(values: &[&str], found: &mut Vec<Arc<str>>, reserved: &[&str], no: &mut impl FnMut(&str)) {
    for text in values.iter().filter(|text| !text.is_empty()) {
        // A leading minus says "not", which lists cannot yet answer.
        if text.starts_with('-') || reserved.contains(text) {
            no(text);
        } else if !found.iter().any(|known| **known == **text) {
            found.push(Arc::from(*text));
        }
    }
}

fn either<T>(values: &[T], text: impl Fn(&T) -> &str) -> Option<String> {
    (!values.is_empty()).then(|| values.iter().map(text).collect::<Vec<_>>().join(" or "))
}

fn quoted(text: &str) -> String {
    let short: String = text.chars().take(QUOTED_MAX).collect();
    if short.len() < text.len() {
        format!("{short}…")
    } else {
        short
    }
}

/// Returns a text as part of an address: letters, digits and `-._~` stay, all else is escaped.
pub(crate) fn escaped(text: &str) -> String {
    use std::fmt::Write as _;
    text.bytes()
        .fold(String::with_capacity(text.len()), |mut escaped, byte| {
            match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                    escaped.push(char::from(byte));
                }
                byte => {
                    // Writing into a string cannot fail.
                    let _ = write!(escaped, "%{byte:02X}");
                }
            }
            escaped
        })
}

/// Returns what a part of an address says; bytes that are no UTF-8 are replaced.
fn unescaped(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes().iter();
    while let Some(&byte) = rest.next() {
        let decoded = match byte {
            b'+' => b' ',
            b'%' => {
                let digits = rest
                    .as_slice()
                    .get(..2)
                    .and_then(|digits| std::str::from_utf8(digits).ok());
                match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
                    Some(decoded) => {
                        rest.nth(1);
                        decoded
                    }
                    None => b'%',
                }
            }
            byte => byte,
        };
        bytes.push(decoded);
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests;
