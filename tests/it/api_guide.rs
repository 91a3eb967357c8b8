//! The guide to the API does what it says: its commands run in their order, and print what it shows.

use std::path::Path;
use std::process::Command;

use quorate_testkit::Launch;

const BINARY: &str = env!("CARGO_BIN_EXE_quorate");
const GUIDE: &str = include_str!("../../docs/api.md");

/// A fenced block: its language, and its lines.
struct Block {
    language: &'static str,
    text: String,
}

fn blocks() -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut open: Option<Block> = None;
    for line in GUIDE.lines() {
        match (line.strip_prefix("```"), &mut open) {
            (Some(language), None) => {
                open = Some(Block {
                    language,
                    text: String::new(),
                });
            }
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (None, Some(block)) => {
                block.text.push_str(line);
                block.text.push('\n');
            }
            (None, None) => {}
        }
    }
    blocks
}

#[test]
fn every_command_of_the_guide_works_and_prints_what_it_shows() {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let server = Launch::serve(BINARY, folder.path().join("data")).start();
    let blocks = blocks();
    let mut ran = 0;
    for (place, block) in blocks.iter().enumerate() {
        if block.language != "sh" {
            continue;
        }
        let script = block
            .text
            .replace("127.0.0.1:8080", &server.address().to_string());
        let output = Command::new("sh")
            .args(["-euc", &script])
            .current_dir(folder.path())
            .env("KEY", server.key())
            .output()
            .expect("there is a shell");
        let printed = String::from_utf8_lossy(&output.stdout);
        assert!(
            output.status.success(),
            "{script}{printed}{} (are curl and gzip there?)",
            String::from_utf8_lossy(&output.stderr)
        );
        match blocks.get(place + 1) {
            Some(shown) if shown.language == "text" => {
                assert_eq!(printed.trim_end(), shown.text.trim_end(), "{script}");
            }
            // What changes from day to day is not shown; it must not be a problem.
            Some(_) | None => assert!(!printed.contains("\"/problems/"), "{script}{printed}"),
        }
        ran += 1;
    }
    assert!(ran >= 12, "{ran} commands ran");
}

#[test]
fn every_link_leads_somewhere() {
    for target in GUIDE
        .split("](")
        .skip(1)
        .filter_map(|part| part.split(')').next())
    {
        let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
        assert!(
            target.contains("://") || docs.join(target).exists(),
            "{target} is not there"
        );
    }
}
