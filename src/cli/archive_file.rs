//! An archive's file: written beside its place, read back, then moved there, so that a file under its name is whole.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufReader, BufWriter, IsTerminal, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};
use indicatif::{ProgressBar, ProgressDrawTarget};
use quorate_store::archive::{self, Checked, Contents};
use serde_json::{Value, json};

/// The size of the buffers in front of the file, in bytes.
const BUFFER_BYTES: usize = 256 * 1024;

/// What was written, read back from the file.
pub(super) struct Written {
    pub(super) checked: Checked,
    pub(super) size_bytes: u64,
}

/// Writes an archive to a file that only its owner may read, checks it from the first byte to the last, and puts it
/// in its place. Whatever fails, nothing stands under that name that was not there before.
///
/// - `replace`: whether a file of that name may be replaced.
pub(super) fn write(
    to: &Path,
    replace: bool,
    write_to: impl FnOnce(&mut dyn Write) -> anyhow::Result<()>,
) -> anyhow::Result<Written> {
    let named = to.display();
    let file_name = to
        .file_name()
        .ok_or_else(|| anyhow!("{named} names no file; give one with --to FILE"))?;
    if !replace && to.exists() {
        return Err(anyhow!(
            "{named} exists already; give another name, or say --replace"
        ));
    }
    let mut part = file_name.to_owned();
    part.push(format!(".{}.part", std::process::id()));
    let unfinished = Unfinished(to.with_file_name(part));
    let place = &unfinished.0;
    let file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(place)
        .with_context(|| format!("{} cannot be written", place.display()))?;
    let broke_off = || format!("{} was not written whole", place.display());
    let mut buffer = BufWriter::with_capacity(BUFFER_BYTES, &file);
    write_to(&mut buffer)?;
    buffer.flush().with_context(broke_off)?;
    drop(buffer);
    file.sync_all().with_context(broke_off)?;
    let size_bytes = file.metadata().with_context(broke_off)?.len();
    let checked = archive::check(&mut open(place)?).context("what was written does not read back")?;
    fs::rename(place, to).with_context(|| format!("{named} cannot be written"))?;
    let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))
        .and_then(|folder| folder.sync_all())
        .with_context(|| format!("the folder of {named} cannot be synced"))?;
    Ok(Written { checked, size_bytes })
}

/// Opens an archive to read it.
pub(super) fn open(path: &Path) -> anyhow::Result<BufReader<File>> {
    let file = File::open(path).with_context(|| format!("{} cannot be read", path.display()))?;
    Ok(BufReader::with_capacity(BUFFER_BYTES, file))
}

/// A file that goes away unless it was moved.
struct Unfinished(PathBuf);

impl Drop for Unfinished {
    fn drop(&mut self) {
        // It is gone when it was moved.
        let _gone = fs::remove_file(&self.0);
    }
}

/// What is shown on a terminal while accounts are read or written.
pub(super) struct Progress(ProgressBar);

impl Progress {
    pub(super) fn new(doing: &'static str) -> Self {
        if !io::stderr().is_terminal() {
            return Self(ProgressBar::hidden());
        }
        let bar = ProgressBar::new_spinner();
        bar.set_draw_target(ProgressDrawTarget::stderr_with_hz(5));
        bar.set_message(doing);
        Self(bar)
    }

    pub(super) fn show(&self, so_far: &Contents) {
        self.0.set_message(format!(
            "{} accounts, {} records",
            so_far.accounts, so_far.records
        ));
        self.0.tick();
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

/// Says what an archive holds, for a person.
pub(super) fn words(checked: &Checked) -> String {
    let Contents {
        accounts,
        records,
        notices,
        cards,
        documents,
        digest,
    } = checked.contents;
    let mut text = format!(
        "{accounts} accounts, {records} records, {notices} notices, {cards} contact cards, {documents} documents\n\
         digest {digest}\n"
    );
    for account in &checked.left_out {
        text.push_str("left out, since it was damaged: ");
        text.push_str(account);
        text.push('\n');
    }
    text
}

/// Says what an archive holds and where it stands now, for a program.
pub(super) fn as_json(checked: &Checked, more: &[(&str, Value)]) -> String {
    let Checked {
        header,
        contents,
        left_out,
    } = checked;
    let mut whole = json!({
        "accounts": contents.accounts,
        "records": contents.records,
        "notices": contents.notices,
        "cards": contents.cards,
        "documents": contents.documents,
        "digest": contents.digest.to_string(),
        "left_out": left_out,
        "build": header.build,
        "store": header.store,
        "made_at": header.made_at,
    });
    if let Value::Object(whole) = &mut whole {
        whole.extend(more.iter().map(|(key, value)| ((*key).to_owned(), value.clone())));
    }
    format!("{whole}\n")
}

/// Says which archive was written, for a person or a program.
pub(super) fn told(to: &Path, written: &Written, json: bool) -> String {
    let Written { checked, size_bytes } = written;
    if json {
        let file = Value::from(to.display().to_string());
        as_json(
            checked,
            &[("file", file), ("size_bytes", Value::from(*size_bytes))],
        )
    } else {
        let place = to.display();
        format!(
            "{place}, {size_bytes} bytes, read back and whole\n{}",
            words(checked)
        )
    }
}
