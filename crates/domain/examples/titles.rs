//! Says what the default model makes of a list of job titles: how many it reads, and where it may be wrong.
//! `cargo run -p quorate-domain --example titles -- FILE [FILE]`. A line is a title, or a row of an O*NET table
//! (`SOC code <tab> title`), of which the occupation tells whether a role was read rightly.

#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a tool for those who tend the model: it reads files and prints"
)]

use std::collections::BTreeMap;
use std::process::ExitCode;

use quorate_domain::infer::infer;
use quorate_domain::model::{DEFAULT_MODEL, Model};

/// Occupations in which holders of a role are expected, by the beginning of their code. The others are not wrong,
/// but worth a look.
const EXPECTED: [(&str, &[&str]); 7] = [
    ("economic_buyer", &["11-1", "11-3031"]),
    ("decision_maker", &["11-"]),
    ("executive_sponsor", &["11-"]),
    ("technical_evaluator", &["15-", "17-", "11-3021", "11-9041"]),
    ("security", &["15-12", "15-1299", "11-3021"]),
    (
        "procurement",
        &["11-3061", "11-3071", "13-102", "43-3061", "13-1081", "11-2"],
    ),
    ("legal", &["23-", "13-1041", "11-9199", "13-10"]),
];

/// What was read of many titles.
#[derive(Default)]
struct Tally {
    titles: usize,
    with_role: usize,
    with_level: usize,
    with_function: usize,
    functions: BTreeMap<String, usize>,
    roles: BTreeMap<String, Count>,
    levels: BTreeMap<&'static str, usize>,
}

#[derive(Default)]
struct Count {
    titles: usize,
    candidates: usize,
    /// Of those with an occupation: in one where it is expected.
    expected: usize,
    with_occupation: usize,
    /// A few that are not.
    elsewhere: Vec<String>,
}

fn main() -> ExitCode {
    let model = match Model::from_toml(DEFAULT_MODEL) {
        Ok(model) => model,
        Err(errors) => {
            eprintln!("{errors}");
            return ExitCode::FAILURE;
        }
    };
    let mut tally = Tally::default();
    for file in std::env::args().skip(1) {
        match std::fs::read_to_string(&file) {
            Ok(text) => tally.read(&text, &model),
            Err(error) => {
                eprintln!("{file}: {error}");
                return ExitCode::FAILURE;
            }
        }
    }
    tally.print();
    ExitCode::SUCCESS
}

impl Tally {
    fn read(&mut self, text: &str, model: &Model) {
        for line in text.lines().filter(|line| !line.trim().is_empty()) {
            let mut cells = line.split('\t');
            let (occupation, title) = match (cells.next(), cells.next()) {
                (Some(code), Some(title)) => (Some(code), title),
                (Some(title), None) => (None, title),
                (None, _) => continue,
            };
            self.add(occupation, title, model);
        }
    }

    fn add(&mut self, occupation: Option<&str>, title: &str, model: &Model) {
        let inference = infer(Some(title), None, model);
        self.titles += 1;
        self.with_role += usize::from(!inference.roles.is_empty());
        if let Some(level) = inference.seniority {
            self.with_level += 1;
            *self.levels.entry(level.as_str()).or_default() += 1;
        }
        if let Some(function) = inference.function {
            self.with_function += 1;
            *self.functions.entry(function.to_string()).or_default() += 1;
        }
        for role in inference.roles {
            let count = self.roles.entry(role.role.to_string()).or_default();
            count.titles += 1;
            count.candidates += usize::from(role.candidate);
            let expected = EXPECTED.iter().find(|(name, _)| *name == role.role.as_str());
            if let (Some(code), Some((_, codes))) = (occupation, expected) {
                count.with_occupation += 1;
                if codes.iter().any(|begin| code.starts_with(begin)) {
                    count.expected += 1;
                } else if count.elsewhere.len() < 6 && count.with_occupation.is_multiple_of(37) {
                    count.elsewhere.push(format!("{title} ({code})"));
                }
            }
        }
    }

    fn print(&self) {
        let of = |part: usize, whole: usize| {
            let tenths = part * 1_000 / whole.max(1);
            format!("{part} ({}.{} %)", tenths / 10, tenths % 10)
        };
        println!("titles          {}", self.titles);
        println!("with a function {}", of(self.with_function, self.titles));
        for (function, count) in &self.functions {
            println!("  {function:20} {}", of(*count, self.titles));
        }
        println!("with a role     {}", of(self.with_role, self.titles));
        println!("with a level    {}", of(self.with_level, self.titles));
        for (level, count) in &self.levels {
            println!("  {level:20} {}", of(*count, self.titles));
        }
        println!("roles");
        for (role, count) in &self.roles {
            let candidates = if count.candidates > 0 {
                ", candidates only"
            } else {
                ""
            };
            println!("  {role:20} {}{candidates}", of(count.titles, self.titles));
            if count.with_occupation > 0 {
                println!(
                    "  {:20} in expected occupations {}",
                    "",
                    of(count.expected, count.with_occupation)
                );
                println!("  {:20} elsewhere: {}", "", count.elsewhere.join("; "));
            }
        }
    }
}
