//! What the form of the first step sends: a file, or pasted rows, and what it says about them.

use actix_multipart::{Field, Multipart, MultipartError};
use futures_util::StreamExt as _;
use tokio::time::{Duration, timeout};

/// The longest text of a field that is not the file, in bytes.
const TEXT_BYTES_MAX: usize = 1_024;
/// How much of a body that is too large is still read, so that its sender gets to read the answer.
const DRAINED_MAX: usize = 128 * 1024 * 1024;
/// How long a file may take to come in.
const UPLOAD_TIMEOUT: Duration = Duration::from_secs(600);

/// What was sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Upload {
    pub(crate) form_token: String,
    /// The file's bytes, or the pasted rows; empty: neither was there.
    pub(crate) bytes: Vec<u8>,
    /// The file's name.
    pub(crate) file: Option<String>,
    /// A list's slug; empty: none.
    pub(crate) list: String,
    /// What a new list is to be called; empty: none is made.
    pub(crate) new_list: String,
    pub(crate) leave_out_bad_cells: bool,
    pub(crate) keep_unknown: bool,
}

/// Why a form could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Unread {
    /// The file is larger than is taken.
    TooLarge,
    /// It broke off, took too long, or is no such form.
    Broken,
}

impl From<MultipartError> for Unread {
    fn from(_: MultipartError) -> Self {
        Self::Broken
    }
}

impl Upload {
    /// Reads a form.
    ///
    /// # Errors
    /// When it is too large, or no form.
    pub(crate) async fn read(form: Multipart, bytes_max: usize) -> Result<Self, Unread> {
        timeout(UPLOAD_TIMEOUT, Self::fields(form, bytes_max))
            .await
            .map_err(|_| Unread::Broken)?
    }

    async fn fields(mut form: Multipart, bytes_max: usize) -> Result<Self, Unread> {
        let mut upload = Self::default();
        let mut too_large = false;
        while let Some(field) = form.next().await {
            let mut field = field?;
            let name = field.name().unwrap_or_default().to_owned();
            let limit = match name.as_str() {
                "file" | "text" => bytes_max,
                _ => TEXT_BYTES_MAX,
            };
            let file = field
                .content_disposition()
                .and_then(|disposition| disposition.get_filename())
                .map(own_name)
                .filter(|file| !file.is_empty());
            let Some(bytes) = content(&mut field, limit).await? else {
                too_large = true;
                continue;
            };
            let text = || String::from_utf8_lossy(&bytes).trim().to_owned();
            match name.as_str() {
                "form_token" => upload.form_token = text(),
                // A browser sends the field of a file nobody chose too, and the rows nobody pasted.
                "file" if !bytes.is_empty() => {
                    upload.bytes = bytes;
                    upload.file = file;
                }
                "text" if upload.bytes.is_empty() && !text().is_empty() => upload.bytes = bytes,
                "list" => upload.list = text(),
                "new_list" => upload.new_list = text(),
                "bad_cells" => upload.leave_out_bad_cells = text() == "leave_out",
                "keep_unknown" => upload.keep_unknown = true,
                _ => {}
            }
        }
        if too_large {
            Err(Unread::TooLarge)
        } else {
            Ok(upload)
        }
    }
}

/// Reads a field whole; `None`: it is longer than `bytes_max`.
async fn content(field: &mut Field, bytes_max: usize) -> Result<Option<Vec<u8>>, Unread> {
    let mut bytes = Vec::new();
    let mut drained = 0;
    while let Some(chunk) = field.next().await {
        let chunk = chunk?;
        if bytes.len() + chunk.len() > bytes_max || drained > 0 {
            bytes = Vec::new();
            drained += chunk.len();
            if drained > DRAINED_MAX {
                return Err(Unread::TooLarge);
            }
            continue;
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok((drained == 0).then_some(bytes))
}

/// Returns a file's own name: some browsers send the folders before it.
fn own_name(path: &str) -> String {
    const LENGTH_MAX: usize = 120;
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    name.chars()
        .filter(|letter| !letter.is_control())
        .take(LENGTH_MAX)
        .collect()
}
