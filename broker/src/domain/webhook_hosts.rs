//! The hosts that webhooks may call.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use regex::Regex;
use url::Host;

/// An entry of the list of hosts that webhooks may call.
///
/// `ci.example.org` is that host, `*.example.org` every host with one more label, `10.0.0.0/8` (or an address alone) the
/// addresses of a network, for URLs that name an address, and `/^ci-\d+$/` what a regular expression finds.
#[derive(Debug, Clone)]
pub struct HostRule(Rule);

#[derive(Debug, Clone)]
enum Rule {
    Exact(String),
    /// The part behind the star, with its dot.
    Wildcard(String),
    /// As written, the address and how many of its bits count.
    Network(String, IpAddr, u8),
    Pattern(Regex),
}

/// An entry of the list of hosts that is of no use.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{entry}` names no hosts: {reason}")]
pub struct HostRuleError {
    entry: String,
    reason: String,
}

impl FromStr for HostRule {
    type Err = HostRuleError;

    fn from_str(entry: &str) -> Result<Self, Self::Err> {
        let failed = |reason: &str| HostRuleError { entry: entry.to_owned(), reason: reason.to_owned() };
        if entry.is_empty() {
            return Err(failed("it is empty"));
        }
        if let Some(pattern) = entry.strip_prefix('/').and_then(|rest| rest.strip_suffix('/')) {
            return match Regex::new(pattern) {
                Ok(pattern) => Ok(Self(Rule::Pattern(pattern))),
                Err(error) => Err(failed(&error.to_string())),
            };
        }
        if let Some(rest) = entry.strip_prefix('*') {
            let suffix = rest.to_ascii_lowercase();
            return if suffix.starts_with('.') && suffix.len() > 1 && !suffix.contains('*') {
                Ok(Self(Rule::Wildcard(suffix)))
            } else {
                Err(failed("a star stands for the first label, as in *.example.org"))
            };
        }
        let (address, bits) = match entry.split_once('/') {
            Some((address, bits)) => (address, Some(bits)),
            None => (entry, None),
        };
        match (address.trim_matches(['[', ']']).parse::<IpAddr>(), bits) {
            (Ok(address), bits) => {
                let most = if address.is_ipv4() { 32 } else { 128 };
                let bits = match bits {
                    None => most,
                    Some(bits) => bits.parse().ok().filter(|bits| *bits <= most).ok_or_else(|| failed("no network"))?,
                };
                Ok(Self(Rule::Network(entry.to_owned(), address, bits)))
            }
            (Err(_), None) if entry.contains('*') => {
                Err(failed("a star stands for the first label, as in *.example.org"))
            }
            (Err(_), Some(_)) => Err(failed("it is neither a host nor a network")),
            (Err(_), None) => Ok(Self(Rule::Exact(entry.to_ascii_lowercase()))),
        }
    }
}

impl fmt::Display for HostRule {
    /// Texts in quotes, expressions between slashes.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Rule::Exact(text) | Rule::Network(text, ..) => write!(f, "\"{text}\""),
            Rule::Wildcard(suffix) => write!(f, "\"*{suffix}\""),
            Rule::Pattern(pattern) => write!(f, "/{pattern}/"),
        }
    }
}

impl HostRule {
    /// Is this host meant?
    fn covers(&self, host: &Host<&str>) -> bool {
        match (&self.0, host) {
            (Rule::Network(_, network, bits), Host::Ipv4(address)) => within(IpAddr::V4(*address), *network, *bits),
            (Rule::Network(_, network, bits), Host::Ipv6(address)) => within(IpAddr::V6(*address), *network, *bits),
            (Rule::Exact(name), Host::Domain(host)) => name == host,
            (Rule::Wildcard(suffix), Host::Domain(host)) => {
                host.strip_suffix(suffix.as_str()).is_some_and(|label| !label.is_empty() && !label.contains('.'))
            }
            (Rule::Pattern(pattern), host) => pattern.is_match(&host.to_string()),
            (Rule::Network(..), Host::Domain(_))
            | (Rule::Exact(_) | Rule::Wildcard(_), Host::Ipv4(_) | Host::Ipv6(_)) => false,
        }
    }
}

/// Does one of these rules name the host? Hosts of URLs are in lower case.
pub(crate) fn names(rules: &[HostRule], host: &Host<&str>) -> bool {
    rules.iter().any(|rule| rule.covers(host))
}

fn within(address: IpAddr, network: IpAddr, bits: u8) -> bool {
    let numbers = |address: IpAddr| match address {
        IpAddr::V4(address) => (u128::from(address.to_bits()) << 96, true),
        IpAddr::V6(address) => (address.to_bits(), false),
    };
    let ((address, is_v4), (network, network_is_v4)) = (numbers(address), numbers(network));
    let mask = u128::MAX.checked_shl(128 - u32::from(bits)).unwrap_or(0);
    is_v4 == network_is_v4 && address & mask == network & mask
}

/// Is an address one that anybody on the internet may call? Not those of this machine, of its network, of the service that
/// hosts it (which tells secrets to whoever asks), or those that reach them in another notation.
pub(crate) fn is_public(address: IpAddr) -> bool {
    const CLOSED: [([u8; 4], u8); 11] = [
        ([0, 0, 0, 0], 8),
        ([10, 0, 0, 0], 8),
        ([100, 64, 0, 0], 10),
        ([127, 0, 0, 0], 8),
        // What a cloud gives its machines: addresses of the public range that only they reach.
        ([168, 63, 129, 16], 32),
        ([169, 254, 0, 0], 16),
        ([172, 16, 0, 0], 12),
        ([192, 0, 0, 0], 24),
        ([192, 168, 0, 0], 16),
        ([198, 18, 0, 0], 15),
        ([224, 0, 0, 0], 3),
    ];
    match address {
        IpAddr::V4(_) => !CLOSED.into_iter().any(|(network, bits)| within(address, network.into(), bits)),
        IpAddr::V6(v6) => {
            let segments = v6.segments();
            let embedded = |high: u16, low: u16| {
                let [[a, b], [c, d]] = [high.to_be_bytes(), low.to_be_bytes()];
                is_public(IpAddr::from([a, b, c, d]))
            };
            match segments {
                // IPv4 in IPv6: mapped, compatible (and `::`, `::1`), translated, tunnelled.
                [0, 0, 0, 0, 0, 0xffff | 0, high, low]
                | [0x64, 0xff9b, 0, 0, 0, 0, high, low]
                | [0x2002, high, low, ..] => embedded(high, low),
                // What is neither of the global range: link-local, site-local, unique local, multicast, reserved.
                [first, ..] => first & 0xe000 == 0x2000 && !(first == 0x2001 && segments[1] == 0),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(rule: &str, host: &str) -> bool {
        names(&[rule.parse().unwrap()], &url::Url::parse(&format!("http://{host}/")).unwrap().host().unwrap())
    }

    #[test]
    fn hosts_are_named_exactly_by_a_star_by_networks_and_by_expressions() {
        for (rule, host, expected) in [
            ("Example.org", "example.ORG", true),
            ("example.org", "a.example.org", false),
            ("*.example.org", "a.example.org", true),
            ("*.example.org", "a.b.example.org", false),
            ("*.example.org", "example.org", false),
            ("127.0.0.1", "127.0.0.1", true),
            ("127.0.0.1", "0x7f.1", true),
            ("10.0.0.0/8", "10.1.2.3", true),
            ("10.0.0.0/8", "11.0.0.0", false),
            ("0.0.0.0/0", "11.0.0.0", true),
            ("0.0.0.0/0", "[::1]", false),
            ("fd00::/8", "[fd12::1]", true),
            ("10.0.0.0/8", "ten.example.org", false),
            (r"/.*\.example\.org$/", "a.b.example.org", true),
            (r"/.*\.example\.org$/", "evil.test", false),
        ] {
            assert_eq!(named(rule, host), expected, "{rule} {host}");
        }
    }

    #[test]
    fn entries_that_name_no_hosts_are_refused() {
        for entry in ["", "/(/", "*", "*.", "10.0.0.0/33", "example.org/8", "a*.b*"] {
            assert!(entry.parse::<HostRule>().is_err(), "{entry}");
        }
    }

    #[test]
    fn entries_are_shown_as_they_were_given() {
        let shown: Vec<String> = ["127.0.0.1", "localhost", r"/.*\.example\.org$/", "*.a.b"]
            .map(|entry| entry.parse::<HostRule>().unwrap().to_string())
            .into();

        assert_eq!(shown.join(", "), r#""127.0.0.1", "localhost", /.*\.example\.org$/, "*.a.b""#);
    }

    #[test]
    fn addresses_of_machines_networks_and_their_hosts_are_not_public() {
        for address in [
            "127.0.0.1",
            "10.1.1.1",
            "172.31.0.1",
            "192.168.0.1",
            "168.63.129.16",
            "169.254.169.254",
            "100.100.100.200",
            "0.0.0.0",
            "255.255.255.255",
            "224.0.0.1",
            "198.18.0.1",
            "::",
            "::1",
            "fe80::1",
            "fd00:ec2::254",
            "ff02::1",
            "::ffff:127.0.0.1",
            "::7f00:1",
            "64:ff9b::a9fe:a9fe",
            "64:ff9b:1::1",
            "2002:7f00:1::",
            "2001::1",
            "fec0::1",
        ] {
            assert!(!is_public(address.parse().unwrap()), "{address}");
        }
        for address in [
            "8.8.8.8",
            "168.63.129.17",
            "172.32.0.1",
            "2606:4700::1111",
            "::ffff:8.8.8.8",
            "2001:4860:4860::8888",
            "223.1.1.1",
        ] {
            assert!(is_public(address.parse().unwrap()), "{address}");
        }
    }
}
