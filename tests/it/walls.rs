//! The walls: which crate may use which (ARCHITECTURE.md, "Invariants"). A new arrow is a decision: it changes a
//! table here and says why there.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, PackageId};

/// The arrows between our crates, downward only.
const ARROWS: &[(&str, &[&str])] = &[
    (
        "quorate",
        &[
            "quorate-api",
            "quorate-console",
            "quorate-domain",
            "quorate-engine",
            "quorate-intake",
            "quorate-optimize",
            "quorate-store",
            "quorate-store-redis",
        ],
    ),
    (
        "quorate-api",
        &[
            "quorate-domain",
            "quorate-engine",
            "quorate-intake",
            "quorate-optimize",
        ],
    ),
    (
        "quorate-console",
        &[
            "quorate-domain",
            "quorate-engine",
            "quorate-intake",
            "quorate-optimize",
        ],
    ),
    // Reviewing and applying an import is the engine's, for API, console and command line alike; what it would do is
    // intake's, which knows the domain only.
    (
        "quorate-engine",
        &["quorate-domain", "quorate-intake", "quorate-store"],
    ),
    ("quorate-intake", &["quorate-domain"]),
    ("quorate-optimize", &["quorate-domain"]),
    ("quorate-store", &["quorate-domain"]),
    ("quorate-store-redis", &["quorate-domain", "quorate-store"]),
    ("quorate-domain", &[]),
    ("quorate-testkit", &[]),
];

/// Arrows that only tests may take, beside those above.
const TEST_ARROWS: &[(&str, &[&str])] = &[
    ("quorate", &["quorate-testkit"]),
    ("quorate-api", &["quorate-store", "quorate-testkit"]),
    ("quorate-console", &["quorate-store", "quorate-testkit"]),
    ("quorate-engine", &["quorate-testkit"]),
    ("quorate-intake", &["quorate-testkit"]),
    ("quorate-store", &["quorate-testkit"]),
    ("quorate-store-redis", &["quorate-testkit"]),
];

/// Crates of others that not every room may use, and the rooms that may. A crate not named here is free.
const GUARDED: &[(&str, &[&str])] = &[
    (
        "actix",
        &["quorate-engine", "quorate-api", "quorate-console", "quorate"],
    ),
    (
        "actix-rt",
        &["quorate-engine", "quorate-api", "quorate-console", "quorate"],
    ),
    // A file comes in as a browser's form; the API takes it as the body.
    ("actix-multipart", &["quorate-console"]),
    ("actix-web", &["quorate-api", "quorate-console", "quorate"]),
    ("anyhow", &["quorate"]),
    ("askama", &["quorate-console"]),
    ("clap", &["quorate"]),
    ("figment", &["quorate"]),
    ("fjall", &["quorate-store"]),
    // The store draws its ownership tokens.
    (
        "getrandom",
        &[
            "quorate-store",
            "quorate-store-redis",
            "quorate-engine",
            "quorate-api",
            "quorate-console",
            "quorate",
        ],
    ),
    ("indicatif", &["quorate"]),
    ("redis", &["quorate-store-redis"]),
    (
        "serde_json",
        &[
            "quorate-store",
            "quorate-store-redis",
            "quorate-engine",
            "quorate-intake",
            "quorate-optimize",
            "quorate-api",
            "quorate-console",
            "quorate-testkit",
            "quorate",
        ],
    ),
    (
        "tokio",
        &[
            "quorate-engine",
            "quorate-store-redis",
            "quorate-api",
            "quorate-console",
            "quorate",
        ],
    ),
    // `quorate import` asks a running server; tests do through testkit.
    ("ureq", &["quorate", "quorate-testkit"]),
    ("utoipa", &["quorate-api"]),
    (
        "uuid",
        &["quorate-engine", "quorate-api", "quorate-console", "quorate"],
    ),
];

/// What the domain may not even reach through others: I/O, runtimes, randomness (docs/semantics.md 3.15).
const OUT_OF_THE_DOMAINS_REACH: &[&str] = &[
    "actix",
    "async-std",
    "getrandom",
    "rand",
    "redis",
    "serde_json",
    "tokio",
];

/// Crates for tests only; testkit is all test and may use any.
const TESTS_ONLY: &[&str] = &[
    "cargo_metadata",
    "criterion",
    "insta",
    "proptest",
    "quorate-testkit",
    "tempfile",
];

/// A dependency as its manifest states it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Arrow<'a> {
    from: &'a str,
    to: &'a str,
    tests_only: bool,
}

#[test]
fn every_arrow_between_our_crates_is_in_the_table() {
    let metadata = metadata();
    let ours: BTreeSet<&str> = metadata
        .workspace_packages()
        .iter()
        .map(|package| package.name.as_str())
        .collect();
    let unknown: Vec<&&str> = ours.iter().filter(|name| rooms(ARROWS, name).is_none()).collect();
    assert!(unknown.is_empty(), "crates without a row in ARROWS: {unknown:?}");
    let wrong: Vec<Arrow<'_>> = arrows(&metadata)
        .into_iter()
        .filter(|arrow| ours.contains(arrow.to) && !may_point(*arrow))
        .collect();
    assert!(wrong.is_empty(), "arrows through a wall: {wrong:#?}");
}

#[test]
fn crates_of_others_stay_in_their_rooms() {
    let metadata = metadata();
    let wrong: Vec<Arrow<'_>> = arrows(&metadata)
        .into_iter()
        .filter(|arrow| !may_use(*arrow))
        .collect();
    assert!(wrong.is_empty(), "crates outside their rooms: {wrong:#?}");
}

#[test]
fn the_domain_reaches_no_runtime_through_others() {
    let metadata = metadata();
    let reached = reach(&metadata, "quorate-domain");
    assert!(
        reached.contains("jiff"),
        "the walk finds what the domain uses: {reached:?}"
    );
    let wrong: Vec<&&str> = OUT_OF_THE_DOMAINS_REACH
        .iter()
        .filter(|name| reached.contains(**name))
        .collect();
    assert!(wrong.is_empty(), "quorate-domain reaches {wrong:?}");
}

#[test]
fn a_planted_arrow_is_found() {
    let arrow = |from, to| Arrow {
        from,
        to,
        tests_only: false,
    };
    assert!(may_point(arrow("quorate-engine", "quorate-store")));
    assert!(!may_point(arrow("quorate-store", "quorate-engine")), "upward");
    assert!(
        !may_point(arrow("quorate-api", "quorate-store")),
        "past the engine"
    );
    assert!(
        !may_point(arrow("quorate-testkit", "quorate-engine")),
        "into the product"
    );
    assert!(!may_point(arrow("quorate", "quorate-testkit")), "tests only");
    assert!(!may_point(arrow("quorate-store", "quorate-store")), "tests only");
    assert!(may_point(Arrow {
        tests_only: true,
        ..arrow("quorate", "quorate-testkit")
    }));
    assert!(!may_use(arrow("quorate-domain", "serde_json")));
    assert!(!may_use(arrow("quorate-store", "actix")));
    assert!(!may_use(arrow("quorate-engine", "actix-web")));
    assert!(!may_use(arrow("quorate-engine", "redis")));
    assert!(!may_use(arrow("quorate-engine", "tempfile")), "tests only");
    assert!(may_use(Arrow {
        tests_only: true,
        ..arrow("quorate-engine", "tempfile")
    }));
    assert!(may_use(arrow("quorate-engine", "actix")));
    assert!(may_use(arrow("quorate-domain", "thiserror")), "not guarded");
}

#[test]
fn every_crate_takes_the_common_lints_and_versions() {
    for package in metadata().workspace_packages() {
        let manifest = read(package.manifest_path.as_std_path());
        assert!(
            manifest.contains("[lints]\nworkspace = true"),
            "{}: [lints] workspace = true",
            package.name
        );
        for dependency in package
            .dependencies
            .iter()
            .filter(|dependency| dependency.name != *package.name)
        {
            let is_any = dependency.path.is_none() && dependency.req.to_string() == "*";
            assert!(!is_any, "{}: {} without a version", package.name, dependency.name);
            // Written in full, a version stands in a second place.
            let taken = format!("{}.workspace = true", dependency.name);
            let with_more = format!("{} = {{ workspace = true", dependency.name);
            assert!(
                manifest.contains(&taken) || manifest.contains(&with_more),
                "{}: {} must take its version from [workspace.dependencies]",
                package.name,
                dependency.name
            );
        }
    }
}

#[test]
fn modules_are_files_named_after_themselves() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let files = ["src", "crates", "tests", "benches"]
        .iter()
        .flat_map(|folder| sources(&root.join(folder)));
    let wrong: Vec<PathBuf> = files
        .filter(|file| file.file_name().is_some_and(|name| name == "mod.rs"))
        .collect();
    assert!(wrong.is_empty(), "name.rs + name/, not mod.rs: {wrong:?}");
}

fn metadata() -> Metadata {
    // The lock file as it stands: a test changes nothing.
    let locked = vec!["--locked".to_owned()];
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
    MetadataCommand::new()
        .manifest_path(manifest)
        .other_options(locked)
        .exec()
        .expect("cargo metadata works here")
}

fn arrows(metadata: &Metadata) -> Vec<Arrow<'_>> {
    metadata
        .packages
        .iter()
        .filter(|package| metadata.workspace_members.contains(&package.id))
        .flat_map(|package| {
            package.dependencies.iter().map(|dependency| Arrow {
                from: package.name.as_str(),
                to: &dependency.name,
                tests_only: dependency.kind == DependencyKind::Development,
            })
        })
        .collect()
}

fn rooms<'a>(table: &'a [(&str, &'a [&'a str])], name: &str) -> Option<&'a [&'a str]> {
    table
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, rooms)| *rooms)
}

/// Returns whether an arrow between two of our crates is in the tables.
///
/// A crate's tests may point at the crate itself, to switch on a feature of it.
fn may_point(arrow: Arrow<'_>) -> bool {
    let stated = |table| rooms(table, arrow.from).is_some_and(|targets| targets.contains(&arrow.to));
    let allowed_to_tests = stated(TEST_ARROWS) || arrow.from == arrow.to;
    stated(ARROWS) || (arrow.tests_only && allowed_to_tests)
}

/// Returns whether a crate may use this crate of others, and in the product rather than in its tests only.
fn may_use(arrow: Arrow<'_>) -> bool {
    let in_its_room = rooms(GUARDED, arrow.to).is_none_or(|allowed| allowed.contains(&arrow.from));
    let for_tests = arrow.tests_only || arrow.from == "quorate-testkit" || !TESTS_ONLY.contains(&arrow.to);
    in_its_room && for_tests
}

/// Returns the names of all crates that a crate of ours is built with, tests and build scripts left out.
fn reach<'a>(metadata: &'a Metadata, from: &str) -> BTreeSet<&'a str> {
    let names: BTreeMap<&PackageId, &str> = metadata
        .packages
        .iter()
        .map(|package| (&package.id, package.name.as_str()))
        .collect();
    let nodes = &metadata.resolve.as_ref().expect("cargo metadata resolves").nodes;
    let mut waiting: Vec<&PackageId> = names
        .iter()
        .filter(|(_, name)| **name == from)
        .map(|(id, _)| *id)
        .collect();
    let mut reached = BTreeSet::new();
    while let Some(id) = waiting.pop() {
        for dependency in nodes
            .iter()
            .filter(|node| node.id == *id)
            .flat_map(|node| &node.deps)
        {
            let is_built_in = dependency
                .dep_kinds
                .iter()
                .any(|kind| kind.kind == DependencyKind::Normal);
            let name = names.get(&dependency.pkg).copied().unwrap_or_default();
            if is_built_in && reached.insert(name) {
                waiting.push(&dependency.pkg);
            }
        }
    }
    reached
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let paths = entries.map(|entry| entry.expect("a readable folder").path());
    paths
        .flat_map(|path| if path.is_dir() { sources(&path) } else { vec![path] })
        .collect()
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
