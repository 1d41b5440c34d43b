//! Matching definition expressions: `matching(regex, '\d+', '42')`, `atLeast(1), eachValue(matching(type, 'x'))`.
//!
//! A small language in which plugins and language bindings write an example, its matching rules and its generator in one text.
//!
//! ```text
//! definition := exp ( "," exp )*
//! exp        := "matching" "(" rule ")" | "notEmpty" "(" primitive ")" | "eachKey" "(" exp ")" | "eachValue" "(" exp ")"
//!             | "arrayContains" "(" exp ( "," exp )* ")" | "atLeast" "(" digits ")" | "atMost" "(" digits ")"
//! primitive  := string | number | "true" | "false" | "null" | "fromProviderState" "(" string "," primitive ")"
//! ```
//!
//! Where such texts stand in integration JSON is the business of [`crate::integration`].

mod scanner;
#[cfg(test)]
mod tests;

use self::scanner::Scanner;
use crate::generators::Generator;
use crate::json::{Json, JsonValue, Object};
use crate::read::{Loaded, Warning};
use crate::rules::{ArrayVariant, EachRule, MatchingRule, RuleList};

/// How deep `eachKey`, `eachValue` and `arrayContains` may nest. Rules that nest deeper fit into no pact file.
const MAX_NESTING: usize = 32;

/// What a definition expression says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Definition {
    /// The example, if one of the expressions has one; `atLeast(1)` has none.
    pub example: Option<JsonValue>,
    /// What kind of value the expressions are for.
    pub value_type: ValueType,
    /// The rules, all of which must hold.
    pub rules: Vec<MatchingRule>,
    /// What makes a value in place of the example.
    pub generator: Option<Generator>,
    /// The attribute that the value is like: `matching($'name')`. Its rule is `type`.
    pub like: Option<String>,
    /// The attribute that each value is like: `eachValue(matching($'name'))`.
    pub each_like: Option<String>,
}

/// What kind of value an expression is for. Of several expressions the greatest counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[expect(missing_docs, reason = "the names say it")]
pub enum ValueType {
    #[default]
    Unknown,
    Boolean,
    Number,
    Integer,
    Decimal,
    String,
}

/// Text that is no definition expression.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{expression}` is no matching definition: expected {expected} at character {at}, found {found}")]
pub struct ExpressionError {
    /// The text; a long one is cut.
    pub expression: String,
    /// Where the fault is, in characters from 1.
    pub at: usize,
    /// What should be there.
    pub expected: &'static str,
    /// What is there.
    pub found: String,
}

/// Does the text begin like a definition expression? `notEmpty` alone is the name of a rule, `notEmpty('x')` a definition.
pub fn is_definition(text: &str) -> bool {
    let mut scanner = Scanner::new(text);
    scanner.name().is_some_and(|name| Function::named(name).is_some()) && scanner.accept('(')
}

impl Definition {
    /// Reads a definition expression.
    ///
    /// Several expressions, separated by commas, are one definition: all rules count, and the first example and the first
    /// generator; about others there is a warning.
    ///
    /// ```
    /// use intact_pact_model::MatchingRule;
    /// use intact_pact_model::expression::Definition;
    ///
    /// let definition = Definition::parse(r"matching(regex, '\d+', '42')")?.value;
    /// assert_eq!(definition.rules, [MatchingRule::Regex(r"\d+".to_owned())]);
    /// assert_eq!(definition.example, Some("42".into()));
    ///
    /// let error = Definition::parse("matching(integer, 'many')").unwrap_err();
    /// assert_eq!((error.at, error.expected), (19, "an integer"));
    /// # Ok::<(), intact_pact_model::expression::ExpressionError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Text that is no definition, with the character where the fault is and what was expected there.
    pub fn parse(text: &str) -> Result<Loaded<Self>, ExpressionError> {
        let mut parser = Parser { scanner: Scanner::new(text), depth: 0, warnings: Vec::new() };
        let mut definition = parser.expression()?;
        while parser.scanner.accept(',') {
            let at = parser.scanner.column();
            let next = parser.expression()?;
            parser.merge(&mut definition, next, at);
        }
        if parser.scanner.is_at_end() {
            Ok(Loaded { value: definition, warnings: parser.warnings })
        } else {
            Err(parser.scanner.expected("`,` or the end"))
        }
    }

    fn of(rule: MatchingRule, value_type: ValueType) -> Self {
        Self { value_type, rules: vec![rule], ..Self::default() }
    }
}

#[derive(Clone, Copy)]
enum Function {
    Matching,
    NotEmpty,
    EachKey,
    EachValue,
    ArrayContains,
    AtLeast,
    AtMost,
}

impl Function {
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "matching" => Self::Matching,
            "notEmpty" => Self::NotEmpty,
            "eachKey" => Self::EachKey,
            "eachValue" => Self::EachValue,
            "arrayContains" => Self::ArrayContains,
            "atLeast" => Self::AtLeast,
            "atMost" => Self::AtMost,
            _ => return None,
        })
    }
}

struct Parser<'a> {
    scanner: Scanner<'a>,
    depth: usize,
    warnings: Vec<Warning>,
}

/// An example and what makes a value in its place.
struct Primitive {
    value: JsonValue,
    generator: Option<Generator>,
}

impl Parser<'_> {
    fn expression(&mut self) -> Result<Definition, ExpressionError> {
        const FUNCTION: &str = "`matching`, `notEmpty`, `eachKey`, `eachValue`, `arrayContains`, `atLeast` or `atMost`";
        let before = self.scanner;
        let Some(function) = self.scanner.name().and_then(Function::named) else {
            return Err(before.expected(FUNCTION));
        };
        self.require('(')?;
        let definition = match function {
            Function::Matching => self.matching()?,
            Function::NotEmpty => {
                let primitive = self.primitive(ValueType::Unknown, "a value")?;
                let value_type = type_of(&primitive.value);
                with_example(Definition::of(MatchingRule::NotEmpty, value_type), primitive)
            }
            Function::EachKey => {
                let (each, _) = self.each()?;
                Definition::of(MatchingRule::EachKey(each), ValueType::Unknown)
            }
            Function::EachValue => {
                let (each, like) = self.each()?;
                Definition { each_like: like, ..Definition::of(MatchingRule::EachValue(each), ValueType::Unknown) }
            }
            Function::ArrayContains => self.array_contains()?,
            Function::AtLeast => {
                let min = Some(self.length()?);
                Definition::of(MatchingRule::Type { min, max: None }, ValueType::Unknown)
            }
            Function::AtMost => {
                let max = Some(self.length()?);
                Definition::of(MatchingRule::Type { min: None, max }, ValueType::Unknown)
            }
        };
        self.require(')')?;
        Ok(definition)
    }

    /// An expression inside another one.
    fn inner(&mut self) -> Result<Definition, ExpressionError> {
        if self.depth == MAX_NESTING {
            return Err(self.scanner.expected("expressions to nest less than 32 deep"));
        }
        self.depth += 1;
        let definition = self.expression();
        self.depth -= 1;
        definition
    }

    fn each(&mut self) -> Result<(EachRule, Option<String>), ExpressionError> {
        let before = self.scanner;
        let inner = self.inner()?;
        if inner.each_like.is_some() {
            return Err(before.expected("a reference only directly inside `eachValue`"));
        }
        let each = EachRule { rules: inner.rules, example: inner.example, generator: inner.generator.map(Box::new) };
        Ok((each, inner.like))
    }

    fn array_contains(&mut self) -> Result<Definition, ExpressionError> {
        let (mut variants, mut examples) = (Vec::new(), Some(Vec::new()));
        loop {
            let before = self.scanner;
            let inner = self.inner()?;
            if inner.like.is_some() || inner.each_like.is_some() {
                return Err(before.expected("an expression without reference"));
            }
            let list = RuleList { rules: inner.rules, ..RuleList::default() };
            variants.push(ArrayVariant {
                index: variants.len(),
                rules: [("$".to_owned(), list)].into_iter().collect(),
                generators: inner.generator.map(|own| ("$".to_owned(), own)).into_iter().collect(),
            });
            examples = examples.zip(inner.example).map(|(mut examples, example)| {
                examples.push(example);
                examples
            });
            if !self.scanner.accept(',') {
                break;
            }
        }
        let definition = Definition::of(MatchingRule::ArrayContains(variants), ValueType::Unknown);
        Ok(Definition { example: examples.map(Json::Array), ..definition })
    }

    fn length(&mut self) -> Result<u64, ExpressionError> {
        let before = self.scanner;
        let length = self.scanner.number().and_then(|number| number.as_u64());
        length.ok_or_else(|| before.expected("a length"))
    }

    /// What stands between the brackets of `matching(…)`.
    fn matching(&mut self) -> Result<Definition, ExpressionError> {
        if self.scanner.accept('$') {
            let name = self.string("the name of an attribute in single quotes")?;
            let rule = MatchingRule::Type { min: None, max: None };
            return Ok(Definition { like: Some(name), ..Definition::of(rule, ValueType::Unknown) });
        }
        let before = self.scanner;
        let Some(name) = self.scanner.name() else {
            return Err(before.expected("the name of a matching rule or `$`"));
        };
        self.require(',')?;
        let text = |rule| Definition::of(rule, ValueType::String);
        let mut configured = |expected: &'static str| {
            let configuration = self.string(expected)?;
            self.require(',')?;
            Ok::<_, ExpressionError>(configuration)
        };
        let (definition, expected) = match name {
            "equalTo" | "type" => {
                let primitive = self.primitive(ValueType::Unknown, "a value")?;
                let value_type = type_of(&primitive.value);
                let rule =
                    if name == "type" { MatchingRule::Type { min: None, max: None } } else { MatchingRule::Equality };
                return Ok(with_example(Definition::of(rule, value_type), primitive));
            }
            "number" => (Definition::of(MatchingRule::Number, ValueType::Number), "a number"),
            "integer" => (Definition::of(MatchingRule::Integer, ValueType::Integer), "an integer"),
            "decimal" => (Definition::of(MatchingRule::Decimal, ValueType::Decimal), "a number"),
            "boolean" => (Definition::of(MatchingRule::Boolean, ValueType::Boolean), "`true` or `false`"),
            "datetime" | "date" | "time" => {
                let format = configured("a pattern in single quotes")?;
                let (rule, kind) = match name {
                    "date" => (MatchingRule::Date(format.clone()), "Date"),
                    "time" => (MatchingRule::Time(format.clone()), "Time"),
                    _ => (MatchingRule::DateTime(format.clone()), "DateTime"),
                };
                let generator = Some(Generator::named(kind).with("format", format));
                (Definition { generator, ..text(rule) }, "an example in single quotes")
            }
            "regex" => {
                let regex = configured("a regular expression in single quotes")?;
                (text(MatchingRule::Regex(regex)), "an example in single quotes")
            }
            "include" => {
                let part = self.string("a text in single quotes")?;
                return Ok(Definition { example: Some(part.clone().into()), ..text(MatchingRule::Include(part)) });
            }
            "semver" => {
                let before = self.scanner;
                let version = self.string("a semantic version in single quotes")?;
                if semver::Version::parse(&version).is_err() {
                    return Err(before.expected("a semantic version in single quotes"));
                }
                return Ok(Definition { example: Some(version.into()), ..text(MatchingRule::Semver) });
            }
            "contentType" => {
                let content_type = configured("a content type in single quotes")?;
                let example = Some(self.string("an example in single quotes")?.into());
                let rule = MatchingRule::ContentType(content_type);
                return Ok(Definition { example, ..Definition::of(rule, ValueType::Unknown) });
            }
            plugin => return self.of_a_plugin(plugin.to_owned()),
        };
        let primitive = self.primitive(definition.value_type, expected)?;
        Ok(with_example(definition, primitive))
    }

    /// A rule that a plugin knows: `matching(name, 'configuration', 'example')`, the configuration being optional.
    fn of_a_plugin(&mut self, name: String) -> Result<Definition, ExpressionError> {
        let mut example = self.primitive(ValueType::Unknown, "a value")?;
        let mut params = Object::new();
        if self.scanner.accept(',') {
            params
                .insert("value", std::mem::replace(&mut example, self.primitive(ValueType::Unknown, "a value")?).value);
        }
        let value_type = type_of(&example.value);
        Ok(with_example(Definition::of(MatchingRule::Other { name, params }, value_type), example))
    }

    /// A value, or one from a provider state with the value as its example; of the given type, if one is.
    fn primitive(&mut self, wanted: ValueType, expected: &'static str) -> Result<Primitive, ExpressionError> {
        let before = self.scanner;
        if self.scanner.name() == Some("fromProviderState") {
            self.require('(')?;
            let expression = self.string("an expression in single quotes")?;
            self.require(',')?;
            let example = self.value(wanted, expected)?;
            self.require(')')?;
            let of_example = type_of(&example);
            let data_type = match if wanted == ValueType::Unknown { of_example } else { wanted } {
                ValueType::String => "STRING",
                ValueType::Integer => "INTEGER",
                ValueType::Number | ValueType::Decimal => "DECIMAL",
                ValueType::Boolean => "BOOLEAN",
                ValueType::Unknown => "RAW",
            };
            let generator =
                Generator::named("ProviderState").with("dataType", data_type).with("expression", expression);
            return Ok(Primitive { value: example, generator: Some(generator) });
        }
        self.scanner = before;
        Ok(Primitive { value: self.value(wanted, expected)?, generator: None })
    }

    fn value(&mut self, wanted: ValueType, expected: &'static str) -> Result<JsonValue, ExpressionError> {
        let before = self.scanner;
        let value = match self.scanner.peek() {
            Some('\'') => Some(Json::from(self.string("a closing quote")?)),
            Some('-' | '0'..='9') => self.scanner.number().map(Json::Number),
            _ => match self.scanner.name() {
                Some("true") => Some(Json::Bool(true)),
                Some("false") => Some(Json::Bool(false)),
                Some("null") => Some(Json::Null),
                _ => None,
            },
        };
        let fits = |value: &JsonValue| match wanted {
            ValueType::Unknown => true,
            // As the official grammar has it, an integer is good enough for a decimal.
            ValueType::Number | ValueType::Decimal => value.as_number().is_some(),
            wanted => type_of(value) == wanted,
        };
        value.filter(fits).ok_or_else(|| before.expected(expected))
    }

    fn string(&mut self, expected: &'static str) -> Result<String, ExpressionError> {
        let before = self.scanner;
        if self.scanner.peek() == Some('\'') { self.scanner.string() } else { Err(before.expected(expected)) }
    }

    fn require(&mut self, character: char) -> Result<(), ExpressionError> {
        let expected = match character {
            '(' => "`(`",
            ')' => "`)`",
            _ => "`,`",
        };
        if self.scanner.accept(character) { Ok(()) } else { Err(self.scanner.expected(expected)) }
    }

    fn merge(&mut self, own: &mut Definition, next: Definition, at: usize) {
        let mut lost = |what: &str| {
            self.warnings.push(Warning {
                at: format!("character {at}"),
                text: format!("a second {what} for the same value, ignored"),
            });
        };
        if own.example.is_some() && next.example.is_some() && own.example != next.example {
            lost("example");
        }
        if own.generator.is_some() && next.generator.is_some() && own.generator != next.generator {
            lost("generator");
        }
        if own.like.is_some() && next.like.is_some() || own.each_like.is_some() && next.each_like.is_some() {
            lost("reference");
        }
        own.example = own.example.take().or(next.example);
        own.generator = own.generator.take().or(next.generator);
        own.like = own.like.take().or(next.like);
        own.each_like = own.each_like.take().or(next.each_like);
        own.value_type = own.value_type.max(next.value_type);
        own.rules.extend(next.rules);
    }
}

fn with_example(definition: Definition, primitive: Primitive) -> Definition {
    let generator = primitive.generator.or(definition.generator);
    Definition { example: Some(primitive.value), generator, ..definition }
}

fn type_of(value: &JsonValue) -> ValueType {
    match value {
        Json::String(_) => ValueType::String,
        Json::Bool(_) => ValueType::Boolean,
        Json::Number(number) if number.is_integer() => ValueType::Integer,
        Json::Number(_) => ValueType::Decimal,
        _ => ValueType::Unknown,
    }
}
