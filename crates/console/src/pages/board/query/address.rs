//! Texts as parts of an address.

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
pub(crate) fn unescaped(text: &str) -> String {
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
