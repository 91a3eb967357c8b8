//! What the address of a heat board asks for: every view is a URL, and a key that is not understood is ignored and
//! named, never an error.

use std::sync::Arc;

use quorate_domain::committee::SeatState;
use quorate_domain::engagement::Band;
use quorate_domain::fit::Grade;
use quorate_domain::id::Role;
use quorate_domain::standing::Stage;
use quorate_domain::time::Timestamp;
use quorate_engine::list::{Cursor, Except, Filter, ListQuery, SortKey, Trend};

use super::columns::Col;
use crate::instant;

mod address;
mod chosen;

pub(crate) use address::{escaped, unescaped};
pub(crate) use chosen::Chosen;

/// Rows a page has.
pub(crate) const ROWS: usize = 100;
/// Days within which an account that will leave MQA "falls out soon".
pub(crate) const SOON_DAYS: u32 = 14;
/// What is left of a text in an address that is quoted back.
const QUOTED_MAX: usize = 60;

/// What the view of all accounts in the usual order is called.
const EVERYTHING: &str = "all";

/// A heat board's address, understood.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct BoardQuery {
    pub(crate) lists: Chosen<Arc<str>>,
    pub(crate) text: Option<Arc<str>>,
    pub(crate) bands: Chosen<Band>,
    pub(crate) grades: Chosen<Grade>,
    pub(crate) stages: Chosen<Stage>,
    pub(crate) mqa: Option<bool>,
    pub(crate) momentum: Chosen<Trend>,
    pub(crate) exits_within_days: Option<u32>,
    pub(crate) seats: Chosen<Seat>,
    pub(crate) owners: Chosen<Arc<str>>,
    pub(crate) tiers: Chosen<Arc<str>>,
    pub(crate) industries: Chosen<Arc<str>>,
    pub(crate) countries: Chosen<Arc<str>>,
    /// What rows are sorted by; `None`: hottest first.
    pub(crate) sort: Option<Sort>,
    /// The columns to show; `None`: the usual ones.
    pub(crate) cols: Option<Vec<Col>>,
    pub(crate) compact: bool,
    pub(crate) cursor: Option<Cursor>,
    /// The past instant the view is of; `None`: now.
    pub(crate) as_of: Option<Timestamp>,
}

/// A seat in a state.
pub(crate) type Seat = (Role, SeatState);

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

/// A key and one of its values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pair {
    pub(crate) key: &'static str,
    value: String,
    /// Whether the value is one that will not do.
    pub(crate) not: bool,
}

impl Pair {
    fn new(key: &'static str, value: String) -> Self {
        Self {
            key,
            value,
            not: false,
        }
    }

    /// Returns the value as a form sends it.
    pub(crate) fn form_value(&self) -> String {
        format!("{}{}", self.sign(), self.value)
    }

    fn sign(&self) -> &'static str {
        if self.not { "-" } else { "" }
    }

    /// Returns the value as an address holds it: a minus of its own is escaped, one that says "not" is plain.
    fn escaped(&self) -> String {
        if ["seat", "as_of"].contains(&self.key) {
            // The colon is plain in an address, and easier to read.
            return format!("{}{}", self.sign(), escaped(&self.value).replace("%3A", ":"));
        }
        let value = match self.value.strip_prefix('-') {
            // An order's minus is part of its name.
            Some(rest) if self.key != "sort" => format!("%2D{}", escaped(rest)),
            Some(_) | None => escaped(&self.value),
        };
        format!("{}{value}", self.sign())
    }
}

/// A value of a key, as it stands in an address.
struct Given {
    text: String,
    not: bool,
}

impl Given {
    fn of(raw: &str) -> Self {
        let (not, raw) = match raw.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, raw),
        };
        Self {
            text: unescaped(raw).trim().to_owned(),
            not,
        }
    }

    fn whole(&self) -> String {
        format!("{}{}", if self.not { "-" } else { "" }, self.text)
    }
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
            let values: Vec<Given> = value.split(',').map(Given::of).collect();
            query.read(&unescaped(key), &values, &mut unread);
        }
        (query, unread)
    }

    fn read(&mut self, key: &str, values: &[Given], unread: &mut Vec<String>) {
        let whole = values.iter().map(Given::whole).collect::<Vec<_>>().join(",");
        // A form sends its empty fields too.
        if whole.is_empty() {
            return;
        }
        let mut no = |value: &str| unread.push(format!("{}={}", quoted(key), quoted(value)));
        match key {
            "list" => texts(values, &mut self.lists, &[], &mut no),
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
            "seat" => {
                for given in values {
                    match seat(&given.text) {
                        Some(seat) => self.seats.add(seat, given.not),
                        None => no(&given.text),
                    }
                }
            }
            // Who "me" is will be known when people sign in by name.
            "owner" => texts(values, &mut self.owners, &["me"], &mut no),
            "tier" => texts(values, &mut self.tiers, &[], &mut no),
            "industry" => texts(values, &mut self.industries, &[], &mut no),
            "country" => texts(values, &mut self.countries, &[], &mut no),
            "sort" => match Sort::parse(&whole) {
                Some(sort) => self.sort = Some(sort).filter(|sort| *sort != Sort::HOTTEST),
                None => no(&whole),
            },
            "cols" => self.read_cols(values, &mut no),
            "density" => match whole.as_str() {
                "compact" => self.compact = true,
                _ => no(&whole),
            },
            "cursor" => match Cursor::decode(&whole) {
                Some(cursor) => self.cursor = Some(cursor),
                None => no(&whole),
            },
            "as_of" => match instant::read(&whole) {
                Some(at) => self.as_of = Some(at),
                None => no(&whole),
            },
            _ => no(&whole),
        }
    }

    fn read_cols(&mut self, values: &[Given], no: &mut impl FnMut(&str)) {
        let mut chosen: Chosen<Col> = self.cols.take().unwrap_or_default().into();
        let all = Col::ALL.map(|(col, ..)| col);
        words(values, &all, Col::as_str, &mut chosen, no);
        for col in chosen.not {
            no(&format!("-{}", col.as_str()));
        }
        let cols: Vec<Col> = all.into_iter().filter(|col| chosen.any.contains(col)).collect();
        self.cols = Some(cols).filter(|cols| !cols.is_empty() && *cols != Col::usual());
    }

    /// Returns the columns to show, in the table's order.
    pub(crate) fn shown_cols(&self) -> Vec<Col> {
        self.cols.clone().unwrap_or_else(Col::usual)
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
            filter: self.filter(),
            sort: key,
            descending,
            limit: ROWS,
            cursor: self.cursor.as_ref().filter(fits).cloned(),
        }
    }

    /// Returns which accounts are asked for.
    pub(crate) fn filter(&self) -> Filter {
        Filter {
            text: self.text.clone(),
            bands: self.bands.any.clone(),
            grades: self.grades.any.clone(),
            stages: self.stages.any.clone(),
            mqa: self.mqa,
            owners: self.owners.any.clone(),
            tiers: self.tiers.any.clone(),
            industries: self.industries.any.clone(),
            countries: self.countries.any.clone(),
            momentum: self.momentum.any.clone(),
            exits_within_days: self.exits_within_days.map(f64::from),
            lists: self.lists.any.clone(),
            seats: self.seats.any.clone(),
            except: Except {
                bands: self.bands.not.clone(),
                grades: self.grades.not.clone(),
                stages: self.stages.not.clone(),
                owners: self.owners.not.clone(),
                tiers: self.tiers.not.clone(),
                industries: self.industries.not.clone(),
                countries: self.countries.not.clone(),
                momentum: self.momentum.not.clone(),
                lists: self.lists.not.clone(),
                seats: self.seats.not.clone(),
            },
            ..Filter::default()
        }
    }

    /// Returns the view as the page of an account it is opened from names it: conditions and order.
    pub(crate) fn origin(&self) -> String {
        let view = Self {
            cols: None,
            compact: false,
            ..self.first_page()
        };
        match view.at("").trim_start_matches('?') {
            "" => EVERYTHING.to_owned(),
            text => text.to_owned(),
        }
    }

    /// Reads the view that [`BoardQuery::origin`] named.
    pub(crate) fn of_origin(text: &str) -> Self {
        if text == EVERYTHING {
            Self::default()
        } else {
            Self::parse(text).0
        }
    }

    /// Returns the same lists at the same instant and nothing else: what the summary above the table is about.
    pub(crate) fn scope(&self) -> Self {
        Self {
            lists: self.lists.clone(),
            as_of: self.as_of,
            ..Self::default()
        }
    }

    /// Returns the one list that is chosen; `None`: all accounts, or several lists, or some left out.
    pub(crate) fn list_chosen(&self) -> Option<&Arc<str>> {
        match (self.lists.any.as_slice(), self.lists.not.as_slice()) {
            ([only], []) => Some(only),
            (_, _) => None,
        }
    }

    /// Returns the same view as of an instant, from its first page; `None`: now.
    pub(crate) fn at_instant(&self, as_of: Option<Timestamp>) -> Self {
        Self {
            as_of,
            ..self.first_page()
        }
    }

    /// Returns the address: defaults left out, keys always in the same order.
    pub(crate) fn href(&self) -> String {
        self.at("/board")
    }

    /// Returns the address of the same view at another path.
    pub(crate) fn at(&self, path: &str) -> String {
        let mut address = path.to_owned();
        let mut last = "";
        for pair in self.pairs() {
            if pair.key == last {
                address.push(',');
            } else {
                address.push(if last.is_empty() { '?' } else { '&' });
                address.push_str(pair.key);
                address.push('=');
            }
            address.push_str(&pair.escaped());
            last = pair.key;
        }
        address
    }

    /// Returns the conditions alone, as an address holds them: what decides whether an account is shown.
    pub(crate) fn view(&self) -> String {
        let conditions = Self {
            sort: None,
            cols: None,
            compact: false,
            ..self.first_page()
        };
        conditions.at("").trim_start_matches('?').to_owned()
    }

    /// Returns the keys and values of the address, a pair for each value, those of a key together.
    pub(crate) fn pairs(&self) -> Vec<Pair> {
        fn each<T>(
            key: &'static str,
            values: &Chosen<T>,
            text: impl Fn(&T) -> &str,
        ) -> impl Iterator<Item = Pair> {
            let signed = [(&values.any, false), (&values.not, true)];
            signed
                .into_iter()
                .flat_map(|(values, not)| values.iter().map(move |value| (value, not)))
                .map(move |(value, not)| Pair {
                    key,
                    value: text(value).to_owned(),
                    not,
                })
        }
        let mqa = self
            .mqa
            .map(|inside| if inside { "in" } else { "out" }.to_owned());
        let exits = self.exits_within_days.map(|days| format!("{days}d"));
        let density = self.compact.then(|| "compact".to_owned());
        let text = self.text.as_deref().map(str::to_owned);
        let cols = self.cols.as_deref().unwrap_or_default();
        let seat_pair = |(role, state): &Seat, not| Pair {
            key: "seat",
            value: format!("{}:{}", role.as_str(), state.as_str()),
            not,
        };
        let seats = self.seats.any.iter().map(|seat| seat_pair(seat, false));
        let seats = seats.chain(self.seats.not.iter().map(|seat| seat_pair(seat, true)));
        let mut pairs: Vec<Pair> = Vec::new();
        pairs.extend(each("list", &self.lists, |list| list));
        pairs.extend(text.map(|text| Pair::new("q", text)));
        pairs.extend(each("band", &self.bands, |band| band.as_str()));
        pairs.extend(each("fit", &self.grades, |grade| grade.as_str()));
        pairs.extend(each("stage", &self.stages, |stage| stage.as_str()));
        pairs.extend(mqa.map(|mqa| Pair::new("mqa", mqa)));
        pairs.extend(each("momentum", &self.momentum, |trend| trend.as_str()));
        pairs.extend(exits.map(|exits| Pair::new("exits_within", exits)));
        pairs.extend(seats);
        pairs.extend(each("owner", &self.owners, |owner| owner));
        pairs.extend(each("tier", &self.tiers, |tier| tier));
        pairs.extend(each("industry", &self.industries, |industry| industry));
        pairs.extend(each("country", &self.countries, |country| country));
        pairs.extend(self.sort.map(|sort| Pair::new("sort", sort.text())));
        pairs.extend(cols.iter().map(|col| Pair::new("cols", col.as_str().to_owned())));
        pairs.extend(density.map(|density| Pair::new("density", density)));
        pairs.extend(self.as_of.map(|at| Pair::new("as_of", instant::short(at))));
        pairs.extend(
            self.cursor
                .as_ref()
                .map(|cursor| Pair::new("cursor", cursor.encode())),
        );
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
            "list" => query.lists.clear(),
            "seat" => query.seats.clear(),
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
        put("list", "List", self.lists.words(|list| list));
        put("q", "Text", self.text.as_deref().map(str::to_owned));
        put("band", "Heat", self.bands.words(|band| band.as_str()));
        put("fit", "Fit", self.grades.words(|grade| grade.as_str()));
        put("stage", "Stage", self.stages.words(|stage| stage.as_str()));
        put(
            "mqa",
            "MQA",
            self.mqa
                .map(|inside| if inside { "yes" } else { "not yet" }.to_owned()),
        );
        put(
            "momentum",
            "Momentum",
            self.momentum.words(|trend| trend.as_str()),
        );
        put(
            "exits_within",
            "Leaves MQA within",
            self.exits_within_days.map(|days| format!("{days} days")),
        );
        let spoken = |seats: &[Seat]| seats.iter().map(spoken_seat).collect::<Vec<_>>();
        let seats = Chosen {
            any: spoken(&self.seats.any),
            not: spoken(&self.seats.not),
        };
        put("seat", "Seat", seats.words(|seat| seat));
        put("owner", "Owner", self.owners.words(|owner| owner));
        put("tier", "Tier", self.tiers.words(|tier| tier));
        put("industry", "Industry", self.industries.words(|industry| industry));
        put("country", "Country", self.countries.words(|country| country));
        all
    }
}

fn words<T: Copy + PartialEq>(
    values: &[Given],
    all: &[T],
    name: impl Fn(T) -> &'static str,
    found: &mut Chosen<T>,
    no: &mut impl FnMut(&str),
) {
    for given in values {
        // None of these words has a comma, so one that came escaped means the same.
        let words = given.text.split(',').map(str::trim);
        for word in words.filter(|word| !word.is_empty()) {
            match all.iter().find(|one| name(**one) == word) {
                Some(one) => found.add(*one, given.not),
                None => no(word),
            }
        }
    }
}

fn texts(values: &[Given], found: &mut Chosen<Arc<str>>, reserved: &[&str], no: &mut impl FnMut(&str)) {
    for given in values.iter().filter(|given| !given.text.is_empty()) {
        if reserved.contains(&given.text.as_str()) {
            no(&given.text);
        } else {
            found.add(Arc::from(given.text.as_str()), given.not);
        }
    }
}

/// Reads `economic_buyer:missing`.
fn seat(text: &str) -> Option<Seat> {
    let (role, state) = text.split_once(':')?;
    Some((Role::new(role).ok()?, SeatState::parse(state)?))
}

fn spoken_seat((role, state): &Seat) -> String {
    format!("{} {}", role.as_str().replace('_', " "), state.as_str())
}

fn quoted(text: &str) -> String {
    let short: String = text.chars().take(QUOTED_MAX).collect();
    if short.len() < text.len() {
        format!("{short}…")
    } else {
        short
    }
}

#[cfg(test)]
mod tests;
