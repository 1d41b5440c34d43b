//! An example must satisfy its own matchers, or consumer and provider would be held to different things.

use intact_matching::generate::{self, GenerateContext, GenerateError, Generated};
use intact_matching::{Comparison, CompileError, MessageMatcher, Mismatch, RequestMatcher, ResponseMatcher};
use intact_pact_model::{Interaction, Kind, MessagePart, SpecVersion};

/// Each value of the interaction that does not satisfy its own matcher, and each matcher and generator that is of no use.
pub(crate) fn check_examples(interaction: &Interaction, version: SpecVersion) -> Vec<String> {
    let drawn_for = generate::drawn_for("", interaction);
    let mut check = Check { name: &interaction.description, drawn_for, problems: Vec::new() };
    match &interaction.kind {
        Kind::Http(request, response) => {
            if let Some(matcher) = check.usable(RequestMatcher::compile(request, version)) {
                check.example("request", &matcher.compare_with(request));
                if !request.generators.is_empty() {
                    let made = generate::request(request, &context(), &mut generate::rng(&check.drawn_for));
                    let told = generate::how_to_repeat(&request.generators, &request.matching_rules);
                    check.generated("request", made, |made| matcher.compare_with(made), told);
                }
            }
            if let Some(matcher) = check.usable(ResponseMatcher::compile(response, version)) {
                check.example("response", &matcher.compare_with(response));
                if !response.generators.is_empty() {
                    let made = generate::response(response, &context(), &mut generate::rng(&check.drawn_for));
                    let told = generate::how_to_repeat(&response.generators, &response.matching_rules);
                    check.generated("response", made, |made| matcher.compare_with(made), told);
                }
            }
        }
        // The reader of a pact may meet these; here nobody can test them.
        Kind::Unknown { .. } => {}
        Kind::AsyncMessage(message) => check.message("message", message, version),
        Kind::SyncMessage { request, responses } => {
            check.message("request", request, version);
            for response in responses {
                check.message("response", response, version);
            }
        }
    }
    check.problems
}

struct Check<'i> {
    name: &'i str,
    /// What random values are drawn for.
    drawn_for: String,
    problems: Vec<String>,
}

impl Check<'_> {
    fn message(&mut self, part: &str, message: &MessagePart, version: SpecVersion) {
        if let Some(matcher) = self.usable(MessageMatcher::compile(message, version)) {
            self.example(part, &matcher.compare_with(message));
            if !message.generators.is_empty() {
                let made = generate::message(message, &context(), &mut generate::rng(&self.drawn_for));
                let told = generate::how_to_repeat(&message.generators, &message.matching_rules);
                self.generated(part, made, |made| matcher.compare_with(made), told);
            }
        }
    }

    fn usable<M>(&mut self, matcher: Result<M, CompileError>) -> Option<M> {
        matcher.map_err(|error| self.problems.push(format!("\"{}\": {error}", self.name))).ok()
    }

    fn example(&mut self, part: &str, comparison: &Comparison) {
        self.failing(&format!("the example of the {part}"), "its own", comparison.mismatches());
    }

    /// What the generators make must satisfy the matchers too, or the consumer is tested with what the provider must not send.
    /// Where there is no matcher, as other Pact libraries allow it, the author wants just that: the provider is held to the example.
    fn generated<T>(
        &mut self,
        part: &str,
        made: Result<Generated<T>, GenerateError>,
        compare: impl FnOnce(&T) -> Comparison,
        how_to_repeat: Option<String>,
    ) {
        let (made, errors) = match made {
            Ok(Generated { value, warnings }) => (Some(value), warnings),
            Err(error) => (None, vec![error]),
        };
        self.problems.extend(errors.iter().map(|error| format!("\"{}\": the {part}: {error}", self.name)));
        if let Some(made) = made {
            let comparison = compare(&made);
            let ruled = comparison.mismatches().iter().filter(|mismatch| mismatch.rule.is_some());
            let before = self.problems.len();
            self.failing(&format!("a generated value of the {part}"), "the", ruled);
            if let (Some(told), Some(last)) = (how_to_repeat, self.problems[before..].last_mut()) {
                *last = format!("{last} ({told})");
            }
        }
    }

    fn failing<'m>(&mut self, what: &str, whose: &str, mismatches: impl IntoIterator<Item = &'m Mismatch>) {
        let name = self.name;
        self.problems.extend(mismatches.into_iter().map(|mismatch| {
            let place = mismatch.identifier().map_or_else(String::new, |place| format!(" {place}"));
            let (part, text) = (mismatch.attribute(), mismatch.description());
            let rule = mismatch.rule.as_ref().map_or_else(String::new, |rule| format!(" `{}`", rule.rule));
            format!("\"{name}\": {what} does not satisfy {whose} matcher{rule}: {part}{place}: {text}")
        }));
    }
}

/// Values that only the provider knows keep their example here.
fn context() -> GenerateContext<'static> {
    GenerateContext::consumer(Some("http://127.0.0.1:8080"), generate::now())
}
