use actix_web::body::to_bytes;
use actix_web::http::StatusCode;
use actix_web::test::TestRequest;

use super::*;

/// The vendored files by name, with the digests that `assets/VENDORED.md` states.
fn stated() -> Vec<(&'static str, &'static str)> {
    include_str!("../../assets/VENDORED.md")
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
        .collect()
}

#[test]
fn vendored_files_are_what_their_list_says() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/vendor");
    let mut files: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    files.sort();
    let mut listed = stated();
    listed.sort_unstable();
    let names: Vec<&str> = listed.iter().map(|(file, _)| *file).collect();
    assert_eq!(
        files, names,
        "assets/vendor and assets/VENDORED.md name different files"
    );
    for (file, digest) in listed {
        let bytes = std::fs::read(format!("{folder}/{file}")).unwrap();
        assert_eq!(
            hex_digest(&bytes),
            digest,
            "{file} is not the file that was vendored"
        );
    }
}

#[test]
fn an_asset_that_names_another_names_its_hashed_address() {
    let css = ASSETS.iter().find(|asset| asset.name == "console.css").unwrap();
    let text = std::str::from_utf8(&css.bytes).unwrap();
    assert!(
        text.contains(&url("inter-latin.woff2")),
        "the font is not addressed by its hash"
    );
    assert!(!text.contains("assets/inter-latin.woff2"));
}

#[test]
fn nothing_of_ours_asks_another_host() {
    for asset in ASSETS.iter().filter(|asset| asset.name != "htmx.js") {
        let Ok(text) = std::str::from_utf8(&asset.bytes) else {
            continue;
        };
        for scheme in ["http://", "https://", "@import"] {
            let found = text.replace("http://www.w3.org/2000/svg", "").contains(scheme);
            assert!(!found, "{} holds {scheme}", asset.name);
        }
    }
}

#[actix_rt::test]
async fn an_asset_is_kept_for_ever_and_asked_again_for_nothing() {
    let file = web::Path::from(
        ASSETS
            .iter()
            .find(|asset| asset.name == "live.js")
            .unwrap()
            .file
            .clone(),
    );
    let first = show(
        TestRequest::default().to_http_request(),
        web::Path::from(file.clone()),
    )
    .await;
    assert_eq!(first.status(), StatusCode::OK);
    let cache = first.headers().get(header::CACHE_CONTROL).unwrap();
    assert_eq!(cache, "public, max-age=31536000, immutable");
    let tag = first.headers().get(header::ETAG).unwrap().clone();
    assert!(!to_bytes(first.into_body()).await.unwrap().is_empty());
    let again = TestRequest::default()
        .insert_header((header::IF_NONE_MATCH, tag))
        .to_http_request();
    let second = show(again, web::Path::from(file.into_inner())).await;
    assert_eq!(second.status(), StatusCode::NOT_MODIFIED);
    let unknown = show(
        TestRequest::default().to_http_request(),
        web::Path::from("live.js".to_owned()),
    )
    .await;
    assert_eq!(unknown.status(), StatusCode::NOT_FOUND);
}

#[test]
fn styles_and_scripts_are_light() {
    let weigh = |media_type: &str| -> usize {
        let of_type = ASSETS
            .iter()
            .filter(|asset| asset.media_type.starts_with(media_type));
        of_type.map(|asset| packed(&asset.bytes)).sum()
    };
    let (styles, scripts) = (weigh("text/css"), weigh("text/javascript"));
    assert!(styles <= 30 * 1024, "styles: {styles} bytes packed");
    assert!(scripts <= 90 * 1024, "scripts: {scripts} bytes packed");
}
