//! The keys and what they mean, read from the default file, and the page of the docs that is made from them.

use std::fmt::Write as _;

use super::DEFAULTS;
use super::layer::variable_name;

/// Keys that have a flag of their own.
const FLAGS: [(&str, &str); 6] = [
    ("server.listen", "--listen"),
    ("store.url", "--store"),
    ("store.data", "--data"),
    ("log.format", "--log"),
    ("log.level", "--log-level"),
    ("model.file", "--model"),
];

/// A section of the default file.
struct Section {
    name: &'static str,
    meaning: String,
    keys: Vec<Key>,
}

struct Key {
    name: &'static str,
    default: &'static str,
    meaning: String,
}

/// Returns all keys in the order of the default file: `server.listen`.
pub(crate) fn keys() -> Vec<String> {
    let mut keys = Vec::new();
    for section in sections() {
        for key in section.keys {
            keys.push(format!("{}.{}", section.name, key.name));
        }
    }
    keys
}

/// Returns whether there is such a section.
pub(super) fn has_section(name: &str) -> bool {
    sections().iter().any(|section| section.name == name)
}

/// Returns `docs/configuration.md`.
pub(crate) fn page() -> String {
    let mut page = String::from(
        "# Configuration\n\n\
         <!-- Made by `quorate config reference` from src/config/default.toml; a test compares. -->\n\n\
         Nothing has to be configured. What is said later in this list wins: the defaults below, a TOML file\n\
         (`--config FILE`, else `./quorate.toml` if it is there), environment variables, flags. A key that is not\n\
         on this page is refused, with the nearest that is.\n\n\
         - `quorate config show` prints every value and where it came from (`--json` for programs); passwords\n  \
         print as `***`.\n\
         - `quorate config default` prints the default file, to copy from.\n",
    );
    for section in sections() {
        let _infallible = write!(
            page,
            "\n## `[{}]`\n\n{}\n\n| key | default | environment | flag | meaning |\n|---|---|---|---|---|\n",
            section.name, section.meaning
        );
        for key in section.keys {
            let path = format!("{}.{}", section.name, key.name);
            let flag = FLAGS
                .iter()
                .find(|(known, _)| *known == path)
                .map(|(_, flag)| *flag);
            let _infallible = writeln!(
                page,
                "| `{}` | `{}` | `{}` | {} | {} |",
                key.name,
                key.default,
                variable_name(&path),
                flag.map_or_else(String::new, |flag| format!("`{flag}`")),
                key.meaning
            );
        }
    }
    page
}

/// Reads the default file: a comment belongs to the section or key right below it.
fn sections() -> Vec<Section> {
    let mut sections: Vec<Section> = Vec::new();
    let mut comment: Vec<&str> = Vec::new();
    for line in DEFAULTS.lines().map(str::trim) {
        if let Some(text) = line.strip_prefix('#') {
            comment.push(text.trim());
        } else if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            sections.push(Section {
                name,
                meaning: comment.join(" "),
                keys: Vec::new(),
            });
            comment.clear();
        } else if let (Some((name, default)), Some(section)) = (line.split_once('='), sections.last_mut()) {
            section.keys.push(Key {
                name: name.trim(),
                default: default.trim(),
                meaning: comment.join(" "),
            });
            comment.clear();
        } else {
            comment.clear();
        }
    }
    sections
}
