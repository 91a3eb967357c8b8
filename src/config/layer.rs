//! The layers of a configuration, lowest first, each with the name of its source.

use std::path::{Path, PathBuf};

use figment::providers::{Format, Toml};
use figment::value::{Dict, Map, Value};
use figment::{Metadata, Profile, Provider};
use quorate_api::did_you_mean;

use super::{DEFAULTS, Error, Errors, file_of, reference};

/// What environment variables begin with.
const PREFIX: &str = "QUORATE_";

/// What was said outside the defaults.
#[derive(Clone, Debug, Default)]
pub(crate) struct Asked {
    /// The file that was named; `None`: the usual one, if it is there.
    pub(crate) file: Option<PathBuf>,
    /// Environment variables, any.
    pub(crate) env: Vec<(String, String)>,
    /// Flags that were given: key, flag, value.
    pub(crate) flags: Vec<(&'static str, &'static str, String)>,
}

/// The environment as it is, without what is not text.
pub(crate) fn environment() -> Vec<(String, String)> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect()
}

/// Some values from one source.
#[derive(Clone, Debug)]
pub(super) struct Layer {
    name: String,
    values: Dict,
}

impl Provider for Layer {
    fn metadata(&self) -> Metadata {
        Metadata::named(self.name.clone())
    }

    fn data(&self) -> Result<Map<Profile, Dict>, figment::Error> {
        Ok(Profile::Default.collect(self.values.clone()))
    }
}

/// The compiled-in file.
pub(super) fn defaults() -> Result<Layer, Errors> {
    Ok(Layer {
        name: "default".to_owned(),
        values: parse(Path::new("the built-in defaults"), DEFAULTS)?,
    })
}

/// All layers above the defaults, lowest first.
pub(super) fn all(asked: &Asked, defaults: &Layer) -> Result<Vec<Layer>, Errors> {
    let mut layers = Vec::new();
    let mut errors = Vec::new();
    if let Some(path) = file_of(asked) {
        layers.push(file(&path, &mut errors)?);
    }
    for (name, value) in &asked.env {
        if let Some(key) = variable_key(name, &mut errors) {
            layers.push(single(name.clone(), &key, value, defaults));
        }
    }
    for (key, flag, value) in &asked.flags {
        layers.push(single((*flag).to_owned(), key, value, defaults));
    }
    if errors.is_empty() {
        Ok(layers)
    } else {
        Err(Errors(errors))
    }
}

fn file(path: &Path, errors: &mut Vec<Error>) -> Result<Layer, Errors> {
    let text = std::fs::read_to_string(path).map_err(|cause| Error::File {
        path: path.to_owned(),
        cause,
    })?;
    let values = parse(path, &text)?;
    let known = reference::keys();
    for key in paths(&values) {
        if !known.contains(&key) {
            let source_name = match line_of(&text, &key) {
                Some(line) => format!("{}, line {line}", path.display()),
                None => path.display().to_string(),
            };
            errors.push(unknown(key, source_name, &known));
        }
    }
    Ok(Layer {
        name: path.display().to_string(),
        values,
    })
}

fn parse(path: &Path, text: &str) -> Result<Dict, Errors> {
    Toml::from_str::<Dict>(text).map_err(|error| {
        Errors::from(Error::Syntax {
            path: path.to_owned(),
            problem: error.to_string().trim_end().to_owned(),
        })
    })
}

fn unknown(key: String, source_name: String, known: &[String]) -> Error {
    let near = did_you_mean(&key, known.iter().map(String::as_str)).map(str::to_owned);
    Error::Unknown {
        key,
        source_name,
        near,
    }
}

/// The keys of a tree of values: `server.listen`. An empty section has none; a value beside the sections is one.
fn paths(values: &Dict) -> Vec<String> {
    let mut paths = Vec::new();
    for (name, value) in values {
        match value {
            Value::Dict(_, inner) => {
                paths.extend(paths_below(name, inner));
            }
            Value::String(..)
            | Value::Char(..)
            | Value::Bool(..)
            | Value::Num(..)
            | Value::Empty(..)
            | Value::Array(..) => paths.push(name.clone()),
        }
    }
    paths
}

fn paths_below(section: &str, values: &Dict) -> Vec<String> {
    if values.is_empty() && !reference::has_section(section) {
        return vec![section.to_owned()];
    }
    paths(values)
        .into_iter()
        .map(|key| format!("{section}.{key}"))
        .collect()
}

/// The line that says a key, counted from 1; `None`: it is said in a way this does not see, such as an inline table.
fn line_of(text: &str, key: &str) -> Option<usize> {
    let (section, name) = key.split_once('.').unwrap_or(("", key));
    let mut current = "";
    for (line, number) in text.lines().zip(1..) {
        let line = line.trim();
        if let Some(header) = line.strip_prefix('[') {
            current = header.trim_end_matches(']').trim();
            if current == key {
                return Some(number);
            }
        } else if let Some((said, _)) = line.split_once('=') {
            let said = said.trim();
            if (current == section && said == name) || (current.is_empty() && said == key) {
                return Some(number);
            }
        }
    }
    None
}

/// The key a variable sets: `QUORATE_SERVER__LISTEN` is `server.listen`. Variables without the double underscore
/// are other people's (the tests have some), unless they read like a key with one underscore too few.
fn variable_key(name: &str, errors: &mut Vec<Error>) -> Option<String> {
    let rest = name.strip_prefix(PREFIX)?.to_lowercase();
    let known = reference::keys();
    if let Some((section, key)) = rest.split_once("__") {
        let key = format!("{section}.{key}");
        if known.contains(&key) {
            return Some(key);
        }
        let near = did_you_mean(&key, known.iter().map(String::as_str)).map(variable_name);
        errors.push(Error::Unknown {
            key,
            source_name: name.to_owned(),
            near,
        });
    } else if let Some(meant) = known.iter().find(|key| key.replace('.', "_") == rest) {
        errors.push(Error::Unknown {
            key: rest,
            source_name: name.to_owned(),
            near: Some(variable_name(meant)),
        });
    }
    None
}

/// The variable that sets a key.
pub(super) fn variable_name(key: &str) -> String {
    format!("{PREFIX}{}", key.replace('.', "__").to_uppercase())
}

/// One value from a variable or a flag. It is text where the default is text, whatever it looks like.
fn single(name: String, key: &str, value: &str, defaults: &Layer) -> Layer {
    let root = Value::from(defaults.values.clone());
    let is_text = matches!(root.find_ref(key), Some(Value::String(..)));
    let value = if is_text {
        Value::from(value)
    } else {
        // Infallible: what is no number, flag or list is text, and then the wrong type for its key.
        value.parse().unwrap_or_else(|_| Value::from(value))
    };
    Layer {
        name,
        values: figment::util::nest(key, value).into_dict().unwrap_or_default(),
    }
}
