//! Salesforce ids: reports show 15 characters, the API 18; the three more only repeat which letters are large.

/// Returns an id as it is stored: a Salesforce id of 15 characters gets the other three, all else stays.
///
/// Source: Salesforce's rule for the suffix: of each five characters, the large letters as bits of a number, written
/// in base 32 (`A`-`Z`, `0`-`5`).
#[must_use]
pub fn id(text: &str) -> String {
    let text = text.trim();
    // `001` is the prefix of an account. Without it any word of 15 letters would look like one.
    let looks_like_one =
        text.len() == 15 && text.starts_with("001") && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if !looks_like_one {
        return text.to_owned();
    }
    let mut id = text.to_owned();
    for five in text.as_bytes().chunks(5) {
        let bits = five
            .iter()
            .enumerate()
            .filter(|(_, byte)| byte.is_ascii_uppercase())
            .fold(0_u8, |bits, (place, _)| bits | (1 << place));
        id.push(char::from(if bits < 26 { b'A' + bits } else { b'0' + bits - 26 }));
    }
    id
}
