//! Numbers as people write them: `1,850`, `12 Mio`, `$10M - $50M`, `201-500`, `10K+`.

/// A number read from a cell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Number {
    /// Its value, finite and not negative unless it was written so.
    pub value: f64,
    /// How it was read.
    pub reading: Reading,
}

/// How a number was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// As it stands.
    Exact,
    /// The middle of a range.
    Middle,
    /// The end of an open range, such as `10,001+`.
    Bound,
}

/// Why a cell is no number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NumberError {
    /// There is no number in it.
    #[error("is not a number")]
    NoNumber,
    /// Its dots and commas can be read in two ways.
    #[error("can be read in two ways; write it without dots and commas")]
    Ambiguous,
    /// The range runs backwards.
    #[error("is a range whose end is below its start")]
    Backwards,
}

/// Reads a number.
///
/// - `whole`: it counts something, so that `1.850` can only be 1,850.
///
/// # Errors
/// When it is none.
pub fn number(cell: &str, whole: bool) -> Result<Number, NumberError> {
    let text = plain(cell);
    let text = text.trim();
    if let Some(value) = single(text, whole)? {
        return Ok(exact(value, whole));
    }
    if let Some(bound) = open_end(text) {
        return single(bound, whole)?
            .map(|value| Number {
                reading: Reading::Bound,
                ..exact(value, whole)
            })
            .ok_or(NumberError::NoNumber);
    }
    let (low, high) = ends(text).ok_or(NumberError::NoNumber)?;
    let high_value = single(high, whole)?.ok_or(NumberError::NoNumber)?;
    // `10-50 Mio`: the unit of the end is also the start's.
    let unit = (!has_unit(low)).then(|| unit_of(high)).flatten().unwrap_or(1.0);
    let low_value = single(low, whole)?.ok_or(NumberError::NoNumber)? * unit;
    if high_value < low_value {
        return Err(NumberError::Backwards);
    }
    Ok(Number {
        reading: Reading::Middle,
        ..exact(f64::midpoint(low_value, high_value), whole)
    })
}

fn exact(value: f64, whole: bool) -> Number {
    Number {
        value: if whole { value.round() } else { value },
        reading: Reading::Exact,
    }
}

/// Lower case, dashes and spaces of all kinds made one, currencies and words that say no number left out.
fn plain(cell: &str) -> String {
    let mut text = String::with_capacity(cell.len());
    for c in cell.trim().chars() {
        match c {
            '\u{2010}'..='\u{2015}' | '\u{2212}' => text.push('-'),
            '$' | '\u{20ac}' | '\u{a3}' | '\u{a5}' | '~' => {}
            c if c.is_whitespace() => text.push(' '),
            c => text.extend(c.to_lowercase()),
        }
    }
    let words = text.split(' ').filter(|word| {
        !matches!(
            *word,
            "" | "usd"
                | "eur"
                | "gbp"
                | "chf"
                | "ca."
                | "ca"
                | "approx"
                | "approx."
                | "about"
                | "employees"
                | "people"
                | "mitarbeiter"
        )
    });
    words.collect::<Vec<_>>().join(" ")
}

/// `10,001+`, `> 500`, `over 500`, `< 10`, `up to 10`.
fn open_end(text: &str) -> Option<&str> {
    let starts = [
        ">=",
        ">",
        "<=",
        "<",
        "over ",
        "more than ",
        "under ",
        "less than ",
        "up to ",
        "from ",
    ];
    text.strip_suffix('+')
        .or_else(|| text.strip_suffix(" and above"))
        .or_else(|| text.strip_suffix(" or more"))
        .or_else(|| starts.iter().find_map(|start| text.strip_prefix(start)))
        .map(str::trim)
}

/// The two ends of a range.
fn ends(text: &str) -> Option<(&str, &str)> {
    let (low, high) = text
        .split_once(" to ")
        .or_else(|| text.split_once(" bis "))
        .or_else(|| text.split_once(" - "))
        // Excel turns 10-50 into a date, so people write 10..50.
        .or_else(|| text.split_once(".."))
        .or_else(|| {
            let dash = text.char_indices().skip(1).find(|(_, c)| *c == '-')?.0;
            Some((text.get(..dash)?, text.get(dash + 1..)?))
        })?;
    Some((low.trim(), high.trim()))
}

/// The units, the longest first, so that `mio` is not read as `m`.
const UNITS: [(&str, f64); 19] = [
    ("thousand", 1e3),
    ("millionen", 1e6),
    ("milliarden", 1e9),
    ("millions", 1e6),
    ("million", 1e6),
    ("billions", 1e9),
    ("billion", 1e9),
    ("trillion", 1e12),
    ("mio.", 1e6),
    ("mrd.", 1e9),
    ("tsd.", 1e3),
    ("mio", 1e6),
    ("mrd", 1e9),
    ("tsd", 1e3),
    ("mm", 1e6),
    ("bn", 1e9),
    ("mn", 1e6),
    ("k", 1e3),
    ("m", 1e6),
];

fn split_unit(text: &str) -> (&str, Option<f64>) {
    let found = UNITS
        .iter()
        .chain([("b", 1e9), ("t", 1e12)].iter())
        .find_map(|(unit, times)| text.strip_suffix(unit).map(|digits| (digits.trim_end(), *times)))
        .filter(|(digits, _)| digits.ends_with(|c: char| c.is_ascii_digit()));
    found.map_or((text, None), |(digits, times)| (digits, Some(times)))
}

fn has_unit(text: &str) -> bool {
    split_unit(text).1.is_some()
}

fn unit_of(text: &str) -> Option<f64> {
    split_unit(text).1
}

/// Reads one number with its unit; nothing when the text is none.
fn single(text: &str, whole: bool) -> Result<Option<f64>, NumberError> {
    let (digits, unit) = split_unit(text);
    let (sign, digits) = digits
        .strip_prefix('-')
        .map_or((1.0, digits), |rest| (-1.0, rest.trim_start()));
    if digits.is_empty() || !digits.starts_with(|c: char| c.is_ascii_digit()) {
        return Ok(None);
    }
    let fine = |c: char| c.is_ascii_digit() || matches!(c, '.' | ',' | '\'' | '\u{2019}' | ' ' | '_');
    if !digits.chars().all(fine) {
        // 1.2e6, as spreadsheets write large numbers.
        let scientific = digits.contains('e') && unit.is_none();
        return Ok(scientific
            .then(|| digits.parse::<f64>().ok())
            .flatten()
            .filter(|value| value.is_finite())
            .map(|value| sign * value));
    }
    let joined: String = digits
        .chars()
        .filter(|c| !matches!(c, '\'' | '\u{2019}' | ' ' | '_'))
        .collect();
    if joined.len() < digits.len() && !is_grouped(digits) {
        return Ok(None);
    }
    let Some(value) = grouped(&joined, whole && unit.is_none(), unit.is_some())? else {
        return Ok(None);
    };
    Ok(Some(sign * value * unit.unwrap_or(1.0)))
}

/// Whether spaces and quotes stand where thousands are divided: `1 850`, not `1 8`.
fn is_grouped(digits: &str) -> bool {
    let whole = digits.split(['.', ',']).next().unwrap_or_default();
    whole
        .split(['\'', '\u{2019}', ' ', '_'])
        .skip(1)
        .all(|group| group.len() == 3)
        || digits.contains(['.', ','])
}

/// Reads digits with dots and commas.
fn grouped(text: &str, whole: bool, has_unit: bool) -> Result<Option<f64>, NumberError> {
    let dots = text.matches('.').count();
    let commas = text.matches(',').count();
    let thousands = |mark: char| {
        let mut groups = text.split(mark);
        let first = groups.next().unwrap_or_default();
        (1..=3).contains(&first.len()) && groups.all(|group| group.len() == 3)
    };
    let without = |mark: char| text.replace(mark, "");
    let plain = match (dots, commas) {
        (0, 0) => text.to_owned(),
        (0, 1) | (1, 0) => {
            let mark = if dots == 1 { '.' } else { ',' };
            let decimal = text.replace(',', ".");
            let tail = text.split(mark).nth(1).map_or(0, str::len);
            match (thousands(mark), mark) {
                // `1,850`, and `1.850` people; with a unit it is a fraction: `1.234 Mio`.
                (true, ',') if !has_unit => without(mark),
                (true, '.') if whole => without(mark),
                (true, ',') if tail == 3 && has_unit => return Err(NumberError::Ambiguous),
                (true | false, _) => decimal,
            }
        }
        (0, _) if thousands(',') => without(','),
        (_, 0) if thousands('.') => without('.'),
        (_, 1) if text.rfind(',') > text.rfind('.') => without('.').replace(',', "."),
        (1, _) if text.rfind('.') > text.rfind(',') => without(','),
        (_, _) => return Ok(None),
    };
    Ok(plain.parse().ok().filter(|value: &f64| value.is_finite()))
}
