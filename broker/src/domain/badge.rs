//! Badges: two texts and a colour, as a picture or as the address of one.

use crate::domain::dashboard::VerificationStatus;

/// Colours by the names that badge services know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Colour {
    /// All is well.
    BrightGreen,
    /// Something is to be done.
    Orange,
    /// Something is wrong.
    Red,
    /// Nothing is known.
    LightGrey,
}

impl Colour {
    fn name(self) -> &'static str {
        match self {
            Self::BrightGreen => "brightgreen",
            Self::Orange => "orange",
            Self::Red => "red",
            Self::LightGrey => "lightgrey",
        }
    }

    /// Dark enough for white text.
    fn hex(self) -> &'static str {
        match self {
            Self::BrightGreen => "#2e7d32",
            Self::Orange => "#b45309",
            Self::Red => "#c62828",
            Self::LightGrey => "#757575",
        }
    }
}

/// A badge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Badge {
    /// What it is about.
    pub(crate) left: String,
    /// What is said of it.
    pub(crate) right: String,
    /// How that is to be taken.
    pub(crate) colour: Colour,
}

impl Badge {
    /// A badge of texts and a colour.
    pub(crate) fn new(left: impl Into<String>, right: impl Into<String>, colour: Colour) -> Self {
        Self { left: left.into(), right: right.into(), colour }
    }

    /// What a badge shows where the thing it is about is not there.
    pub(crate) fn not_found(what: &str) -> Self {
        Self::new(what, "not found", Colour::LightGrey)
    }

    /// A badge of how the verification of a pact stands.
    pub(crate) fn of_status(left: impl Into<String>, status: VerificationStatus) -> Self {
        let (right, colour) = match status {
            VerificationStatus::Success => ("verified", Colour::BrightGreen),
            VerificationStatus::Stale => ("changed", Colour::Orange),
            VerificationStatus::Failed => ("failed", Colour::Red),
            VerificationStatus::FailedPending => ("failed (pending)", Colour::Red),
            VerificationStatus::Never => ("unknown", Colour::LightGrey),
        };
        Self::new(left, right, colour)
    }

    /// The last segment of its address at a badge service, not yet percent-encoded: hyphens separate, so they are doubled.
    pub(crate) fn service_name(&self) -> String {
        let text = |text: &str| text.replace('-', "--").replace('_', "__");
        format!("{}-{}-{}.svg", text(&self.left), text(&self.right), self.colour.name())
    }

    /// The badge as a picture.
    pub(crate) fn to_svg(&self) -> String {
        let (left, right) = (escaped(&self.left), escaped(&self.right));
        let (left_width, right_width) = (width(&self.left), width(&self.right));
        let all = left_width + right_width;
        // The length of a text differs between fonts: telling it keeps the text within its field.
        let field = |x: usize, width: usize, text: &str| {
            format!(
                "<text x=\"{}\" y=\"14\" textLength=\"{}\" lengthAdjust=\"spacingAndGlyphs\">{text}</text>",
                x + width / 2,
                width.saturating_sub(PADDING)
            )
        };
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{all}\" height=\"20\" role=\"img\" aria-label=\"{left}: {right}\">\
             <title>{left}: {right}</title>\
             <clipPath id=\"r\"><rect width=\"{all}\" height=\"20\" rx=\"3\"/></clipPath>\
             <g clip-path=\"url(#r)\"><rect width=\"{left_width}\" height=\"20\" fill=\"#444\"/>\
             <rect x=\"{left_width}\" width=\"{right_width}\" height=\"20\" fill=\"{}\"/></g>\
             <g fill=\"#fff\" text-anchor=\"middle\" font-family=\"Verdana,DejaVu Sans,sans-serif\" font-size=\"11\">{}{}</g></svg>\n",
            self.colour.hex(),
            field(0, left_width, &left),
            field(left_width, right_width, &right),
        )
    }
}

/// Left and right of a text, together.
const PADDING: usize = 12;

/// The width of a field in pixels: what its characters take on average at this size.
fn width(text: &str) -> usize {
    PADDING + text.chars().map(|c| if "iljtf.,:/()|! ".contains(c) { 4 } else { 7 }).sum::<usize>()
}

fn escaped(text: &str) -> String {
    text.chars()
        // What XML cannot hold at all.
        .filter(|c| !c.is_control())
        .map(|c| match c {
            '&' => "&amp;".to_owned(),
            '<' => "&lt;".to_owned(),
            '>' => "&gt;".to_owned(),
            '"' => "&quot;".to_owned(),
            other => other.to_string(),
        })
        .collect()
}

/// A name as a badge shows it: in lower case, or the first letters of its words if there are several.
pub(crate) fn shown_name(name: &str, initials: bool) -> String {
    let name = name.to_lowercase();
    let words: Vec<&str> =
        name.split(|c: char| c.is_whitespace() || c == '-' || c == '_').filter(|w| !w.is_empty()).collect();
    if initials && words.len() > 1 { words.iter().filter_map(|word| word.chars().next()).collect() } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_badge_service_separates_by_hyphens() {
        let badge = Badge::new("can-i-deploy", "main to a_b", Colour::Red);

        assert_eq!(badge.service_name(), "can--i--deploy-main to a__b-red.svg");
    }

    #[test]
    fn a_picture_holds_the_texts_as_data() {
        let svg = Badge::new("<script>\u{0}\"x\" & y", "failed", Colour::Red).to_svg();

        assert!(svg.contains("&lt;script&gt;&quot;x&quot; &amp; y: failed</title>"), "{svg}");
        assert!(!svg.contains("<script>") && svg.contains("#c62828"), "{svg}");
    }

    #[test]
    fn initials_are_of_names_of_several_words() {
        assert_eq!(shown_name("Checkout Web", true), "cw");
        assert_eq!(shown_name("order-api", true), "oa");
        assert_eq!(shown_name("Orders", true), "orders");
        assert_eq!(shown_name("Checkout Web", false), "checkout web");
    }
}
