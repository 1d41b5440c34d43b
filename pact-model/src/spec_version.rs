//! Versions of the Pact specification.

/// A version of the Pact specification: which dialect a file is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum SpecVersion {
    /// 1.0: request and response, exact matching, the query compared as raw text.
    V1,
    /// 1.1: missing, empty and null bodies told apart, the query compared by name.
    V1_1,
    /// 2.0: one flat map of matching rules.
    V2,
    /// 3.0: messages, rules by category, generators, several provider states with parameters.
    V3,
    /// 4.0: typed interactions of every kind in one file.
    #[default]
    V4,
}

impl SpecVersion {
    /// All versions, oldest first.
    pub const ALL: [Self; 5] = [Self::V1, Self::V1_1, Self::V2, Self::V3, Self::V4];

    /// The text written to `metadata.pactSpecification.version`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::V1 => "1.0.0",
            Self::V1_1 => "1.1.0",
            Self::V2 => "2.0.0",
            Self::V3 => "3.0.0",
            Self::V4 => "4.0",
        }
    }

    /// Reads a version leniently: `2`, `2.0`, `2.0.0`, `V2` and `v4.0` are all understood, only the major number counts
    /// (and the minor one for 1.1). `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim().trim_start_matches(['v', 'V']);
        let mut numbers = text.split(['.', '_']);
        let major: u64 = numbers.next()?.parse().ok()?;
        let minor: u64 = numbers.next().map_or(Some(0), |minor| minor.parse().ok())?;
        match (major, minor) {
            (1, 1) => Some(Self::V1_1),
            (1, _) => Some(Self::V1),
            (2, _) => Some(Self::V2),
            (3, _) => Some(Self::V3),
            (4, _) => Some(Self::V4),
            _ => None,
        }
    }
}

impl std::fmt::Display for SpecVersion {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::V1 => "V1",
            Self::V1_1 => "V1.1",
            Self::V2 => "V2",
            Self::V3 => "V3",
            Self::V4 => "V4",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::SpecVersion;

    #[test]
    fn versions_are_read_leniently() {
        for (text, version) in [
            ("2", Some(SpecVersion::V2)),
            ("1.1.0", Some(SpecVersion::V1_1)),
            ("1.4", Some(SpecVersion::V1)),
            ("V4", Some(SpecVersion::V4)),
            ("4.0", Some(SpecVersion::V4)),
            ("5.0", None),
            ("four", None),
            ("", None),
        ] {
            assert_eq!(SpecVersion::parse(text), version, "{text}");
        }
    }

    #[test]
    fn every_version_reads_its_own_text() {
        for version in SpecVersion::ALL {
            assert_eq!(SpecVersion::parse(version.as_str()), Some(version));
            assert_eq!(SpecVersion::parse(&version.to_string()), Some(version));
        }
    }
}
