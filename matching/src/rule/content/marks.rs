//! The marks that binary files begin with.

use std::iter::successors;

/// What the files of a type carry at one place.
pub(super) struct Mark {
    /// The media type.
    pub(super) name: &'static str,
    at: usize,
    bytes: &'static [u8],
}

const fn mark(name: &'static str, at: usize, bytes: &'static [u8]) -> Mark {
    Mark { name, at, bytes }
}

/// Where a file in RIFF says what it holds: after its own mark and its length.
const IN_RIFF: usize = 8;

/// The first that fits names the type. What stands far from the beginning comes first, because a file in an archive may
/// have any name; what may be there by chance comes last.
const MARKS: [Mark; 58] = [
    mark("application/x-tar", 257, b"ustar"),
    mark("image/jpeg", 0, b"\xff\xd8\xff"),
    mark("image/png", 0, b"\x89PNG\r\n\x1a\n"),
    mark("image/gif", 0, b"GIF87a"),
    mark("image/gif", 0, b"GIF89a"),
    mark("image/webp", IN_RIFF, b"WEBP"),
    mark("image/tiff", 0, b"II*\0"),
    mark("image/tiff", 0, b"MM\0*"),
    mark("image/vnd.microsoft.icon", 0, b"\0\0\x01\0"),
    mark("image/avif", 4, b"ftypavif"),
    mark("image/avif", 4, b"ftypavis"),
    mark("image/heic", 4, b"ftypheic"),
    mark("image/heic", 4, b"ftypheix"),
    mark("image/heic", 4, b"ftyphevc"),
    mark("image/heif", 4, b"ftypmif1"),
    mark("image/heif", 4, b"ftypmsf1"),
    mark("application/pdf", 0, b"%PDF-"),
    mark("application/zip", 0, b"PK\x03\x04"),
    mark("application/zip", 0, b"PK\x05\x06"),
    mark("application/zip", 0, b"PK\x07\x08"),
    mark("application/gzip", 0, b"\x1f\x8b"),
    mark("application/x-bzip2", 0, b"BZh"),
    mark("application/x-xz", 0, b"\xfd7zXZ\0"),
    mark("application/zstd", 0, b"\x28\xb5\x2f\xfd"),
    mark("application/x-7z-compressed", 0, b"7z\xbc\xaf\x27\x1c"),
    mark("application/vnd.rar", 0, b"Rar!\x1a\x07"),
    mark("application/x-ole-storage", 0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
    mark("application/wasm", 0, b"\0asm"),
    mark("application/vnd.sqlite3", 0, b"SQLite format 3\0"),
    mark("application/ogg", 0, b"OggS"),
    mark("audio/mpeg", 0, b"ID3"),
    mark("audio/flac", 0, b"fLaC"),
    mark("audio/wav", IN_RIFF, b"WAVE"),
    mark("audio/mp4", 4, b"ftypM4A "),
    mark("audio/mp4", 4, b"ftypM4B "),
    mark("video/quicktime", 4, b"ftypqt  "),
    mark("video/quicktime", 4, b"moov"),
    mark("video/quicktime", 4, b"mdat"),
    mark("video/quicktime", 4, b"wide"),
    mark("video/3gpp", 4, b"ftyp3gp"),
    mark("video/3gpp2", 4, b"ftyp3g2"),
    mark("video/mp4", 4, b"ftyp"),
    mark("video/x-msvideo", IN_RIFF, b"AVI "),
    mark("video/x-matroska", 0, b"\x1a\x45\xdf\xa3"),
    mark("font/woff", 0, b"wOFF"),
    mark("font/woff2", 0, b"wOF2"),
    mark("font/otf", 0, b"OTTO"),
    mark("image/bmp", 0, b"BM"),
    // Frames without tags before them: MPEG 1, 2 and 2.5, layers II and III, with a checksum and without.
    mark("audio/mpeg", 0, b"\xff\xfb"),
    mark("audio/mpeg", 0, b"\xff\xfa"),
    mark("audio/mpeg", 0, b"\xff\xfd"),
    mark("audio/mpeg", 0, b"\xff\xfc"),
    mark("audio/mpeg", 0, b"\xff\xf3"),
    mark("audio/mpeg", 0, b"\xff\xf2"),
    mark("audio/mpeg", 0, b"\xff\xf5"),
    mark("audio/mpeg", 0, b"\xff\xf4"),
    mark("audio/mpeg", 0, b"\xff\xe3"),
    mark("audio/mpeg", 0, b"\xff\xe2"),
];

/// Files that may hold what has a type of its own.
pub(super) const CONTAINERS: [&str; 11] = [
    "application/gzip",
    "application/ogg",
    "application/vnd.sqlite3",
    "application/x-bzip2",
    "application/x-ole-storage",
    "application/x-tar",
    "application/x-xz",
    "application/zip",
    "application/zstd",
    "video/mp4",
    "video/x-matroska",
];

/// A type, and what its files are a form of, or its better name.
pub(super) const FORMS: [(&str, &str); 68] = [
    ("image/apng", "image/png"),
    ("image/x-png", "image/png"),
    ("image/jpg", "image/jpeg"),
    ("image/pjpeg", "image/jpeg"),
    ("image/x-bmp", "image/bmp"),
    ("image/x-ms-bmp", "image/bmp"),
    ("image/x-icon", "image/vnd.microsoft.icon"),
    ("image/x-adobe-dng", "image/tiff"),
    ("image/avif", "image/heif"),
    ("image/heic", "image/heif"),
    ("image/openraster", "application/zip"),
    ("application/x-pdf", "application/pdf"),
    ("application/illustrator", "application/pdf"),
    ("application/x-zip", "application/zip"),
    ("application/x-zip-compressed", "application/zip"),
    ("application/java-archive", "application/zip"),
    ("application/x-java-archive", "application/zip"),
    ("application/vnd.android.package-archive", "application/zip"),
    ("application/vnd.apple.keynote", "application/zip"),
    ("application/vnd.apple.numbers", "application/zip"),
    ("application/vnd.apple.pages", "application/zip"),
    ("application/vnd.apple.pkpass", "application/zip"),
    ("application/vnd.google-earth.kmz", "application/zip"),
    ("application/vnd.ms-xpsdocument", "application/zip"),
    ("application/oxps", "application/zip"),
    ("application/x-xpinstall", "application/zip"),
    ("model/3mf", "application/zip"),
    ("application/x-gzip", "application/gzip"),
    ("application/x-compressed-tar", "application/gzip"),
    ("application/x-gtar-compressed", "application/gzip"),
    ("application/bzip2", "application/x-bzip2"),
    ("application/x-bzip", "application/x-bzip2"),
    ("application/x-rar", "application/vnd.rar"),
    ("application/x-rar-compressed", "application/vnd.rar"),
    ("application/msword", "application/x-ole-storage"),
    ("application/vnd.ms-excel", "application/x-ole-storage"),
    ("application/vnd.ms-outlook", "application/x-ole-storage"),
    ("application/vnd.ms-powerpoint", "application/x-ole-storage"),
    ("application/vnd.visio", "application/x-ole-storage"),
    ("application/x-msi", "application/x-ole-storage"),
    ("application/x-sqlite3", "application/vnd.sqlite3"),
    ("application/sqlite3", "application/vnd.sqlite3"),
    ("audio/mp3", "audio/mpeg"),
    ("audio/x-mp3", "audio/mpeg"),
    ("audio/x-mpeg", "audio/mpeg"),
    ("audio/ogg", "application/ogg"),
    ("audio/opus", "application/ogg"),
    ("audio/vorbis", "application/ogg"),
    ("video/ogg", "application/ogg"),
    ("audio/x-flac", "audio/flac"),
    ("audio/wave", "audio/wav"),
    ("audio/x-wav", "audio/wav"),
    ("audio/vnd.wave", "audio/wav"),
    ("audio/mp4", "video/mp4"),
    ("audio/m4a", "audio/mp4"),
    ("audio/x-m4a", "audio/mp4"),
    ("audio/3gpp", "video/3gpp"),
    ("video/3gpp", "video/mp4"),
    ("video/3gpp2", "video/mp4"),
    ("video/quicktime", "video/mp4"),
    ("video/x-m4v", "video/mp4"),
    ("video/avi", "video/x-msvideo"),
    ("video/webm", "video/x-matroska"),
    ("audio/webm", "video/x-matroska"),
    ("audio/x-matroska", "video/x-matroska"),
    ("application/font-woff", "font/woff"),
    ("application/vnd.ms-opentype", "font/otf"),
    ("application/x-font-otf", "font/otf"),
];

/// What files of the type are a form of.
fn form_of(name: &str) -> Option<&'static str> {
    let is_zip = name.starts_with("application/vnd.openxmlformats-officedocument.")
        || name.starts_with("application/vnd.oasis.opendocument.") && !name.ends_with("-flat-xml")
        || name.starts_with("application/vnd.ms-") && name.ends_with(".macroenabled.12");
    if is_zip {
        return Some("application/zip");
    }
    FORMS.iter().find(|(own, _)| *own == name).map(|(_, form)| *form)
}

/// The type itself, what it is a form of, what that is a form of.
fn with_forms(name: &str) -> impl Iterator<Item = &str> {
    successors(Some(name), |name| form_of(name))
}

/// Is it known how files of the type begin?
pub(super) fn is_known(name: &str) -> bool {
    with_forms(name).any(|name| MARKS.iter().any(|mark| mark.name == name))
}

impl Mark {
    /// The mark that the bytes carry.
    pub(super) fn find(bytes: &[u8]) -> Option<&'static Self> {
        MARKS.iter().find(|mark| {
            let rest = bytes.get(mark.at..).unwrap_or_default();
            rest.starts_with(mark.bytes) && (mark.at != IN_RIFF || bytes.starts_with(b"RIFF"))
        })
    }

    /// Are files with the mark of the type, as far as the mark can say?
    pub(super) fn is_of(&self, name: &str) -> bool {
        with_forms(name).any(|name| name == self.name) || with_forms(self.name).any(|form| form == name)
    }

    /// May files with the mark be of any type?
    pub(super) fn is_container(&self) -> bool {
        with_forms(self.name).any(|name| CONTAINERS.contains(&name))
    }

    /// Does the mark prove that bytes are of its type, which are text otherwise or are not?
    ///
    /// Two bytes may be there by chance, and letters where all is text. Only PDF may be a text from its first to its last
    /// byte, and no other text begins as it does.
    pub(super) fn is_proof(&self, is_text: bool) -> bool {
        let is_of_letters = self.bytes.iter().all(|byte| matches!(byte, b' '..=b'~'));
        self.bytes.len() > 2 && (self.name == "application/pdf" || !is_of_letters || !is_text)
    }

    /// Are bytes with the mark, which are text otherwise or are not, of its type rather than of another?
    ///
    /// No word begins as the long marks do.
    pub(super) fn is_likely(&self, is_text: bool) -> bool {
        !is_text || self.is_proof(true) || (self.at == 0 && self.bytes.len() > 4)
    }
}
