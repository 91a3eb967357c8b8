//! What every stored value is wrapped in: what it is, which form of it, and a checksum.
//!
//! `"QR" | kind: u8 | version: u8 | seq: u64 BE | payload | crc32: u32 LE`. The checksum covers the key too, so
//! that a sound value in the wrong place is damage as well.

/// The bytes before the payload.
const HEADER_BYTES: usize = 12;
/// The bytes after it.
const CHECKSUM_BYTES: usize = 4;
const MAGIC: [u8; 2] = *b"QR";

/// What a stored value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Records of one append.
    Journal,
    /// A snapshot.
    Snapshot,
    /// An account's head and summary.
    Head,
    /// A contact's card.
    Card,
    /// A notice.
    Notice,
    /// A document.
    Doc,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Journal,
        Self::Snapshot,
        Self::Head,
        Self::Card,
        Self::Notice,
        Self::Doc,
    ];

    /// Returns its name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Journal => "journal",
            Self::Snapshot => "snapshot",
            Self::Head => "head",
            Self::Card => "card",
            Self::Notice => "notice",
            Self::Doc => "doc",
        }
    }

    /// The stored number.
    fn code(self) -> u8 {
        match self {
            Self::Journal => 1,
            Self::Snapshot => 2,
            Self::Head => 3,
            Self::Card => 4,
            Self::Notice => 5,
            Self::Doc => 6,
        }
    }

    /// Returns the newest form of this kind that this build writes and reads.
    #[must_use]
    pub fn version(self) -> u8 {
        match self {
            Self::Journal => 2,
            Self::Snapshot | Self::Head | Self::Card | Self::Notice | Self::Doc => 1,
        }
    }
}

/// Why a stored value cannot be trusted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Damage {
    /// Fewer bytes than any value has.
    #[error("it is cut off after {0} bytes")]
    Short(usize),
    /// The checksum does not fit.
    #[error("its checksum does not fit")]
    Checksum,
    /// It does not start like a value of this kind.
    #[error("it is no {0:?} entry")]
    Kind(Kind),
    /// A newer build wrote it.
    #[error("it has form {found}, this build reads up to {known}; a newer Quorate wrote it")]
    Newer {
        /// What was found.
        found: u8,
        /// The newest this build reads.
        known: u8,
    },
    /// The payload does not read.
    #[error("its content does not read: {0}")]
    Content(String),
}

/// A value that was taken out of its envelope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Opened<'a> {
    /// Which form of its kind it has.
    pub(crate) form: u8,
    /// The sequence it carries; what it means depends on the kind.
    pub(crate) seq: u64,
    /// The payload.
    pub(crate) payload: &'a [u8],
}

/// Returns the first bytes of every value of this kind and form.
pub(crate) fn head_of(kind: Kind, form: u8) -> [u8; 4] {
    let [magic_0, magic_1] = MAGIC;
    [magic_0, magic_1, kind.code(), form]
}

/// Wraps what `write` puts into the buffer, in form `form` of its kind.
pub(crate) fn seal(kind: Kind, form: u8, key: &[u8], seq: u64, write: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(256);
    bytes.extend_from_slice(&head_of(kind, form));
    bytes.extend_from_slice(&seq.to_be_bytes());
    write(&mut bytes);
    let checksum = checksum(key, &bytes);
    bytes.extend_from_slice(&checksum.to_le_bytes());
    bytes
}

/// Returns what is inside, once it proved to be whole and of this kind.
pub(crate) fn open<'a>(kind: Kind, key: &[u8], bytes: &'a [u8]) -> Result<Opened<'a>, Damage> {
    let short = || Damage::Short(bytes.len());
    let body_bytes = bytes.len().checked_sub(CHECKSUM_BYTES).ok_or_else(short)?;
    let (body, stored) = bytes.split_at_checked(body_bytes).ok_or_else(short)?;
    let (header, payload) = body.split_at_checked(HEADER_BYTES).ok_or_else(short)?;
    if stored != checksum(key, body).to_le_bytes() {
        return Err(Damage::Checksum);
    }
    let [magic_0, magic_1, code, version, seq @ ..] = header else {
        return Err(short());
    };
    if [*magic_0, *magic_1] != MAGIC || *code != kind.code() {
        return Err(Damage::Kind(kind));
    }
    if *version > kind.version() {
        return Err(Damage::Newer {
            found: *version,
            known: kind.version(),
        });
    }
    let seq = u64::from_be_bytes(seq.try_into().map_err(|_| short())?);
    Ok(Opened {
        form: *version,
        seq,
        payload,
    })
}

fn checksum(key: &[u8], body: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(key);
    hasher.update(body);
    hasher.finalize()
}
