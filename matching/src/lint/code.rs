//! The codes of findings: what each means, how bad it is, and what to do.

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The contract would be better otherwise.
    Advice,
    /// Hardly anybody means this.
    Warning,
    /// The contract fails, whatever the provider does.
    Error,
}

impl Severity {
    /// The word for it: `error`, `warning`, `advice`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Advice => "advice",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl std::fmt::Display for Severity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

macro_rules! codes {
    ($($variant:ident $name:literal $severity:ident $about:literal, $why:literal, $remedy:literal;)*) => {
        /// What was found. The names ([`Code::as_str`]) are stable: people silence findings by them.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Code {
            $(#[doc = $about] $variant,)*
        }

        impl Code {
            /// All codes, by what they are about.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The name: `exact-uuid`.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// How bad such a finding is.
            pub fn severity(self) -> Severity {
                match self { $(Self::$variant => Severity::$severity,)* }
            }

            /// What it is, in a line.
            pub fn about(self) -> &'static str {
                match self { $(Self::$variant => $about,)* }
            }

            /// Why it matters.
            pub fn why(self) -> &'static str {
                match self { $(Self::$variant => $why,)* }
            }

            /// What to do about it.
            pub fn remedy(self) -> &'static str {
                match self { $(Self::$variant => $remedy,)* }
            }
        }
    };
}

codes! {
    Unreadable "unreadable" Error "The file is not a pact that can be read.",
        "A part of the file cannot be understood without changing what it expects, so no tool can use it.",
        "let the consumer's test write the file anew, or correct it at this place";
    Schema "schema" Warning "A part is not as the specification of the file's version writes it.",
        "Intact reads such files leniently. Other tools may refuse them, or leave out the part.",
        "write it as the specification does, or state the version that the file is really of";
    Odd "odd" Warning "A part was read, but not as it stands.",
        "The reader had to guess, to leave something out or to put something in its place. Other tools may guess differently.",
        "let the consumer's test write the file anew, or correct it at this place";
    NewerThanVersion "newer-than-version" Warning "Something of a newer specification version than the file's.",
        "Programs that know only the version the file states do not understand it, and may ignore it without a word.",
        "state the newer version in `metadata.pactSpecification.version`, or leave it out";
    MissingName "missing-name" Warning "The consumer or the provider has no name.",
        "Contracts are found, merged and deployed by these names.",
        "name it in the consumer's test";
    NoInteractions "no-interactions" Warning "The contract has no interactions.",
        "A provider keeps it whatever it does.",
        "look whether the consumer's tests have run, and write to this directory";
    UnknownInteraction "unknown-interaction" Warning "The type of an interaction is unknown.",
        "It can be kept and shown, but neither be played nor verified.",
        "use a type of the specification: `Synchronous/HTTP`, `Asynchronous/Messages` or `Synchronous/Messages`";
    NoDescription "no-description" Warning "An interaction has no description.",
        "Descriptions tell interactions apart, and are what people read when a verification fails.",
        "describe in the consumer's test what the consumer does";
    DuplicateInteraction "duplicate-interaction" Warning "Two interactions have the same description and provider states.",
        "They cannot be told apart in results, and merging keeps only one of them.",
        "give each its own description, or leave one out";
    SimilarDescription "similar-description" Warning "Two descriptions differ only in case or blanks.",
        "They are different interactions, but people take them for one; often one is a leftover of the other.",
        "spell them alike and merge, or describe what makes the difference";
    SimilarState "similar-state" Warning "Two provider states differ only in case or blanks.",
        "The provider has to set up both, as if they were different.",
        "spell the state alike everywhere";
    NeedsPlugin "needs-plugin" Advice "The contract needs a plugin.",
        "Whoever verifies or plays it has to have the plugin, in this version.",
        "make sure that the provider's build has the plugin";
    UnreadableRule "unreadable-rule" Error "A matching rule cannot be understood.",
        "No value satisfies it, so that the interaction always fails.",
        "correct the rule where the consumer's test makes it";
    UnknownRule "unknown-rule" Error "Nothing provides a matching rule of this name.",
        "No value satisfies it, so that the interaction always fails.",
        "correct the name, or name the plugin in `metadata.plugins`";
    InvalidPath "invalid-path" Error "The key of a matching rule is not a path expression.",
        "The part that the rule belongs to cannot be compared, so that the interaction always fails.",
        "write the path as `$.items[*].sku` or `$['a name with blanks']`";
    InvalidRegex "invalid-regex" Error "A regular expression cannot be compiled.",
        "No value matches it, so that the interaction always fails.",
        "correct the expression";
    InvalidFormat "invalid-format" Error "A date or time pattern cannot be understood.",
        "No value is of it, so that the interaction always fails.",
        "write the pattern as Java does, with literals in quotes: `yyyy-MM-dd'T'HH:mm:ssXXX`";
    SlowRegex "slow-regex" Error "A regular expression needs too many steps for its own example.",
        "The comparison gives up, so that the interaction always fails.",
        "leave out look-arounds and back-references, or repetitions of repetitions";
    CatastrophicRegex "catastrophic-regex" Warning "A regular expression can take exponential time.",
        "It repeats a repetition, so that there are very many ways to match the same text. Tools that backtrack try all of them when a value does not match, and seem to hang.",
        "leave out one of the repetitions: `a+` for `(a+)+`";
    ExampleBreaksRule "example-breaks-rule" Error "An example does not satisfy its own matching rule.",
        "The consumer is tested with a value that the provider must not send.",
        "correct the example or the rule in the consumer's test";
    RegexMissesExample "regex-misses-example" Error "A regular expression does not match its example.",
        "The consumer is tested with a value that the provider must not send. An expression has to match the whole value.",
        "correct the example or the expression in the consumer's test";
    UnparsableBody "unparsable-body" Error "A body is not of the syntax that its content type promises.",
        "It cannot be compared, so that the interaction always fails.",
        "correct the body, or its content type";
    RuleMatchesNothing "rule-matches-nothing" Warning "A matching rule selects nothing in the example.",
        "Mostly the path is mistyped, and the value it was meant for is compared exactly. For Intact, such a rule may also say what an optional member has to be like.",
        "correct the path, or put the value into the example";
    TypeOfNull "type-of-null" Advice "A value is compared by the type of null.",
        "Only null is of the type of null, so the rule asks for exactly null.",
        "use an example that is not null, or the rule `null` if that is meant";
    UnknownGenerator "unknown-generator" Warning "Nothing provides a generator of this name.",
        "The example is used in place of a generated value.",
        "correct the name, or name the plugin in `metadata.plugins`";
    BrokenGenerator "broken-generator" Warning "A generator cannot make a value.",
        "The example is used in place of a generated value.",
        "correct the parameters of the generator";
    GeneratorBreaksRule "generator-breaks-rule" Warning "A generator makes a value that the contract does not allow.",
        "The consumer is tested with generated values, while the provider is held to the example and its rules: it must not send what the consumer has met.",
        "add a matching rule that the generated values satisfy, or leave the generator out";
    GeneratorMatchesNothing "generator-matches-nothing" Warning "A generator selects nothing in the example.",
        "It makes no value. Mostly its path is mistyped.",
        "correct the path, or put the value into the example";
    IdleGenerator "idle-generator" Advice "A generator never runs where it stands.",
        "`MockServerURL` knows only the address of a mock server, which makes responses and not requests.",
        "leave the generator out, or use `ProviderState`";
    ExactUuid "exact-uuid" Advice "The provider must answer with one particular UUID.",
        "UUIDs are mostly made anew for each resource, so the provider can hardly give this one again.",
        "match it with a regular expression or by type, and keep the value as the example";
    ExactTimestamp "exact-timestamp" Advice "The provider must answer with one particular point in time.",
        "Such values mostly come from a clock, so the provider can hardly give this one again.",
        "match it as a date and time or by type, and keep the value as the example";
    ExactToken "exact-token" Advice "The provider must answer with one particular token or hash.",
        "Such values are mostly made anew each time, so the provider can hardly give this one again.",
        "match it by type, and keep the value as the example";
    ExactId "exact-id" Advice "The provider must answer with one particular id that was not asked for.",
        "Ids mostly come from the provider's database, so that the verification depends on its content.",
        "match it by type, or set it up by a parameter of a provider state";
    ExactBody "exact-body" Advice "A body has no matching rules at all.",
        "The provider must answer with exactly these values, while the consumer mostly needs only their form.",
        "match by type what the consumer does not look at more closely";
    ExactHeader "exact-header" Advice "A header that varies has an exact value.",
        "Dates, lengths and tags of content differ with every server, clock and body; a contract should not depend on them.",
        "leave the header out, or match it with a regular expression";
    ClearSecret "clear-secret" Warning "What looks like a real secret stands in the file.",
        "Pact files are committed, published to a broker and shown on its pages.",
        "use an obviously made up value, and have the verifier put the real one in place (`--header`); if it is real, revoke it";
}

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A text that names no code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no code `{0}`")]
pub struct UnknownCode(pub String);

impl std::str::FromStr for Code {
    type Err = UnknownCode;

    fn from_str(text: &str) -> Result<Self, UnknownCode> {
        Self::ALL.iter().find(|code| code.as_str() == text).copied().ok_or_else(|| UnknownCode(text.to_owned()))
    }
}
