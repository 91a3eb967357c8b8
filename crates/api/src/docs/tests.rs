use sha2::{Digest as _, Sha256};

use super::*;
use crate::auth::hex;

#[test]
fn vendored_files_are_what_their_list_says() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/vendor");
    let mut files: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    files.sort();
    let listed: Vec<(&str, &str)> = include_str!("../../assets/VENDORED.md")
        .lines()
        .filter_map(|line| {
            let cells: Vec<&str> = line
                .split('|')
                .map(|cell| cell.trim().trim_matches('`'))
                .collect();
            match cells.as_slice() {
                ["", file, .., digest, ""] if digest.len() == 64 => Some((*file, *digest)),
                _ => None,
            }
        })
        .collect();
    let mut names: Vec<&str> = listed.iter().map(|(file, _)| *file).collect();
    names.sort_unstable();
    assert_eq!(
        files, names,
        "assets/vendor and assets/VENDORED.md name different files"
    );
    for (file, digest) in listed {
        let bytes = Bytes::from(std::fs::read(format!("{folder}/{file}")).unwrap());
        let bytes = if file.strip_suffix(".gz").is_some() {
            unpacked(&bytes).unwrap()
        } else {
            bytes
        };
        assert_eq!(
            hex(&Sha256::digest(&bytes)),
            digest,
            "{file} is not the file that was vendored"
        );
    }
}

#[test]
fn the_page_runs_no_inline_script_and_asks_no_other_host() {
    let page = include_str!("../../assets/docs.html");
    for script in page.split("<script").skip(1) {
        assert!(script.starts_with(" src=\"/docs/"), "{script}");
    }
    assert!(!page.contains("://") && !page.contains("style="), "{page}");
    for name in page
        .split("\"/docs/")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
    {
        assert!(
            FILES.iter().any(|file| file.name == name),
            "the page asks for {name}"
        );
    }
    assert!(!POLICY.contains("script-src 'self' 'unsafe"));
}
