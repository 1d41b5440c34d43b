//! What a pact file is called.

/// The name of the file of a contract: `<consumer>-<provider>.json`.
///
/// Characters that mean something to a file system, and a dot at the beginning, become `_`; a name that is too long for some is
/// shortened and made unique again by a hash.
pub fn file_name(consumer: &str, provider: &str) -> String {
    let unsafe_here = |c: char| c.is_control() || matches!(c, '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|');
    let mut name: String =
        format!("{consumer}-{provider}").chars().map(|c| if unsafe_here(c) { '_' } else { c }).collect();
    if name.starts_with('.') {
        name.replace_range(..1, "_");
    }
    const LONGEST: usize = 200;
    if name.len() > LONGEST {
        let end = name.floor_char_boundary(LONGEST - 17);
        name = format!("{}-{:016x}", &name[..end], stable_hash(&[consumer, provider]));
    }
    name + ".json"
}

/// A number for texts that is the same on every machine and with every compiler (FNV-1a), unlike that of the standard library.
fn stable_hash(texts: &[&str]) -> u64 {
    let bytes = texts.iter().flat_map(|text| text.bytes().chain([0xff]));
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
