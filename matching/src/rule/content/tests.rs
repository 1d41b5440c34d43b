use super::*;

#[test]
fn bytes_are_of_a_type_or_not() {
    for (expected, bytes, fits) in [
        ("image/jpeg", &b"\xff\xd8\xff\xe0\0\x10JFIF"[..], true),
        ("image/jpg", b"\xff\xd8\xff\xe0", true),
        ("image/jpeg", b"%PDF-1.4", false),
        ("application/pdf", b"%PDF-1.4", true),
        ("text/plain", b"%PDF-1.4", false),
        ("text/csv", b"a,b\n1,2", true),
        ("text/csv", b"\xff\xfe", false),
        ("application/json", b"{\"a\": 1}", true),
        ("application/json", b"{a}", false),
        ("application/hal+json", b"[]", true),
        ("text/xml", b"<a/>", true),
        ("image/svg+xml", b"<svg></svg>", true),
        ("application/xml", b"a", false),
        ("application/xml", b"<a>", false),
        ("application/xml", b"<!DOCTYPE a><a/>", true),
        ("application/xml", b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", false),
        ("application/xml", b"<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>", false),
        ("application/xml", b"<?xml version='1.0' encoding='ISO-8859-1'?><a>\xfc</a>", true),
        ("image/svg+xml", b"<svg>", false),
        ("model/gltf+json", b"{\"asset\": {}}", true),
        ("model/gltf+json", b"glTF", false),
        ("text/csv;charset=iso-8859-1", b"a,\xfc", true),
        ("application/json", b"{\0}\0", true),
        ("application/octet-stream", b"anything", true),
        ("application/protobuf", b"\x0a\x01", true),
        ("application/protobuf", b"\x89PNG\r\n\x1a\n", false),
        ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", b"PK\x03\x04..", true),
        ("no type", b"", false),
    ] {
        assert_eq!(check(expected, bytes).is_ok(), fits, "{expected}");
    }
}

#[test]
fn the_sentence_names_what_was_found() {
    insta::assert_snapshot!(explain("image/jpeg", b"%PDF-1.4"), @"Failed to match data to have a content type of 'image/jpeg': Expected binary contents to have content type 'image/jpeg' but detected contents was 'application/pdf'");
    insta::assert_snapshot!(explain("application/xml", b"<!DOCTYPE a [<!ENTITY b 'c'>]><a/>"), @"Failed to match data to have a content type of 'application/xml': Expected binary contents to have content type 'application/xml' but detected contents was 'text/html' (the document type has declarations of its own, which could define entities without end)");
    insta::assert_snapshot!(explain("application/json", b"{\"a\": }"), @"Failed to match data to have a content type of 'application/json': Expected binary contents to have content type 'application/json' but detected contents was 'application/json' (expected value at line 1, column 7)");
    assert_eq!(detect(b"\xff\x00"), "application/octet-stream");
    assert_eq!(detect(b"{\"a\":1}"), "application/json");
}

#[test]
fn a_text_may_begin_with_the_letters_of_a_mark() {
    let deep = format!("{}ustar", "x".repeat(257));
    for text in [
        "BMI,kg\n21,70\n",
        "BMW is a car",
        "OTTO,1",
        "ID34 card",
        "12345678WAVE",
        "RIFF and WAVE",
        "RIFF5678WAVE",
        "see ftyp",
        "see ftypheic",
        "GIF89a",
        "BZh",
        "OggS",
        "wOFF",
        deep.as_str(),
    ] {
        for content_type in ["text/csv", "text/plain", "text/plain;charset=iso-8859-1", "application/yaml"] {
            assert_eq!(check(content_type, text.as_bytes()), Ok(()), "{text} as {content_type}");
        }
        let json = format!("\"{}\"", text.replace('\n', "\\n"));
        assert_eq!(check("application/json", json.as_bytes()), Ok(()), "{json}");
        let seems = match text.as_bytes()[0] {
            b'1' => "application/json",
            b'G' => "image/gif",
            _ => "text/plain",
        };
        assert_eq!(detect(text.as_bytes()), seems, "{text}");
        // Only what follows shows that it is no text.
        let file = [text.as_bytes(), b"\0\x01\xff"].concat();
        for content_type in ["text/csv", "text/plain;charset=iso-8859-1"] {
            assert!(check(content_type, &file).is_err(), "{text} as {content_type}");
        }
    }
    assert_eq!(check("text/csv;charset=iso-8859-1", b"BMI,gr\xfc\xdfe"), Ok(()));
    assert_eq!(check("text/csv;charset=iso-8859-1", b"ID3,gr\xfc\xdfe"), Ok(()));
    assert!(check("text/csv;charset=iso-8859-1", b"\xff\xd8\xff").is_err());
}

#[test]
fn text_has_no_control_characters() {
    for content_type in ["text/csv", "text/plain", "text/html", "application/x-www-form-urlencoded"] {
        for byte in 0..=0x7f_u8 {
            let is_control = matches!(byte, 0..=8 | 11 | 14..=26 | 28..=31);
            assert_eq!(check(content_type, &[b'a', byte]).is_err(), is_control, "{byte} in {content_type}");
        }
        assert!(check(content_type, b"\0\x01\x02").is_err());
        assert_eq!(check(content_type, "größe,\u{feff}\t\r\n".as_bytes()), Ok(()));
    }
    assert_eq!(check("text/csv;charset=utf-16", b"\xff\xfea\0,\0b\0"), Ok(()));
    assert!(check("text/csv;charset=utf-16", b"\xff\xfea\0\x01\0b\0").is_err());
    insta::assert_snapshot!(explain("text/csv", b"a\0"), @"Failed to match data to have a content type of 'text/csv': Expected binary contents to have content type 'text/csv' but detected contents was 'application/octet-stream' (character 2 is U+0000, which no text has)");
    insta::assert_snapshot!(explain("text/csv", b"a\xff"), @"Failed to match data to have a content type of 'text/csv': Expected binary contents to have content type 'text/csv' but detected contents was 'application/octet-stream' (byte 2 is no text in UTF-8, nor in the charset that is stated)");
}

const ZIP: &[u8] = b"PK\x03\x04\x14\0";
const OLE: &[u8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0";
const EBML: &[u8] = b"\x1a\x45\xdf\xa3\x9f";
const OGG: &[u8] = b"OggS\0\x02";
const ISO: &[u8] = b"\0\0\0\x18ftypisom\0";
const M4A: &[u8] = b"\0\0\0\x18ftypM4A \0";
const QT: &[u8] = b"\0\0\0\x14ftypqt  \0";
const HEIC: &[u8] = b"\0\0\0\x18ftypheic\0";
const HEIF: &[u8] = b"\0\0\0\x18ftypmif1\0";
const AVIF: &[u8] = b"\0\0\0\x18ftypavif\0";
const WAV: &[u8] = b"RIFF\x24\0\0\0WAVE";
const MP3: &[u8] = b"\xff\xfb\x90\x64";
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

#[test]
fn a_type_is_judged_by_the_container_of_its_files() {
    for (bytes, types) in [
        (ISO, &["video/mp4", "audio/mp4", "audio/x-m4a", "video/quicktime", "video/3gpp", "video/x-m4v"][..]),
        (M4A, &["audio/mp4", "audio/m4a", "audio/x-m4a", "video/mp4"]),
        (QT, &["video/quicktime", "video/mp4"]),
        (b"\0\0\x10\0moov\0", &["video/quicktime"]),
        (b"\0\0\0\x18ftyp3gp4\0", &["video/3gpp", "audio/3gpp", "video/mp4"]),
        (b"\0\0\0\x18ftyp3g2a\0", &["video/3gpp2"]),
        (HEIC, &["image/heic", "image/heif"]),
        (HEIF, &["image/heic", "image/heif", "image/avif"]),
        (AVIF, &["image/avif"]),
        (OGG, &["audio/ogg", "video/ogg", "application/ogg", "audio/opus", "audio/x-vorbis+ogg"]),
        (EBML, &["video/webm", "video/x-matroska", "audio/webm"]),
        (WAV, &["audio/wav", "audio/x-wav", "audio/vnd.wave"]),
        (
            ZIP,
            &[
                "application/zip",
                "application/epub+zip",
                "application/java-archive",
                "application/vnd.android.package-archive",
                "application/vnd.oasis.opendocument.text",
                "application/vnd.ms-excel.sheet.macroEnabled.12",
                "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                "application/x-of-ours",
            ],
        ),
        (OLE, &["application/msword", "application/vnd.ms-outlook", "application/vnd.ms-project", "application/x-msi"]),
        (b"\x1f\x8b\x08", &["application/gzip", "application/vnd.api+gzip", "application/x-of-ours"]),
        (PNG, &["image/png", "image/apng"]),
    ] {
        for content_type in types {
            assert_eq!(check(content_type, bytes), Ok(()), "{content_type}: {}", detect(bytes));
        }
    }
}

#[test]
fn frames_of_any_version_are_mpeg_audio() {
    for second in [0xfb, 0xfa, 0xfd, 0xfc, 0xf3, 0xf2, 0xf5, 0xf4, 0xe3, 0xe2] {
        for content_type in ["audio/mpeg", "audio/mp3"] {
            assert_eq!(check(content_type, &[0xff, second, 0x90, 0x64]), Ok(()), "{second:x}");
        }
        // Two bytes are no proof against a type of which nothing is known.
        assert_eq!(check("application/protobuf", &[0xff, second, 0x90, 0x64]), Ok(()), "{second:x}");
    }
    for second in [0xf1, 0xf9, 0xfe, 0xff, 0xeb, 0xd8] {
        assert!(check("audio/mpeg", &[0xff, second, 0x90, 0x64]).is_err(), "{second:x}");
    }
}

#[test]
fn what_is_clearly_of_another_type_is_refused() {
    for (content_type, bytes) in [
        ("image/png", &b"\xff\xd8\xff\xe0"[..]),
        ("image/png", ZIP),
        ("image/x-of-ours", PNG),
        ("application/pdf", ZIP),
        ("application/zip", OLE),
        ("application/vnd.android.package-archive", OLE),
        ("application/vnd.ms-outlook", ZIP),
        ("application/vnd.ms-word.document.macroEnabled.12", b"anything"),
        ("application/vnd.oasis.opendocument.text-flat-xml", PNG),
        ("video/mp4", HEIC),
        ("video/mp4", EBML),
        ("video/webm", ISO),
        ("video/quicktime", M4A),
        ("audio/mp4", OGG),
        ("audio/mp4", MP3),
        ("audio/mpeg", M4A),
        ("audio/ogg", MP3),
        ("image/avif", HEIC),
        ("image/heic", AVIF),
        ("image/webp", WAV),
        ("audio/wav", b"12345678WAVE"),
        ("text/plain", ZIP),
        ("text/plain", MP3),
    ] {
        assert!(check(content_type, bytes).is_err(), "{content_type}: {}", detect(bytes));
    }
    // A file in an archive may have any name.
    let mut tar = b"BMI.csv".to_vec();
    tar.resize(257, 0);
    tar.extend(b"ustar\0");
    assert_eq!((check("application/x-tar", &tar), check("image/bmp", &tar)), (Ok(()), Err(())));
}

#[test]
fn the_lists_of_types_fit_together() {
    for (name, form) in marks::FORMS {
        assert!(marks::is_known(name), "{name} is of {form}, which has no mark");
    }
    for name in marks::CONTAINERS {
        assert!(marks::is_known(name), "{name}");
    }
}
