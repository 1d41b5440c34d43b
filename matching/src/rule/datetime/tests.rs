use jiff::Zoned;
use proptest::prelude::*;

use super::Pattern;

fn check(pattern: &str, text: &str) -> Result<(), String> {
    Pattern::compile(pattern)?.check(text)
}

#[test]
fn texts_of_a_pattern_are_accepted_and_others_refused() {
    for (pattern, good, bad) in [
        (
            "yyyy-MM-dd",
            &["2024-02-29", "0001-01-01"][..],
            &["24-3-5", "2023-02-29", "2024-13-01", "2024-01-01 ", "2024-01", ""][..],
        ),
        ("YYYY-MM-dd", &["2024-12-31"], &["2024-12-32"]),
        ("yyyyMMdd", &["20240101"], &["2024011"]),
        ("d.M.yy", &["1.1.24", "31.12.99"], &["32.1.24", "30.2.24"]),
        ("y", &["1", "12024"], &["", "x"]),
        ("D", &["1", "366"], &["367", "0"]),
        ("yyyy-DDD", &["2024-366", "2023-365"], &["2023-366", "2023-1"]),
        ("HH:mm:ss", &["23:59:60", "00:00:00"], &["24:00:00", "1:00:00", "23:60:00"]),
        ("hh:mm a", &["12:30 PM", "01:00 am"], &["13:00 pm", "00:00 am"]),
        ("K k", &["0 24", "11 1"], &["12 1", "1 0"]),
        ("HH:mm:ss.SSS", &["01:02:03.004"], &["01:02:03.4", "01:02:03.0045"]),
        ("ss.S", &["03.4", "03.456789"], &["03."]),
        ("EEE, d MMM yyyy", &["Mon, 1 Jan 2024", "TUE, 31 dec 2024"], &["Monday, 1 Jan 2024", "Xxx, 1 Jan 2024"]),
        ("EEEE d MMMM", &["Monday 1 January", "friday 29 february"], &["Mon 1 January", "Monday 30 February"]),
        (
            "yyyy-MM-dd'T'HH:mm:ssXXX",
            &["2024-01-01T10:00:00+12:00", "2024-01-01T10:00:00Z", "2024-01-01T10:00:00-03:30"],
            &["2024-01-01T10:00:00", "2024-01-01T10:00:00+1200", "2024-01-01T10:00:00+19:00"],
        ),
        ("X", &["Z", "+10", "+1030"], &["+1", "10"]),
        ("xx", &["+1030", "+0000"], &["Z", "+10:30"]),
        ("XXXXX", &["+10:30", "+10:30:15", "Z"], &["+1030"]),
        ("Z", &["+1000"], &["+10:00", "Z"]),
        ("ZZZZ", &["GMT+10:00", "GMT", "UTC"], &["+10:00"]),
        ("ZZZZZ", &["+10:00"], &["+1000"]),
        ("O", &["GMT+8", "UTC", "GMT+08:00"], &["+8"]),
        (
            "VV",
            &["Europe/Paris", "America/Argentina/Buenos_Aires", "America/Port-au-Prince", "Etc/GMT+5", "UTC"],
            &["Nowhere/Else", "", "europe/paris", "EUROPE/PARIS", "Europe/paris", "utc", "Z"],
        ),
        ("VV'T'", &["Europe/ParisT"], &["europe/parisT", "ZT"]),
        (
            "HH:mm z",
            &["10:00 AEST", "10:00 GMT", "10:00 GMT+05:00"],
            &["10:00 XYZT", "10:00 Z", "10:00 aest", "10:00 gmt"],
        ),
        ("G", &["AD", "bc"], &["A"]),
        ("QQQ yyyy", &["Q1 2024"], &["Q5 2024"]),
        ("QQQQ", &["3rd quarter"], &["5th quarter"]),
        ("e", &["1", "7"], &["8", "0"]),
        ("'it''s' yyyy", &["it's 2024"], &["its 2024"]),
        ("yyyy''", &["2024'"], &["2024"]),
        ("", &[""], &["x"]),
    ] {
        for text in good {
            assert_eq!(check(pattern, text), Ok(()), "{text} of {pattern}");
        }
        for text in bad {
            assert!(check(pattern, text).is_err(), "{text} of {pattern}");
        }
    }
}

#[test]
fn what_is_wrong_is_said_with_its_place() {
    insta::assert_snapshot!(check("yyyy-MM-dd", "23/07/19").unwrap_err(), @"expected a year of 4 digits at character 1");
    insta::assert_snapshot!(check("yyyy-MM-dd", "2023-02-30").unwrap_err(), @"the month has no day 30");
    insta::assert_snapshot!(check("yyyy-MM-dd", "2023-02-03T").unwrap_err(), @"'T' is left over at the end");
    insta::assert_snapshot!(check("yyyy-MM-dd", "2023/02/03").unwrap_err(), @"expected '-' at character 5");
    insta::assert_snapshot!(check("HH:mm", "10:61").unwrap_err(), @"expected minutes from 0 to 59 at character 4");
    insta::assert_snapshot!(check("ddd", "1").unwrap_err(), @"the pattern has the letter 'd' 3 times, but it may stand at most 2 times");
    insta::assert_snapshot!(check("tt", "1").unwrap_err(), @"the pattern has the letter 't', which means nothing");
    insta::assert_snapshot!(check("yyyy'T", "1").unwrap_err(), @"the pattern has a quote that is not closed");
}

#[test]
fn instants_are_printed_in_the_pattern() {
    let instant: Zoned = "2000-01-02T15:04:05.006+10:00[+10:00]".parse().expect("an instant");
    let utc: Zoned = "2024-12-31T00:00:00[UTC]".parse().expect("an instant");
    for (pattern, text, utc_text) in [
        ("yyyy-MM-dd'T'HH:mm:ss.SSSZ", "2000-01-02T15:04:05.006+1000", "2024-12-31T00:00:00.000+0000"),
        ("yyyy-MM-dd'T'HH:mm:ssXXX", "2000-01-02T15:04:05+10:00", "2024-12-31T00:00:00Z"),
        ("d/M/yy h:m a", "2/1/00 3:4 PM", "31/12/24 12:0 AM"),
        ("EEEE, dd MMMM yyyy", "Sunday, 02 January 2000", "Tuesday, 31 December 2024"),
        ("EEE MMM D QQQ", "Sun Jan 2 Q1", "Tue Dec 366 Q4"),
        ("x XX O ZZZZ", "+10 +1000 GMT+10 GMT+10:00", "+00 Z GMT GMT"),
        ("k K A", "15 3 54245006", "24 0 0"),
    ] {
        let pattern = Pattern::compile(pattern).expect("a pattern");
        assert_eq!((pattern.format(&instant).as_str(), pattern.format(&utc).as_str()), (text, utc_text));
    }
}

proptest! {
    #[test]
    fn what_is_printed_is_accepted(seconds in 0_i64..4_000_000_000, pattern in "(yyyy|yy|M|MM|MMM|MMMM|d|dd|H|HH|m|ss|SSS|XXX|Z|EEE|a|'x'){1,6}") {
        // A number that runs into the next cannot be read back.
        let pattern = pattern.chars().fold(String::new(), |mut text, c| {
            if text.chars().last().is_some_and(|last| last != c) { text.push('/'); }
            text.push(c);
            text
        }).replace("'/x/'", "'x'");
        // Too many letters in a row are no pattern.
        let Ok(pattern) = Pattern::compile(&pattern) else { return Ok(()) };
        let instant = jiff::Timestamp::from_second(seconds).expect("in range").to_zoned(jiff::tz::TimeZone::UTC);
        let text = pattern.format(&instant);
        // Two-digit years and repeated fields may contradict each other about leap days only if read as another year.
        prop_assert_eq!(pattern.check(&text), Ok(()), "{}", text);
    }

    #[test]
    fn any_pattern_and_text_are_answered(pattern in ".{0,12}", text in ".{0,12}") {
        if let Ok(pattern) = Pattern::compile(&pattern) {
            let _ = pattern.check(&text);
        }
    }
}
