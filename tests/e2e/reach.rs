//! How a broker is reached: through proxies, with certificates of one's own, with credentials that nobody else gets to see.

use crate::peer::{Authority, EMPTY_BROKER, Peer, answer};
use crate::support::{Output, Workspace};

/// A question that every broker can answer.
const QUESTION: [&str; 5] = ["list-environments", "-o", "json", "--retries", "0"];

fn ask(workspace: &Workspace, variables: &[(&str, &str)], words: &[&str]) -> Output {
    workspace.intact_in(variables, QUESTION.iter().chain(words))
}

#[test]
fn a_broker_is_asked_through_the_proxy_of_the_environment() {
    let workspace = Workspace::new();
    let proxy = Peer::answering(answer("200 OK", EMPTY_BROKER));
    let address = format!("http://me:s3cret@127.0.0.1:{}", proxy.port());
    for name in ["HTTP_PROXY", "http_proxy", "ALL_PROXY"] {
        let told = ask(&workspace, &[(name, &address)], &["-b", "http://broker.invalid/base"]).expect_code(0);
        assert!(!told.stderr.contains("s3cret"), "{}", told.stderr);
        let asked = proxy.next().to_ascii_lowercase();
        assert!(asked.starts_with("get http://broker.invalid/base/ http/1.1\r\n"), "{name}: {asked}");
        assert!(asked.contains("proxy-authorization: basic bwu6cznjcmv0\r\n"), "{name}: {asked}");
        proxy.asked();
    }
}

#[test]
fn a_tunnel_through_the_proxy_is_asked_for_tls() {
    let workspace = Workspace::new();
    let proxy = Peer::answering("HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n".to_owned());
    let address = format!("http://me:s3cret@127.0.0.1:{}", proxy.port());
    let told = ask(&workspace, &[("HTTPS_PROXY", &address)], &["-b", "https://broker.invalid"]).expect_code(3);
    assert!(proxy.next().starts_with("CONNECT broker.invalid:443 HTTP/1.1\r\n"));
    assert!(!told.stderr.contains("s3cret"), "{}", told.stderr);
    assert!(told.stderr.contains("proxy"), "{}", told.stderr);
}

#[test]
fn no_proxy_is_asked_for_exceptions_and_for_this_machine() {
    let workspace = Workspace::new();
    let broker = Peer::answering(answer("200 OK", EMPTY_BROKER));
    let proxy = Peer::answering(answer("502 Bad Gateway", ""));
    let proxy_url = proxy.url();
    let variables = [("HTTP_PROXY", proxy_url.as_str()), ("NO_PROXY", "broker.invalid")];
    ask(&workspace, &variables, &["-b", "http://broker.invalid"]).expect_code(3);
    for host in ["127.0.0.1", "localhost"] {
        ask(&workspace, &variables, &["-b", &format!("http://{host}:{}", broker.port())]).expect_code(0);
    }
    assert_eq!(proxy.asked(), Vec::<String>::new());
    assert!(!broker.asked().is_empty());
}

#[test]
fn a_proxy_that_is_down_is_named_as_what_may_be_wrong() {
    let workspace = Workspace::new();
    let variables = [("HTTP_PROXY", "http://me:s3cret@127.0.0.1:9")];
    let told = ask(&workspace, &variables, &["-b", "http://broker.invalid"]).expect_code(3);
    insta::assert_snapshot!(told.stderr, @r"
    error: GET http://broker.invalid/: the broker could not be reached (1 attempt): Connection refused (os error 111)
    hint: check the broker's base URL, and that the broker runs; or the proxy that HTTP_PROXY names
    ");
}

/// Variables with their values.
type Variables<'v> = &'v [(&'v str, &'v str)];

#[test]
fn certificates_of_an_authority_of_ones_own_are_believed_if_it_is_named() {
    let workspace = Workspace::new();
    let authority = Authority::new();
    let file = workspace.file("roots/authority.pem", &authority.certificate).display().to_string();
    let folder = workspace.path().join("roots").display().to_string();
    let broker = Peer::with_tls(answer("200 OK", EMPTY_BROKER), authority.server(false));
    let url = format!("https://localhost:{}", broker.port());
    let believed: [(Variables<'_>, &[&str]); 8] = [
        (&[], &["-c", &file]),
        (&[], &["--ssl-certificate", &file, "--ssl-trust-store", "false"]),
        (&[("SSL_CERT_FILE", &file)], &[]),
        (&[("SSL_CERT_FILE", &file)], &["--ssl-trust-store=false"]),
        (&[("SSL_CERT_DIR", &folder)], &[]),
        (&[], &["--skip-ssl-verification"]),
        (&[("PACT_DISABLE_SSL_VERIFICATION", "true")], &[]),
        (&[("SSL_SKIP_VERIFICATION", "true")], &[]),
    ];
    for (variables, words) in believed {
        let told = ask(&workspace, variables, &[words, &["-b", &url]].concat());
        assert_eq!(told.code, 0, "{variables:?} {words:?}: {}", told.stderr);
    }
    for variables in [&[][..], &[("PACT_DISABLE_SSL_VERIFICATION", "false")]] {
        let told = ask(&workspace, variables, &["-b", &url]).expect_code(3);
        assert!(told.stderr.contains("certificate") && told.stderr.contains("--ssl-certificate"), "{}", told.stderr);
    }
}

#[test]
fn a_broker_that_asks_for_a_certificate_of_the_client_gets_it() {
    let workspace = Workspace::new();
    let authority = Authority::new();
    let root = workspace.file("authority.pem", &authority.certificate).display().to_string();
    let client = workspace.file("client.pem", &authority.client).display().to_string();
    let broker = Peer::with_tls(answer("200 OK", EMPTY_BROKER), authority.server(true));
    let url = format!("https://localhost:{}", broker.port());
    let words = ["-c", root.as_str(), "-b", &url];
    ask(&workspace, &[("X509_CLIENT_CERT_FILE", &client), ("X509_CLIENT_KEY_FILE", &client)], &words).expect_code(0);
    ask(&workspace, &[("X509_CLIENT_CERT_FILE", &client)], &words).expect_code(0);
    ask(&workspace, &[], &words).expect_code(3);
    let told = ask(&workspace, &[("X509_CLIENT_CERT_FILE", &root)], &words).expect_code(2);
    assert!(told.stderr.contains("the client certificate or key in `"), "{}", told.stderr);
}

const SECRET: &str = "a-s3cret-that-nobody-may-see";

/// What the broker is sent as credentials.
fn sent(broker: &Peer) -> String {
    let asked = broker.next();
    let found = asked.lines().find(|line| line.to_ascii_lowercase().starts_with("authorization: "));
    broker.asked();
    found.map_or("nothing", |line| &line["authorization: ".len()..]).to_owned()
}

#[test]
fn credentials_come_from_flags_variables_files_or_the_url() {
    use base64::Engine as _;
    let workspace = Workspace::new();
    let broker = Peer::answering(answer("200 OK", EMPTY_BROKER));
    let url = broker.url();
    let file = workspace.file("secret", &format!("{SECRET}\n")).display().to_string();
    let bearer = format!("Bearer {SECRET}");
    let basic = base64::engine::general_purpose::STANDARD.encode(format!("me:{SECRET}"));
    let basic = format!("Basic {basic}");
    let in_url = url.replace("://", &format!("://me:{SECRET}@"));
    let token = ("PACT_BROKER_TOKEN", SECRET);
    let token_file = ("PACT_BROKER_TOKEN_FILE", file.as_str());
    let user = ("PACT_BROKER_USERNAME", "me");
    let rows: [(Variables<'_>, &[&str], &str); 10] = [
        (&[], &["-b", &url], "nothing"),
        (&[], &["-b", &url, "-k", SECRET], &bearer),
        (&[token], &["-b", &url], &bearer),
        (&[token_file], &["-b", &url], &bearer),
        (&[], &["-b", &url, "-u", "me", "-p", SECRET], &basic),
        (&[user, ("PACT_BROKER_PASSWORD", SECRET)], &["-b", &url], &basic),
        (&[user, ("PACT_BROKER_PASSWORD_FILE", &file)], &["-b", &url], &basic),
        (&[], &["-b", &in_url], &basic),
        (&[], &["-b", &url, "-u", "me", "-p", "other", "-k", SECRET], &bearer),
        (&[("PACT_BROKER_TOKEN", "other")], &["-b", &url, "-u", "me", "-p", SECRET], &basic),
    ];
    for (variables, words, expected) in rows {
        ask(&workspace, variables, words).expect_code(0);
        assert_eq!(sent(&broker), expected, "{variables:?} {words:?}");
    }
    let told = ask(&workspace, &[("PACT_BROKER_TOKEN_FILE", "nowhere")], &["-b", &url]).expect_code(2);
    assert!(told.stderr.contains("PACT_BROKER_TOKEN_FILE names the file nowhere"), "{}", told.stderr);
}

#[test]
fn a_pact_is_fetched_where_its_url_says_and_credentials_of_variables_stay_with_their_broker() {
    use base64::Engine as _;
    let workspace = Workspace::new();
    let pact = answer("200 OK", r#"{"consumer":{"name":"C"},"provider":{"name":"P"},"interactions":[]}"#);
    let (broker, other) = (Peer::answering(pact.clone()), Peer::answering(pact));
    let (broker_url, other_url) = (broker.url(), other.url());
    let basic = format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(format!("me:{SECRET}")));
    let bearer = format!("Bearer {SECRET}");
    let with_secret = |url: &str| url.replace("://", &format!("://me:{SECRET}@"));
    let (broker_with_secret, other_with_secret) = (with_secret(&broker_url), with_secret(&other_url));
    let named = ("PACT_BROKER_BASE_URL", broker_url.as_str());
    let token = ("PACT_BROKER_TOKEN", SECRET);
    let password = [named, ("PACT_BROKER_USERNAME", "me"), ("PACT_BROKER_PASSWORD", SECRET)];
    let missing = ("PACT_BROKER_TOKEN_FILE", "nowhere");
    let rows: [(Variables<'_>, &[&str], &str, &str); 13] = [
        (&[named], &[], &other_url, "nothing"),
        (&[named, token], &[], &broker_url, &bearer),
        (&[named, token], &[], &other_url, "nothing"),
        (&password, &[], &broker_url, &basic),
        (&password, &[], &other_url, "nothing"),
        (&[token], &[], &other_url, "nothing"),
        (&[named, missing], &[], &other_url, "nothing"),
        (&[token], &["-b", &other_url], &other_url, &bearer),
        (&[named, token], &["-b", &other_url], &broker_url, "nothing"),
        (&[named], &["-k", SECRET], &other_url, &bearer),
        (&[("PACT_BROKER_BASE_URL", &broker_with_secret)], &[], &broker_url, &basic),
        (&[("PACT_BROKER_BASE_URL", &broker_with_secret)], &[], &other_url, "nothing"),
        (&[named, token], &[], &other_with_secret, &basic),
    ];
    for (variables, words, base, expected) in rows {
        let url = format!("{base}/pacts/1?x=2");
        let show = ["pact", "show", &url, "--retries", "0"];
        workspace.intact_in(variables, show.iter().chain(words)).expect_code(0);
        let (asked, left_alone) = if base == broker_url { (&broker, &other) } else { (&other, &broker) };
        let asked = asked.next();
        assert!(asked.starts_with("GET /pacts/1?x=2 HTTP/1.1\r\n"), "{variables:?} {words:?}: {asked}");
        let found = asked.lines().find(|line| line.to_ascii_lowercase().starts_with("authorization: "));
        let sent = found.map_or("nothing", |line| &line["authorization: ".len()..]);
        assert_eq!(sent, expected, "{variables:?} {base}");
        assert_eq!(left_alone.asked(), Vec::<String>::new(), "{variables:?} {base}");
    }
}

#[test]
fn files_with_secrets_that_a_command_does_not_need_are_not_read() {
    let workspace = Workspace::new();
    let broker = Peer::answering(answer("200 OK", EMPTY_BROKER));
    let variables = [("PACT_BROKER_LOG_FILE", "/nowhere/log"), ("PACT_BROKER_DATABASE_PASSWORD_FILE", "/nowhere/else")];
    ask(&workspace, &variables, &["-b", &broker.url()]).expect_code(0);
    workspace.intact_in(&[("PACT_BROKER_TOKEN_FILE", "/nowhere")], ["generate-uuid"]).expect_code(0);
    let clean = ["broker", "clean", "--dry-run"];
    let told = workspace.intact_in(&variables[1..], clean).expect_code(2);
    assert!(told.stderr.contains("PACT_BROKER_DATABASE_PASSWORD_FILE names the file /nowhere/else"), "{}", told.stderr);
}

#[cfg(unix)]
#[test]
fn a_file_for_the_log_stops_no_server_whatever_is_in_it() {
    let workspace = Workspace::new();
    workspace.file("pact.json", &crate::world::web().to_string());
    let lines = workspace.file("old.log", "one line\nand another\n");
    let servers: [(&[&str], &str); 4] = [
        (&["broker", "serve", "-p", "0", "--database-url", "sqlite://broker.sqlite"], "has stopped"),
        (&["mock", "start", "-p", "0"], "has stopped"),
        (&["mock", "-f", "pact.json"], "Ctrl-C ends it"),
        (&["stub", "pact.json"], ""),
    ];
    for file in ["/nowhere/log", "/", &lines.display().to_string()] {
        for (words, end) in servers {
            let server = workspace.try_start(&[("PACT_BROKER_LOG_FILE", file)], words);
            let server = server.unwrap_or_else(|ended| panic!("{words:?} with {file}: {ended:?}"));
            let told = server.interrupt().stderr;
            assert!(told.contains(end), "{words:?}: {told}");
            // Only a broker would be expected to know the variable.
            let warning = format!(
                "warning: PACT_BROKER_LOG_FILE is set, but nothing is logged to {file}: logs go to standard error\n"
            );
            assert_eq!(told.contains(&warning), words[0] == "broker", "{words:?}: {told}");
        }
    }
}

#[cfg(unix)]
#[test]
fn every_setting_of_a_broker_may_be_in_a_file() {
    let workspace = Workspace::new();
    let port = workspace.file("port", "none");
    let variables = [("PACT_BROKER_PORT_FILE", port.to_str().expect("text"))];
    let words = ["broker", "serve", "--database-url", "sqlite://broker.sqlite"];
    let Err(told) = workspace.try_start(&variables, words) else { panic!("it is no port") };
    assert!(told.stderr.contains("PACT_BROKER_PORT is `none`"), "{told:?}");
    let tokens = workspace.file("tokens", "s3cret-s3cret-s3cret-s3cret");
    let variables = [("INTACT_BROKER_WRITE_TOKENS_FILE", tokens.to_str().expect("text"))];
    let Ok(broker) = workspace.try_start(&variables, words.into_iter().chain(["-p", "0"])) else {
        panic!("it does not start")
    };
    let ask = |more: &[&str]| workspace.intact([&["list-environments", "-b", &broker.url], more].concat()).code;
    assert_eq!((ask(&[]), ask(&["-k", "s3cret-s3cret-s3cret-s3cret"])), (3, 0));
}

#[test]
fn nobody_gets_to_see_a_secret() {
    let workspace = Workspace::new();
    let pact = r#"{"consumer":{"name":"C"},"provider":{"name":"P"},"interactions":[{"description":"d"}]}"#;
    workspace.file("pact.json", pact);
    // A broker that says what it was told, as some do.
    let echo = format!(r#"{{"error":"I do not know Bearer {SECRET}","errors":["what is {SECRET}?"]}}"#);
    let refusing = Peer::answering(answer("401 Unauthorized", &echo));
    let gone = "http://127.0.0.1:9";
    for base in [refusing.url().as_str(), gone] {
        let with_secret = base.replace("://", &format!("://me:{SECRET}@"));
        let credentials: [&[&str]; 3] =
            [&["-b", base, "-k", SECRET], &["-b", base, "-u", "me", "-p", SECRET], &["-b", &with_secret]];
        let commands: [&[&str]; 5] = [
            &["list-environments"],
            &["can-i-deploy", "-a", "A", "-e", "1"],
            &["publish", "pact.json", "-a", "1"],
            &["record-deployment", "-a", "A", "-e", "1", "--environment", "test"],
            &["describe-pacticipant", "--name", "A", "-o", "json"],
        ];
        for (command, credentials) in commands.iter().flat_map(|one| credentials.iter().map(move |of| (one, of))) {
            for log in [&["--verbose"][..], &["--log-level", "trace"]] {
                let told = workspace.intact([*command, *credentials, log, &["--retries", "0"]].concat());
                let shown = format!("{}{}", told.stdout, told.stderr);
                assert_eq!(told.code, 3, "{command:?}: {shown}");
                assert!(!shown.contains(SECRET), "{command:?} {log:?}: {shown}");
                assert!(shown.contains("DEBUG"), "{command:?} {log:?}: {shown}");
            }
        }
    }
}
