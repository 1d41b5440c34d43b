//! Text of some form.

use serde::ser::Serialize;

use crate::generators::UuidForm;
use crate::template::Template;

/// Text (or a number, by its digits) that the regular expression matches **from beginning to end**.
///
/// Written `{"match": "regex", "regex": "…"}` (V2 and later). `regex("a", "a")` does not accept `"banana"`; write `.*a.*`.
///
/// ```
/// use intact::matchers::regex;
///
/// assert_eq!(regex(r"[A-Z]-\d+", "A-1").example(), "A-1");
/// ```
pub fn regex(pattern: &str, example: impl Serialize) -> Template {
    Template::matcher("regex", &example).with("regex", pattern.to_owned())
}

/// Text (or a number, by its digits) that contains `part`.
///
/// Written `{"match": "include", "value": "…"}` (V3 and later).
///
/// ```
/// assert_eq!(intact::matchers::includes("not found", "product 43 not found").example(), "product 43 not found");
/// ```
pub fn includes(part: &str, example: impl Serialize) -> Template {
    // `value` is the rule's parameter here, so the example has a member of its own.
    Template::matcher("include", part).with_template("example", &example)
}

/// A date in a Java pattern, for example `yyyy-MM-dd`.
///
/// Written `{"match": "date", "format": "…"}` (V3 and later). Patterns are strict: `24-3-5` is no `yyyy-MM-dd`.
///
/// ```
/// assert_eq!(intact::matchers::date("yyyy-MM-dd", "2024-03-05").example(), "2024-03-05");
/// ```
pub fn date(format: &str, example: impl Serialize) -> Template {
    Template::matcher("date", &example).with("format", format.to_owned())
}

/// A time in a Java pattern, for example `HH:mm:ss`.
///
/// Written `{"match": "time", "format": "…"}` (V3 and later).
///
/// ```
/// assert_eq!(intact::matchers::time("HH:mm", "23:59").example(), "23:59");
/// ```
pub fn time(format: &str, example: impl Serialize) -> Template {
    Template::matcher("time", &example).with("format", format.to_owned())
}

/// A date with a time in a Java pattern, for example `yyyy-MM-dd'T'HH:mm:ssXXX`.
///
/// Written `{"match": "datetime", "format": "…"}` (V3 and later). `XXX` accepts `Z` and offsets such as `+02:00`.
///
/// ```
/// use intact::matchers::datetime;
///
/// let created = datetime("yyyy-MM-dd'T'HH:mm:ssXXX", "2024-03-05T23:59:00Z");
/// assert_eq!(created.example(), "2024-03-05T23:59:00Z");
/// ```
pub fn datetime(format: &str, example: impl Serialize) -> Template {
    Template::matcher("datetime", &example).with("format", format.to_owned())
}

/// A UUID with hyphens, in lower or upper case.
///
/// Written as a `regex` rule (V2 and later): Pact has no rule for UUIDs.
///
/// ```
/// use intact::matchers::uuid;
///
/// assert_eq!(uuid("3fa85f64-5717-4562-b3fc-2c963f66afa6").example(), "3fa85f64-5717-4562-b3fc-2c963f66afa6");
/// ```
pub fn uuid(example: impl Serialize) -> Template {
    regex("[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}", example)
}

/// A UUID in another form than [`uuid`] has it.
///
/// Written as a `regex` rule (V2 and later).
///
/// ```
/// use intact::generators::UuidForm;
/// use intact::matchers::uuid_as;
///
/// assert_eq!(uuid_as(UuidForm::Simple, "3fa85f6457174562b3fc2c963f66afa6").example(), "3fa85f6457174562b3fc2c963f66afa6");
/// ```
pub fn uuid_as(form: UuidForm, example: impl Serialize) -> Template {
    let lower = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";
    match form {
        UuidForm::Simple => regex("[0-9a-f]{32}", example),
        UuidForm::LowerCaseHyphenated => regex(lower, example),
        UuidForm::UpperCaseHyphenated => regex(&lower.replace("a-f", "A-F"), example),
        UuidForm::Urn => regex(&format!("urn:uuid:{lower}"), example),
    }
}

/// A semantic version; `v1.0.0` is none.
///
/// Written `{"match": "semver"}` (V4).
///
/// ```
/// assert_eq!(intact::matchers::semver("1.2.3-rc.1").example(), "1.2.3-rc.1");
/// ```
pub fn semver(example: impl Serialize) -> Template {
    Template::matcher("semver", &example)
}

/// Text as a regular expression that matches just it, in all dialects.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if "\\^$.|?*+()[]{}".contains(c) {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}
