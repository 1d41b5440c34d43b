//! A pact as people read it: at a terminal, and in Markdown.

use std::fmt::Write as _;

use intact_matching::in_words::{self, Line};
use intact_pact_model::{
    Body, ContentType, Generators, Headers, HttpRequest, HttpResponse, Interaction, Json, Kind, MatchingRules,
    MessagePart, Pact, RuleList,
};
use intact_verifier::report::markdown::escaped;

use crate::commands::pact::counted;
use crate::printer::{Printer, Tone, clean, one_line};

/// Longer bodies are cut.
const MOST_LINES: usize = 200;

/// A request, a response or a message: a heading, and lines with notes beside them.
struct Section {
    title: String,
    lines: Vec<Line>,
    /// The word after the first fence, in Markdown.
    language: &'static str,
}

fn line(text: impl Into<String>) -> Line {
    Line { text: text.into(), note: None }
}

pub(super) fn text(pact: &Pact, all: usize, printer: &Printer) {
    let count = match pact.interactions.len() {
        shown if shown == all => counted(all, "interaction", "interactions"),
        shown => format!("{shown} of {}", counted(all, "interaction", "interactions")),
    };
    printer.line(
        Tone::Strong,
        &format!(
            "{} → {} (specification {}, {count})",
            one_line(&pact.consumer),
            one_line(&pact.provider),
            pact.version
        ),
    );
    for interaction in &pact.interactions {
        printer.text("");
        printer.line(Tone::Strong, &one_line(&heading(interaction)));
        for state in states(interaction) {
            printer.text(&format!("  given {}", one_line(&state)));
        }
        for comment in comments(interaction) {
            printer.line(Tone::Faint, &format!("  {}", one_line(&comment)));
        }
        for section in sections(interaction) {
            printer.text(&format!("  {}", one_line(&section.title)));
            for line in aligned(&section.lines, "← ") {
                printer.text(format!("    {line}").trim_end());
            }
        }
    }
}

pub(super) fn markdown(pact: &Pact) -> String {
    let mut page = format!("# {} → {}\n", escaped(&pact.consumer), escaped(&pact.provider));
    for interaction in &pact.interactions {
        _ = writeln!(page, "\n## {}", escaped(&heading(interaction)));
        let given = states(interaction).map(|state| format!("given {state}"));
        for (at, line) in given.chain(comments(interaction)).enumerate() {
            _ = writeln!(page, "{}* {}", if at == 0 { "\n" } else { "" }, escaped(&line));
        }
        for section in sections(interaction) {
            let lines = aligned(&section.lines, "// ");
            // A fence is longer than any in the text.
            let fence = "`".repeat(3.max(1 + longest_run(&lines)));
            _ = writeln!(page, "\n**{}**\n", escaped(&section.title));
            if !lines.is_empty() {
                let lines: Vec<_> = lines.iter().map(|line| clean(line)).collect();
                _ = writeln!(page, "{fence}{}\n{}\n{fence}", section.language, lines.join("\n"));
            }
        }
    }
    page
}

fn longest_run(lines: &[String]) -> usize {
    let run = |line: &String| line.split(|letter| letter != '`').map(str::len).max().unwrap_or_default();
    lines.iter().map(run).max().unwrap_or_default()
}

fn heading(interaction: &Interaction) -> String {
    if interaction.pending { format!("{} (pending)", interaction.description) } else { interaction.description.clone() }
}

fn states(interaction: &Interaction) -> impl Iterator<Item = String> {
    interaction.provider_states.iter().map(|state| {
        let parameters: Vec<String> = state.params.iter().map(|(name, value)| format!("{name}: {value}")).collect();
        if parameters.is_empty() { state.name.clone() } else { format!("{} ({})", state.name, parameters.join(", ")) }
    })
}

fn comments(interaction: &Interaction) -> Vec<String> {
    let texts = interaction.comments.get("text").and_then(Json::as_array).unwrap_or_default();
    let test = interaction.comments.get("testname").and_then(Json::as_str).map(|name| format!("test: {name}"));
    texts.iter().map(|text| text.to_text().into_owned()).chain(test).collect()
}

/// The lines with their notes in a column, as far as that is possible.
fn aligned(lines: &[Line], sign: &str) -> Vec<String> {
    const WIDEST: usize = 60;
    let noted = lines.iter().filter(|line| line.note.is_some());
    let width = noted.map(|line| line.text.chars().count()).filter(|width| *width <= WIDEST).max().unwrap_or_default();
    lines
        .iter()
        .map(|line| match &line.note {
            Some(note) => format!("{:<width$}  {sign}{note}", line.text),
            None => line.text.clone(),
        })
        .collect()
}

fn sections(interaction: &Interaction) -> Vec<Section> {
    match &interaction.kind {
        Kind::Http(request, response) => vec![of_request(request), of_response(response)],
        Kind::AsyncMessage(message) => vec![of_message("message", message)],
        Kind::SyncMessage { request, responses } => {
            let responses = responses.iter().map(|response| of_message("response", response));
            std::iter::once(of_message("request", request)).chain(responses).collect()
        }
        Kind::Unknown { type_name, .. } => {
            vec![Section {
                title: format!("of the type {type_name}, which is not known here"),
                lines: Vec::new(),
                language: "",
            }]
        }
    }
}

fn of_request(request: &HttpRequest) -> Section {
    let rules = &request.matching_rules;
    let query = request.query.to_query_string();
    let target = if query.is_empty() { request.path.clone() } else { format!("{}?{query}", request.path) };
    let mut lines = Vec::new();
    let about = |name: &str, list: &RuleList, example: &str| {
        words(list, &Json::from(example)).map(|note| Line { text: format!("({name})"), note: Some(note) })
    };
    lines.extend(about("method", &rules.method, &request.method));
    lines.extend(about("path", &rules.path, &request.path));
    for (name, list) in &rules.query {
        let example = request.query.get(name).and_then(|values| values.first()).and_then(Option::as_deref);
        lines.extend(about(&format!("query {name}"), list, example.unwrap_or_default()));
    }
    of_headers(&request.headers, rules, &mut lines);
    of_body(&request.body, request.content_type().as_ref(), rules, &mut lines);
    of_generators(&request.generators, &mut lines);
    Section { title: format!("request: {} {target}", request.method), lines, language: "http" }
}

fn of_response(response: &HttpResponse) -> Section {
    let rules = &response.matching_rules;
    let mut lines = Vec::new();
    of_headers(&response.headers, rules, &mut lines);
    of_body(&response.body, response.content_type().as_ref(), rules, &mut lines);
    of_generators(&response.generators, &mut lines);
    let title = match words(&rules.status, &Json::from(response.status)) {
        Some(note) => format!("response: {} (any {note})", response.status),
        None => format!("response: {}", response.status),
    };
    Section { title, lines, language: "http" }
}

fn of_message(title: &str, message: &MessagePart) -> Section {
    let rules = &message.matching_rules;
    let mut lines = Vec::new();
    for (name, value) in message.metadata.iter() {
        let list = rules.metadata.get(name).or_else(|| rules.metadata.get(&format!("$.{name}")));
        lines.push(Line {
            text: format!("{name}: {}", value.to_text()),
            note: list.and_then(|list| words(list, value)),
        });
    }
    of_body(&message.contents, message.content_type().as_ref(), rules, &mut lines);
    of_generators(&message.generators, &mut lines);
    Section { title: title.to_owned(), lines, language: "http" }
}

fn words(list: &RuleList, example: &Json<'_>) -> Option<String> {
    if list.is_empty() { None } else { in_words::rules(list, example).ok() }
}

fn of_headers(headers: &Headers, rules: &MatchingRules, lines: &mut Vec<Line>) {
    for (name, values) in headers.iter() {
        let value = values.join(", ");
        let list = rules.header.iter().find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, list)| list);
        let note = list.and_then(|list| words(list, &Json::from(value.as_str())));
        lines.push(Line { text: format!("{name}: {value}"), note });
    }
}

fn of_body(body: &Body, content_type: Option<&ContentType>, rules: &MatchingRules, lines: &mut Vec<Line>) {
    let content = match body {
        Body::Missing => return,
        Body::Empty => return lines.push(line("(an empty body)")),
        Body::Null => return lines.push(line("null")),
        Body::Present(content) => content,
    };
    if !lines.is_empty() {
        lines.push(line(""));
    }
    let document = content_type.filter(|own| own.is_json()).and_then(|_| Json::parse(&content.bytes).ok());
    if let Some(mut body) = document.and_then(|document| in_words::document(&document, rules).ok()) {
        cut(&mut body);
        lines.append(&mut body);
        return;
    }
    let is_shown = |text: &&str| !text.contains(|letter: char| letter.is_control() && !"\t\r\n".contains(letter));
    if let Some(text) = str::from_utf8(&content.bytes).ok().filter(is_shown) {
        let mut body: Vec<Line> = text.lines().map(line).collect();
        cut(&mut body);
        lines.append(&mut body);
    } else {
        let kind = content_type.map_or_else(|| "of an unknown type".to_owned(), ToString::to_string);
        lines.push(line(format!("({} bytes, {kind})", content.bytes.len())));
    }
    for (path, list) in rules.body.iter().filter(|(_, list)| !list.is_empty()) {
        lines.extend(words(list, &Json::from("")).map(|note| Line { text: format!("({path})"), note: Some(note) }));
    }
}

fn cut(lines: &mut Vec<Line>) {
    if let more @ 1.. = lines.len().saturating_sub(MOST_LINES) {
        lines.truncate(MOST_LINES);
        lines.push(line(format!("… (and {})", counted(more, "more line", "more lines"))));
    }
}

fn of_generators(generators: &Generators, lines: &mut Vec<Line>) {
    let mut add = |place: String, kind: &str| {
        lines.push(Line { text: format!("({place})"), note: Some(format!("generated: {kind}")) });
    };
    let single = [("method", &generators.method), ("path", &generators.path), ("status", &generators.status)];
    for (place, generator) in single.into_iter().filter_map(|(place, own)| Some((place, own.as_ref()?))) {
        add(place.to_owned(), &generator.kind);
    }
    let named = [
        ("query", &generators.query),
        ("header", &generators.header),
        ("body", &generators.body),
        ("metadata", &generators.metadata),
    ];
    for (place, named) in named {
        named.iter().for_each(|(key, generator)| add(format!("{place} {key}"), &generator.kind));
    }
}
