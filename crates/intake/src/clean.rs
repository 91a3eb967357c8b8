//! Cells as people write them, brought to the values an account has.

mod country;
mod number;
mod salesforce_id;

pub use country::country;
pub use number::{Number, NumberError, Reading, number};
pub use salesforce_id::id;

use crate::domain_name;

/// What stands in a cell that says nothing, in lower case.
const NOTHING: [&str; 19] = [
    "-",
    "--",
    "---",
    "?",
    "#n/a",
    "#null!",
    "#value!",
    "(blank)",
    "(not set)",
    "[not set]",
    "\\n",
    "k.a.",
    "keine angabe",
    "n.a.",
    "n/a",
    "not available",
    "not provided",
    "null",
    "undefined",
];

/// Returns whether a cell says nothing: it is empty, or holds a word for that such as `N/A`.
#[must_use]
pub fn is_nothing(cell: &str) -> bool {
    let cell = cell.trim();
    // The longest of the words; most cells are longer and need no lower case.
    cell.is_empty() || (cell.len() <= 16 && NOTHING.contains(&cell.to_lowercase().as_str()))
}

/// What a cell says about a domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DomainCell {
    /// A domain, in the form accounts are matched by.
    Domain(String),
    /// A host that gives addresses to everybody: it tells no account.
    FreeMail(String),
}

/// Reads a domain from a cell: a domain, an address or a page.
///
/// # Errors
/// When there is none in it.
pub fn domain(cell: &str) -> Result<DomainCell, &'static str> {
    // Excel writes a link as its address; people paste addresses of people.
    let host = match cell.rsplit_once('@') {
        Some((_, host)) if !cell.contains("://") => host,
        Some(_) | None => cell,
    };
    let domain = domain_name::normal(host)?;
    Ok(if domain_name::is_free_mail(&domain) {
        DomainCell::FreeMail(domain)
    } else {
        DomainCell::Domain(domain)
    })
}

/// Returns whether a cell says yes.
#[must_use]
pub fn is_yes(cell: &str) -> bool {
    ["true", "1", "yes", "y", "ja", "wahr", "x"].contains(&cell.trim().to_lowercase().as_str())
}

/// Returns the items of a cell that holds several, divided by `;`, `|` or, when there are none of those, `,`.
#[must_use]
pub fn items(cell: &str) -> Vec<String> {
    let divider = [';', '|', '\n']
        .into_iter()
        .find(|divider| cell.contains(*divider))
        .unwrap_or(',');
    let mut items: Vec<String> = Vec::new();
    for item in cell.split(divider).map(str::trim).filter(|item| !item.is_empty()) {
        if !items.iter().any(|known| known == item) {
            items.push(item.to_owned());
        }
    }
    items
}

/// Returns a name in the form names are compared in: lower case, one space between words.
#[must_use]
pub fn name_key(name: &str) -> String {
    let mut key = String::with_capacity(name.len());
    for word in name.split_whitespace() {
        if !key.is_empty() {
            key.push(' ');
        }
        key.extend(word.chars().flat_map(char::to_lowercase));
    }
    key
}

/// Returns an id made of a name: its letters and digits, lower case, words joined by `-`; empty when it has none.
#[must_use]
pub fn slug(name: &str) -> String {
    const LENGTH_MAX: usize = 80;
    let mut slug = String::with_capacity(name.len());
    for c in name.chars() {
        if c.is_alphanumeric() {
            slug.extend(c.to_lowercase());
        } else if !slug.is_empty() && !slug.ends_with('-') && c != '\'' && c != '.' {
            slug.push('-');
        }
    }
    while slug.len() > LENGTH_MAX {
        slug.pop();
    }
    slug.trim_end_matches('-').to_owned()
}

#[cfg(test)]
mod tests;
