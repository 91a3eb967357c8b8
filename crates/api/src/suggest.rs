//! Did you mean ...?

/// Returns the word that was most likely meant; `None`: nothing is near.
#[must_use]
pub fn did_you_mean<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_lowercase();
    known
        .into_iter()
        .map(|candidate| (strsim::jaro_winkler(&word, candidate), candidate))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate)
}

/// Returns `"x" is no <what>; did you mean "y"?`, else with all that is known.
#[must_use]
pub(crate) fn unknown(what: &str, word: &str, known: &[&str]) -> String {
    let word: String = word.chars().take(64).collect();
    match did_you_mean(&word, known.iter().copied()) {
        Some(near) => format!("{word:?} is no {what}; did you mean {near:?}?"),
        None if known.is_empty() => format!("{word:?} is no {what}; there are none"),
        None => format!("{word:?} is no {what}; known are {}", known.join(", ")),
    }
}
