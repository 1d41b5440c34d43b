//! One generator, one value.

use intact_pact_model::json::Number;
use intact_pact_model::{Generator, Json, JsonValue};
use rand::{Rng, RngExt as _};

use crate::generate::date_expression::{self, Part};
use crate::generate::{GenerateContext, Mode, provider_state, regex_text};
use crate::pact_regex::PactRegex;
use crate::rule::datetime::Pattern;

/// Most digits or characters that a generator makes.
const LONGEST: u64 = 100_000;

/// The generator's value; `None` if it has nothing to do in this mode.
pub(super) fn make(
    generator: &Generator,
    example: Option<&Json<'_>>,
    context: &GenerateContext<'_>,
    rng: &mut dyn Rng,
) -> Result<Option<JsonValue>, String> {
    let value = match generator.kind.as_str() {
        "RandomInt" => random_int(generator, example, rng)?,
        "RandomDecimal" => random_decimal(length(generator, "digits")?, example, rng),
        "RandomHexadecimal" => {
            let digits = length(generator, "digits")?;
            Json::from(
                (0..digits).map(|_| char::from(b"0123456789ABCDEF"[rng.random_range(0..16)])).collect::<String>(),
            )
        }
        "RandomString" => {
            let size = length(generator, "size")?;
            Json::from((0..size).map(|_| char::from(rng.sample(rand::distr::Alphanumeric))).collect::<String>())
        }
        "Regex" => {
            let pattern = generator.text("regex").ok_or("it has no `regex`")?;
            Json::from(regex_text::make(pattern, rng)?)
        }
        "Uuid" => Json::from(uuid(generator.text("format"), rng)),
        "Date" => date_time(generator, "yyyy-MM-dd", Part::Date, context)?,
        "Time" => date_time(generator, "HH:mm:ss", Part::Time, context)?,
        "DateTime" => date_time(generator, "yyyy-MM-dd'T'HH:mm:ss.SSSZ", Part::Both, context)?,
        "RandomBoolean" => Json::from(rng.random::<bool>()),
        "ProviderState" if context.mode == Mode::Consumer => return Ok(None),
        "ProviderState" => {
            let expression = generator.text("expression").ok_or("it has no `expression`")?;
            let value = provider_state::evaluate(expression, context.provider_state)?;
            provider_state::convert(value, generator.text("dataType").unwrap_or_default())?
        }
        "MockServerURL" if context.mode == Mode::Provider => return Ok(None),
        "MockServerURL" => mock_server_url(generator, context)?,
        other => return Err(format!("no plugin provides the generator '{other}'")),
    };
    Ok(Some(value))
}

/// A parameter that is a number, or a text that is one.
fn integer(generator: &Generator, name: &str, default: i64) -> Result<i64, String> {
    let Some(value) = generator.params.get(name) else { return Ok(default) };
    let text = value.to_text();
    text.trim().parse().map_err(|_| format!("its `{name}` is {value}, which is no integer"))
}

fn length(generator: &Generator, name: &str) -> Result<u64, String> {
    let length = integer(generator, name, 10)?;
    u64::try_from(length)
        .ok()
        .filter(|length| *length <= LONGEST)
        .ok_or_else(|| format!("its `{name}` is {length}, but it must be from 0 to {LONGEST}"))
}

fn random_int(generator: &Generator, example: Option<&Json<'_>>, rng: &mut dyn Rng) -> Result<JsonValue, String> {
    let (min, max) = (integer(generator, "min", 0)?, integer(generator, "max", 10)?);
    if min > max {
        return Err(format!("its `min` {min} is greater than its `max` {max}"));
    }
    let value = rng.random_range(min..=max);
    Ok(if is_text(example) { Json::from(value.to_string()) } else { Json::from(value) })
}

fn is_text(example: Option<&Json<'_>>) -> bool {
    matches!(example, Some(Json::String(_)))
}

/// A decimal of so many digits in all, the point at a random place between them.
fn random_decimal(digits: u64, example: Option<&Json<'_>>, rng: &mut dyn Rng) -> JsonValue {
    let mut text: String = (0..digits).map(|_| char::from(b'0' + rng.random_range(0..10_u8))).collect();
    if let Ok(count @ 2..) = usize::try_from(digits) {
        let point = rng.random_range(1..count);
        // Numbers do not begin with a zero, unless it stands alone before the point.
        if point > 1 && text.starts_with('0') {
            text.replace_range(..1, &char::from(b'1' + rng.random_range(0..9_u8)).to_string());
        }
        text.insert(point, '.');
    }
    match (example, Number::parse(&text)) {
        (Some(Json::Number(_)), Some(number)) => Json::Number(number.into_owned()),
        _ => Json::from(text),
    }
}

fn uuid(format: Option<&str>, rng: &mut dyn Rng) -> String {
    let uuid = uuid::Builder::from_random_bytes(rng.random()).into_uuid();
    match format {
        Some("simple") => uuid.simple().to_string(),
        Some("upper-case-hyphenated") => uuid.hyphenated().to_string().to_uppercase(),
        Some("URN") => uuid.urn().to_string(),
        _ => uuid.hyphenated().to_string(),
    }
}

fn date_time(
    generator: &Generator,
    default: &str,
    part: Part,
    context: &GenerateContext<'_>,
) -> Result<JsonValue, String> {
    let format = generator.text("format").filter(|format| !format.is_empty()).unwrap_or(default);
    let pattern = Pattern::compile(format).map_err(|error| format!("its format '{format}': {error}"))?;
    let instant = date_expression::evaluate(generator.text("expression").unwrap_or_default(), part, &context.now)?;
    Ok(Json::from(pattern.format(&instant)))
}

fn mock_server_url(generator: &Generator, context: &GenerateContext<'_>) -> Result<JsonValue, String> {
    let base = context.mock_server_url.ok_or("there is no mock server")?;
    let (Some(example), Some(pattern)) = (generator.text("example"), generator.text("regex")) else {
        return Err("it needs an `example` and a `regex`".to_owned());
    };
    match PactRegex::new(pattern).first_group(example)? {
        Some(path) => Ok(Json::from(format!("{}/{}", base.trim_end_matches('/'), path.trim_start_matches('/')))),
        None => Err(format!("'{pattern}' finds no group in the example '{example}'")),
    }
}
