//! Domains and email addresses as people write them, and as accounts and contacts are matched by.

/// The longest domain, by RFC 1035.
const DOMAIN_LENGTH_MAX: usize = 253;
/// The longest address, by RFC 5321.
const EMAIL_LENGTH_MAX: usize = 254;

/// The biggest hosts that give addresses to everybody: such a domain tells no account.
const FREE_MAIL: [&str; 26] = [
    "126.com",
    "163.com",
    "aol.com",
    "fastmail.com",
    "free.fr",
    "gmail.com",
    "gmx.com",
    "gmx.de",
    "gmx.net",
    "googlemail.com",
    "hotmail.com",
    "icloud.com",
    "live.com",
    "mac.com",
    "mail.com",
    "mail.ru",
    "me.com",
    "msn.com",
    "outlook.com",
    "proton.me",
    "protonmail.com",
    "qq.com",
    "web.de",
    "yahoo.com",
    "yandex.ru",
    "ymail.com",
];

/// Returns a domain in the form it is matched by: `https://www.Acme.com/about` is `acme.com`.
///
/// # Errors
/// When there is no domain in the text.
pub fn normal(text: &str) -> Result<String, &'static str> {
    let text = text.trim();
    let host = text.split_once("://").map_or(text, |(_, rest)| rest);
    let host = host.split(['/', '?', '#']).next().unwrap_or_default();
    let host = host.split_once(':').map_or(host, |(host, _)| host);
    let domain = host.trim_end_matches('.').to_lowercase();
    let domain = domain
        .strip_prefix("www.")
        .filter(|rest| rest.contains('.'))
        .unwrap_or(&domain);
    let fine = |label: &str| {
        !label.is_empty()
            && label.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '_')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    if domain.len() > DOMAIN_LENGTH_MAX {
        return Err("is longer than 253 bytes");
    }
    if !domain.contains('.') || !domain.split('.').all(fine) {
        return Err("is no domain such as acme.com");
    }
    Ok(domain.to_owned())
}

/// Returns an email address in lower case.
///
/// # Errors
/// When the text is none.
pub fn email(text: &str) -> Result<String, &'static str> {
    let text = text.trim();
    let Some((local, domain)) = text.rsplit_once('@') else {
        return Err("is no address such as jane@acme.com");
    };
    if text.len() > EMAIL_LENGTH_MAX {
        return Err("is longer than 254 bytes");
    }
    let strange = |c: char| c.is_whitespace() || c.is_control() || c == '@' || c == '<' || c == '>';
    if local.is_empty() || domain.is_empty() || local.contains(strange) || domain.contains(strange) {
        return Err("is no address such as jane@acme.com");
    }
    Ok(text.to_lowercase())
}

/// Returns whether a domain gives addresses to everybody.
#[must_use]
pub fn is_free_mail(domain: &str) -> bool {
    FREE_MAIL.binary_search(&domain).is_ok()
}

#[cfg(test)]
mod tests;
