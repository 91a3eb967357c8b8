//! Numbers and words as people read them: whole numbers rounded down, so that 49.6 never reads as the 50 it has not
//! reached; a real minus sign; instants as dates, near ones relative, always UTC.

use jiff::civil;
use jiff::tz::TimeZone;
use quorate_domain::time::{DAY_MS, Timestamp};

/// What stands for something unknown.
pub(crate) const UNKNOWN: &str = "–";
const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 3_600_000;

/// Returns the whole number at or below a value.
pub(crate) fn floored(value: f64) -> i64 {
    #[expect(
        clippy::as_conversions,
        clippy::cast_possible_truncation,
        reason = "floats saturate, and NaN becomes 0"
    )]
    let whole = value.floor() as i64;
    whole
}

/// Returns a whole number with a real minus sign and its thousands apart: `1,850`.
pub(crate) fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3 + 3);
    if number < 0 {
        text.push('−');
    }
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Returns a change with its sign: `+24`, `−2`, `0`.
pub(crate) fn change(number: i64) -> String {
    let sign = if number > 0 { "+" } else { "" };
    format!("{sign}{}", grouped(number))
}

/// Returns a count as text: `1,850`.
pub(crate) fn count(number: usize) -> String {
    grouped(i64::try_from(number).unwrap_or(i64::MAX))
}

/// Returns a value rounded down to a whole number, as text.
pub(crate) fn whole(value: f64) -> String {
    grouped(floored(value))
}

/// Returns points to one decimal.
pub(crate) fn points(value: f64) -> String {
    signed(format!("{value:.1}"))
}

/// Returns a value in full precision, for titles.
pub(crate) fn exact(value: f64) -> String {
    signed(format!("{value}"))
}

/// Returns a number as people write it: thousands apart when it is whole, in full otherwise.
pub(crate) fn number(value: f64) -> String {
    if value.fract().abs() > 0.0 {
        exact(value)
    } else {
        whole(value)
    }
}

/// Returns a weight to two decimals at most: `1.91`, `1`.
pub(crate) fn weight(value: f64) -> String {
    let text = format!("{value:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Returns a value in full precision with its sign, plus too.
pub(crate) fn signed_exact(value: f64) -> String {
    if value > 0.0 {
        format!("+{}", exact(value))
    } else {
        exact(value)
    }
}

/// Returns points to one decimal with their sign, plus too.
pub(crate) fn signed_points(value: f64) -> String {
    let text = points(value);
    if text.starts_with('−') || text.trim_start_matches(['0', '.']).is_empty() {
        text
    } else {
        format!("+{text}")
    }
}

fn signed(text: String) -> String {
    if text.trim_start_matches(['-', '0', '.']).is_empty() {
        return text.trim_start_matches('-').to_owned();
    }
    match text.strip_prefix('-') {
        Some(rest) => format!("−{rest}"),
        None => text,
    }
}

/// Returns a momentum: one decimal, two below 1, rounded down so that it never reads as a line it has not reached.
pub(crate) fn momentum(value: f64) -> String {
    if value < 1.0 {
        format!("{:.2}×", (value * 100.0).floor() / 100.0)
    } else {
        format!("{:.1}×", (value * 10.0).floor() / 10.0)
    }
}

/// Returns the step of the heat ramp: `0..=9`.
pub(crate) fn heat_step(heat: f64) -> u8 {
    u8::try_from(floored(heat / 10.0).clamp(0, 9)).unwrap_or(9)
}

/// Returns a number and its noun: `1 person`, `2 people`.
pub(crate) fn counted(number: usize, one: &str, many: &str) -> String {
    let noun = if number == 1 { one } else { many };
    format!("{} {noun}", count(number))
}

/// Returns a wire name as words: `economic_buyer` as `economic buyer`.
pub(crate) fn spaced(name: &str) -> String {
    name.replace('_', " ")
}

/// Returns a text with its first letter as a capital.
pub(crate) fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}

/// Returns up to two initials: `NL` for `Northfold Logistics`.
pub(crate) fn initials(name: &str) -> String {
    let words: Vec<&str> = name
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let first = words.first().and_then(|word| word.chars().next());
    // A number at the end tells accounts apart, but is no part of a name.
    let named = |word: &&&str| word.starts_with(char::is_alphabetic);
    let last = match words.as_slice() {
        [only] => only.chars().nth(1),
        [_, rest @ ..] => rest.iter().rfind(named).and_then(|word| word.chars().next()),
        [] => None,
    };
    first
        .into_iter()
        .chain(last)
        .flat_map(char::to_uppercase)
        .collect()
}

fn civil(t: Timestamp) -> civil::DateTime {
    jiff::Timestamp::from_millisecond(t.as_millis()).map_or(civil::DateTime::MIN, |instant| {
        instant.to_zoned(TimeZone::UTC).datetime()
    })
}

fn month(date: civil::DateTime) -> &'static str {
    match date.month() {
        1 => "Jan",
        2 => "Feb",
        3 => "Mar",
        4 => "Apr",
        5 => "May",
        6 => "Jun",
        7 => "Jul",
        8 => "Aug",
        9 => "Sep",
        10 => "Oct",
        11 => "Nov",
        _ => "Dec",
    }
}

/// Returns whether an instant lies on the first day of a month.
pub(crate) fn is_first_of_month(t: Timestamp) -> bool {
    civil(t).day() == 1
}

/// Returns the month of an instant: `Jun`.
pub(crate) fn month_name(t: Timestamp) -> &'static str {
    month(civil(t))
}

/// Returns a date: `16 Jun`, with its year when that is not `now`'s.
pub(crate) fn date(t: Timestamp, now: Timestamp) -> String {
    let (day, today) = (civil(t), civil(now));
    if day.year() == today.year() {
        format!("{} {}", day.day(), month(day))
    } else {
        format!("{} {} {}", day.day(), month(day), day.year())
    }
}

/// Returns a date with its year: `16 Jun 2026`.
pub(crate) fn date_in_full(t: Timestamp) -> String {
    let day = civil(t);
    format!("{} {} {}", day.day(), month(day), day.year())
}

/// Returns a time of day: `14:32 UTC`.
pub(crate) fn clock(t: Timestamp) -> String {
    let time = civil(t);
    format!("{:02}:{:02} UTC", time.hour(), time.minute())
}

/// Returns an instant in full: `16 Jun 2026, 14:32:07 UTC`.
pub(crate) fn instant(t: Timestamp) -> String {
    let time = civil(t);
    format!(
        "{} {} {}, {:02}:{:02}:{:02} UTC",
        time.day(),
        month(time),
        time.year(),
        time.hour(),
        time.minute(),
        time.second()
    )
}

/// Returns an instant as short as it can be told in full: `16 Jun 2026, 14:32 UTC`, with its seconds where it has some.
pub(crate) fn moment(t: Timestamp) -> String {
    if t.as_millis() % MINUTE_MS == 0 {
        format!("{}, {}", date_in_full(t), clock(t))
    } else {
        instant(t)
    }
}

/// Returns how long ago something was, up to a day; its date beyond.
pub(crate) fn ago(t: Timestamp, now: Timestamp) -> String {
    match now.millis_since(t) {
        age if age < MINUTE_MS => "just now".to_owned(),
        age if age < HOUR_MS => format!("{} min ago", age / MINUTE_MS),
        age if age < DAY_MS => format!("{} h ago", age / HOUR_MS),
        _ => date(t, now),
    }
}

/// Returns how far ahead something is: `3 d`, `5 h`, `12 min`; rounded down.
pub(crate) fn ahead(t: Timestamp, now: Timestamp) -> String {
    match t.millis_since(now).max(0) {
        left if left < HOUR_MS => format!("{} min", left / MINUTE_MS),
        left if left < DAY_MS => format!("{} h", left / HOUR_MS),
        left => format!("{} d", grouped(left / DAY_MS)),
    }
}

/// Returns how far ahead something is, in full: `46 days`, `5 hours`.
pub(crate) fn ahead_in_full(t: Timestamp, now: Timestamp) -> String {
    let (unit_ms, one, many) = match t.millis_since(now).max(0) {
        left if left < HOUR_MS => (MINUTE_MS, "minute", "minutes"),
        left if left < DAY_MS => (HOUR_MS, "hour", "hours"),
        _ => (DAY_MS, "day", "days"),
    };
    let left = usize::try_from(t.millis_since(now).max(0) / unit_ms).unwrap_or(usize::MAX);
    counted(left, one, many)
}

#[cfg(test)]
mod tests;
