//! `occurred_at`, fast in its usual form and right in every other.

use quorate_domain::time::{DAY_MS, Timestamp};

/// Reads instants; remembers the last date, since signals of a day stand together.
#[derive(Debug, Default)]
pub(super) struct Instants {
    date: [u8; 10],
    day_start_ms: Option<i64>,
}

impl Instants {
    /// Returns the instant of an RFC 3339 text; the error says what was found.
    pub(super) fn read(&mut self, text: &[u8]) -> Result<Timestamp, String> {
        if let Some(instant) = self.usual(text) {
            return Ok(instant);
        }
        let text = String::from_utf8_lossy(text);
        text.parse::<Timestamp>().map_err(|error| error.to_string())
    }

    /// Reads `YYYY-MM-DDTHH:MM:SS[.fff]Z`; nothing for any other form.
    fn usual(&mut self, text: &[u8]) -> Option<Timestamp> {
        let (date, rest) = text.split_first_chunk::<10>()?;
        let (time, rest) = rest.split_first_chunk::<9>()?;
        let [b'T', h1, h2, b':', m1, m2, b':', s1, s2] = *time else {
            return None;
        };
        let millis = match *rest {
            [b'Z'] => 0,
            [b'.', a, b, c, b'Z'] => number(&[a, b, c])?,
            _ => return None,
        };
        let (hour, minute, second) = (number(&[h1, h2])?, number(&[m1, m2])?, number(&[s1, s2])?);
        if hour > 23 || minute > 59 || second > 59 {
            return None;
        }
        let day_start_ms = match self.day_start_ms {
            Some(known) if self.date == *date => known,
            _ => {
                let start = day_start_ms(date)?;
                self.date = *date;
                self.day_start_ms = Some(start);
                start
            }
        };
        let time_ms = ((hour * 60 + minute) * 60 + second) * 1000 + millis;
        Some(Timestamp::from_millis(day_start_ms + time_ms))
    }
}

/// Returns the number that digits write.
fn number(digits: &[u8]) -> Option<i64> {
    digits.iter().try_fold(0, |number, digit| {
        let digit = digit.wrapping_sub(b'0');
        (digit <= 9).then(|| number * 10 + i64::from(digit))
    })
}

/// Returns when the day of a `YYYY-MM-DD` begins, in the years 1 to 9998; nothing for any other.
///
/// Source: Howard Hinnant, "chrono-compatible low-level date algorithms", `days_from_civil`.
fn day_start_ms(date: &[u8; 10]) -> Option<i64> {
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = *date else {
        return None;
    };
    let (year, month, day) = (number(&[y1, y2, y3, y4])?, number(&[m1, m2])?, number(&[d1, d2])?);
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        4 | 6 | 9 | 11 => 30,
        2 => 28 + i64::from(leap),
        1..=12 => 31,
        _ => return None,
    };
    // Year 0 is none, and the last hours of 9999 are past what the domain accepts.
    if year == 0 || year == 9999 || day == 0 || day > days {
        return None;
    }
    let year = year - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    Some((era * 146_097 + day_of_era - 719_468) * DAY_MS)
}

#[cfg(test)]
mod tests;
