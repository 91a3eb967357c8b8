//! Styles, scripts, fonts and pictures, embedded in the binary and served by us under names that hold their hash.
//!
//! A text asset names another one as `/console/assets/NAME`; the name is replaced with the hashed one, so a changed
//! file changes the address of all that use it, and every address may be kept for ever.

use std::borrow::Cow;
use std::sync::LazyLock;

use actix_web::http::header;
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse, web};
use sha2::{Digest, Sha256};

/// Where assets are served.
pub(crate) const FOLDER: &str = "/console/assets/";
/// Hex digits of the hash in a name.
const HASH_DIGITS: usize = 16;

/// An asset before it has its address.
struct Source {
    name: &'static str,
    media_type: &'static str,
    bytes: &'static [u8],
}

macro_rules! source {
    ($name:literal, $path:literal, $media_type:literal) => {
        Source {
            name: $name,
            media_type: $media_type,
            bytes: include_bytes!(concat!("../assets/", $path)),
        }
    };
}

/// The styles, one file a subject, as one asset: a page asks once.
const STYLES: &str = concat!(
    include_str!("../assets/css/tokens.css"),
    include_str!("../assets/css/base.css"),
    include_str!("../assets/css/frame.css"),
    include_str!("../assets/css/controls.css"),
    include_str!("../assets/css/parts.css"),
    include_str!("../assets/css/tables.css"),
    include_str!("../assets/css/board.css"),
    include_str!("../assets/css/account.css"),
    include_str!("../assets/css/committee.css"),
    include_str!("../assets/css/qualify.css"),
    include_str!("../assets/css/import.css"),
    include_str!("../assets/css/help.css"),
    include_str!("../assets/css/demo.css"),
);

/// Scripts of every page, in the order they run.
pub(crate) const SCRIPTS: [&str; 5] = ["theme.js", "live.js", "keys.js", "board.js", "account.js"];

/// All assets; one that names others comes after them.
const SOURCES: &[Source] = &[
    source!("inter-latin.woff2", "vendor/inter-latin.woff2", "font/woff2"),
    source!(
        "inter-latin-ext.woff2",
        "vendor/inter-latin-ext.woff2",
        "font/woff2"
    ),
    source!("mark.svg", "mark.svg", "image/svg+xml"),
    source!("htmx.js", "vendor/htmx.min.js", "text/javascript; charset=utf-8"),
    Source {
        name: "console.css",
        media_type: "text/css; charset=utf-8",
        bytes: STYLES.as_bytes(),
    },
    source!("theme.js", "theme.js", "text/javascript; charset=utf-8"),
    source!("live.js", "live.js", "text/javascript; charset=utf-8"),
    source!("keys.js", "keys.js", "text/javascript; charset=utf-8"),
    source!("board.js", "board.js", "text/javascript; charset=utf-8"),
    source!("demo.js", "demo.js", "text/javascript; charset=utf-8"),
    source!("import.js", "import.js", "text/javascript; charset=utf-8"),
    source!("account.js", "account.js", "text/javascript; charset=utf-8"),
];

/// An asset under its address.
#[derive(Debug)]
struct Asset {
    name: &'static str,
    file: String,
    media_type: &'static str,
    bytes: Bytes,
}

static ASSETS: LazyLock<Vec<Asset>> = LazyLock::new(|| {
    let mut assets: Vec<Asset> = Vec::with_capacity(SOURCES.len());
    for source in SOURCES {
        let bytes = match std::str::from_utf8(source.bytes) {
            Ok(text) => Bytes::from(addressed(text, &assets).into_owned()),
            Err(_) => Bytes::from_static(source.bytes),
        };
        let hash: String = hex_digest(&bytes).chars().take(HASH_DIGITS).collect();
        let file = match source.name.rsplit_once('.') {
            Some((stem, kind)) => format!("{stem}.{hash}.{kind}"),
            None => format!("{}.{hash}", source.name),
        };
        assets.push(Asset {
            name: source.name,
            file,
            media_type: source.media_type,
            bytes,
        });
    }
    assets
});

fn addressed<'a>(text: &'a str, known: &[Asset]) -> Cow<'a, str> {
    known.iter().fold(Cow::Borrowed(text), |text, asset| {
        let plain = format!("{FOLDER}{}", asset.name);
        if text.contains(&plain) {
            Cow::Owned(text.replace(&plain, &format!("{FOLDER}{}", asset.file)))
        } else {
            text
        }
    })
}

fn hex_digest(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    Sha256::digest(bytes)
        .iter()
        .fold(String::with_capacity(64), |mut hex, byte| {
            // Writing into a string cannot fail.
            let _ = write!(hex, "{byte:02x}");
            hex
        })
}

/// Returns the address of an asset; the folder alone when there is none of that name.
pub(crate) fn url(name: &str) -> String {
    let file = ASSETS.iter().find(|asset| asset.name == name);
    format!("{FOLDER}{}", file.map_or("", |asset| asset.file.as_str()))
}

/// Returns a short name of all assets together: another one means that Quorate was updated.
pub(crate) fn build() -> String {
    let files: Vec<&str> = ASSETS.iter().map(|asset| asset.file.as_str()).collect();
    hex_digest(files.join(" ").as_bytes())
        .chars()
        .take(HASH_DIGITS)
        .collect()
}

/// `GET /console/assets/{file}`: open to all, there is nothing of anybody in it.
pub(crate) async fn show(request: HttpRequest, file: web::Path<String>) -> HttpResponse {
    let Some(asset) = ASSETS.iter().find(|asset| asset.file == *file) else {
        return HttpResponse::NotFound().finish();
    };
    let tag = format!("\"{}\"", asset.file);
    let kept = request
        .headers()
        .get(header::IF_NONE_MATCH)
        .is_some_and(|given| given.as_bytes() == tag.as_bytes());
    let mut answer = if kept {
        HttpResponse::NotModified()
    } else {
        HttpResponse::Ok()
    };
    answer
        .insert_header((header::ETAG, tag))
        .insert_header((header::CACHE_CONTROL, "public, max-age=31536000, immutable"))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"));
    if kept {
        return answer.finish();
    }
    if asset.media_type.starts_with("font/") {
        // A font is compressed already.
        answer.insert_header((header::CONTENT_ENCODING, "identity"));
    }
    answer.content_type(asset.media_type).body(asset.bytes.clone())
}

/// Returns how many bytes go over the wire.
#[cfg(test)]
pub(crate) fn packed(bytes: &[u8]) -> usize {
    use std::io::Write as _;
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packer.write_all(bytes).unwrap();
    packer.finish().unwrap().len()
}

#[cfg(test)]
mod tests;
