//! Tests that pass, and what those say that do not.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::process::Command;

use insta::assert_snapshot;
use intact::matchers::like;
use intact::{Contract, MockServer, Pact, json_like};

fn contract(dir: &Path) -> Contract {
    Contract::between("order-service", "product-service").output_dir(dir).upon_receiving(
        "a request for product 42",
        |i| {
            i.given("product 42 exists")
                .get("/products/42")
                .will_respond_with(200)
                .json(json_like!({ "name": like("Desk") }))
        },
    )
}

/// A client that blocks: its answer is the body.
fn get(server: &MockServer, path: &str) -> Result<String, std::io::Error> {
    let mut stream = TcpStream::connect(server.address())?;
    write!(stream, "GET {path} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer.split_once("\r\n\r\n").map(|(_, body)| body.to_owned()).unwrap_or_default())
}

fn descriptions(dir: &Path) -> Vec<String> {
    let bytes = std::fs::read(dir.join("order-service-product-service.json")).expect("a pact file");
    Pact::read(&bytes)
        .expect("a pact")
        .value
        .interactions
        .into_iter()
        .map(|interaction| interaction.description)
        .collect()
}

fn is_written(dir: &Path) -> bool {
    dir.join("order-service-product-service.json").exists()
}

/// The text of a panic, lines and columns hidden.
fn panic_of(run: impl FnOnce()) -> String {
    let panic = catch_unwind(AssertUnwindSafe(run)).expect_err("a test that fails");
    let text =
        panic.downcast_ref::<String>().cloned().or_else(|| panic.downcast_ref::<&str>().map(|&text| text.to_owned()));
    hide_lines(&text.expect("a text"))
}

fn hide_lines(text: &str) -> String {
    let file = file!();
    let mut shown = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(file) {
        let (before, after) = rest.split_at(at + file.len());
        shown.push_str(before);
        shown.push_str(":LINE");
        rest = after.trim_start_matches(|c: char| c == ':' || c.is_ascii_digit());
        if after.ends_with(rest) && after[..after.len() - rest.len()].ends_with(':') {
            shown.push(':');
        }
    }
    shown + rest
}

fn block_on(future: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future);
}

#[tokio::test]
async fn a_test_that_does_as_it_says_writes_the_pact() {
    let dir = tempfile::tempdir().unwrap();
    contract(dir.path())
        .test(async |server| {
            assert_eq!(get(server, "/products/42")?, r#"{"name":"Desk"}"#);
            Ok(())
        })
        .await;
    assert_eq!(descriptions(dir.path()), ["a request for product 42"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn contracts_can_be_tested_on_threads_of_a_runtime() {
    let dir = tempfile::tempdir().unwrap();
    let tests: Vec<_> = (0..8)
        .map(|n| {
            let contract = Contract::between("order-service", "product-service").output_dir(dir.path());
            let contract =
                contract.upon_receiving(&format!("request {n}"), |i| i.get(format!("/{n}")).will_respond_with(204));
            tokio::task::spawn_blocking(move || {
                contract.test_blocking(|server| {
                    get(server, &format!("/{n}"))?;
                    Ok(())
                });
            })
        })
        .collect();
    for test in tests {
        test.await.unwrap();
    }
    assert_eq!(descriptions(dir.path()).len(), 8, "nothing is lost when tests write at once");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_may_be_a_task_of_its_own() {
    let dir = tempfile::tempdir().unwrap();
    let test = contract(dir.path()).test(async |server| {
        let address = server.address();
        tokio::task::spawn_blocking(move || TcpStream::connect(address)).await??;
        get(server, "/products/42")?;
        Ok(())
    });
    tokio::spawn(test).await.unwrap();
    assert!(is_written(dir.path()));
}

#[tokio::test]
async fn a_test_that_is_cut_short_writes_nothing_and_frees_the_port() {
    let dir = tempfile::tempdir().unwrap();
    let (tell, mut address) = tokio::sync::mpsc::unbounded_channel();
    let test = contract(dir.path()).test(async |server| {
        get(server, "/products/42")?;
        tell.send(server.address())?;
        std::future::pending::<()>().await;
        Ok(())
    });
    let address = tokio::select! {
        () = test => unreachable!("the test does not end of itself"),
        address = address.recv() => address.unwrap(),
    };
    std::net::TcpListener::bind(address).unwrap();
    assert!(!is_written(dir.path()));
}

#[test]
fn a_guard_writes_the_pact_when_it_is_dropped() {
    let dir = tempfile::tempdir().unwrap();
    let server = contract(dir.path()).start();
    assert!(server.url().starts_with("http://127.0.0.1:"));
    get(server.server(), "/products/42").unwrap();
    assert!(!is_written(dir.path()));
    drop(server);
    assert!(is_written(dir.path()));
}

#[test]
fn a_request_that_was_not_sent_is_named_with_what_came_instead() {
    let dir = tempfile::tempdir().unwrap();
    let text = panic_of(|| {
        contract(dir.path()).test_blocking(|server| {
            get(server, "/product/42")?;
            Ok(())
        });
    });
    assert_snapshot!(text, @r#"
    contract-dsl/tests/it/running.rs:LINE: order-service did not use product-service as their contract says

      ✗ GET /product/42 came, which the contract does not expect
          the nearest is "a request for product 42" given "product 42 exists": GET /products/42
            path  Expected '/product/42' to be equal to '/products/42'

      ✗ "a request for product 42" given "product 42 exists" never came: GET /products/42
          what came instead:
            GET /product/42
    "#);
    assert!(!is_written(dir.path()));

    let text = panic_of(|| block_on(contract(dir.path()).test(async |_| Ok(()))));
    assert_snapshot!(text, @r#"
    contract-dsl/tests/it/running.rs:LINE: order-service did not use product-service as their contract says

      ✗ "a request for product 42" given "product 42 exists" never came: GET /products/42
          no request came at all: does the client under test use the server's URL?
    "#);
    assert!(!is_written(dir.path()));

    let text = panic_of(|| drop(contract(dir.path()).start()));
    assert!(text.contains("no request came at all"), "{text}");
}

#[test]
fn an_error_of_the_code_under_test_is_passed_on_with_what_was_refused() {
    let dir = tempfile::tempdir().unwrap();
    let text = panic_of(|| {
        block_on(contract(dir.path()).test(async |server| {
            let number: u32 = get(server, "/products/42")?.parse()?;
            assert_eq!(number, 42);
            Ok(())
        }));
    });
    assert_snapshot!(text, @"contract-dsl/tests/it/running.rs:LINE: the test failed: invalid digit found in string");
    let text = panic_of(|| {
        contract(dir.path()).test_blocking(|server| {
            get(server, "/products/43")?;
            Err("the product has no price".into())
        });
    });
    assert_snapshot!(text, @r#"
    contract-dsl/tests/it/running.rs:LINE: the test failed: the product has no price

    order-service did not use product-service as their contract says

      ✗ GET /products/43 came, which the contract does not expect
          the nearest is "a request for product 42" given "product 42 exists": GET /products/42
            path  Expected '/products/43' to be equal to '/products/42'

      ✗ "a request for product 42" given "product 42 exists" never came: GET /products/42
          what came instead:
            GET /products/43
    "#);
    assert!(!is_written(dir.path()));
}

#[test]
fn a_contract_that_makes_no_sense_fails_before_anything_runs() {
    let dir = tempfile::tempdir().unwrap();
    let text = panic_of(|| {
        Contract::between("a", "b").output_dir(dir.path()).test_blocking(|_| unreachable!("there is nothing to run"));
    });
    assert_snapshot!(text, @r#"
    contract-dsl/tests/it/running.rs:LINE: the contract between a and b cannot be tested:
      - it has no interactions
    "#);
}

#[test]
fn a_pact_file_that_cannot_be_written_fails_the_test() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("order-service-product-service.json"), "no pact").unwrap();
    let text = panic_of(|| {
        contract(dir.path()).test_blocking(|server| {
            get(server, "/products/42")?;
            Ok(())
        });
    });
    assert!(text.contains("the pact file could not be written"), "{text}");
}

#[cfg(feature = "tls")]
#[tokio::test]
async fn the_server_may_speak_tls() {
    use rustls::pki_types::{CertificateDer, pem::PemObject as _};
    let identity = intact::TlsIdentity::generate().unwrap();
    let mut roots = rustls::RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(identity.certificate_pem().as_bytes()).unwrap()).unwrap();
    let dir = tempfile::tempdir().unwrap();
    contract(dir.path())
        .server(intact::ServerOptions::default().tls(identity))
        .test(async |server| {
            assert!(server.url().starts_with("https://"));
            let client = crate::http_client_that_trusts(roots);
            let answer = client.get(format!("{}/products/42", server.url())).send().await?.text().await?;
            assert_eq!(answer, r#"{"name":"Desk"}"#);
            Ok(())
        })
        .await;
    assert!(is_written(dir.path()));
}

/// Set where a test that fails is wanted; elsewhere such tests do nothing.
const FIXTURE: &str = "INTACT_TEST_FIXTURE";

fn is_wanted() -> bool {
    std::env::var_os(FIXTURE).is_some()
}

/// What a failing test prints is seen only from outside: on standard error, or on standard output, where the harness shows what
/// it has caught.
fn print_of(fixture: &str, nocapture: bool) -> String {
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", &format!("running::{fixture}")])
        .args(nocapture.then_some("--nocapture"))
        .env("RUST_BACKTRACE", "0")
        .env(FIXTURE, "1")
        .output()
        .unwrap();
    assert!(!output.status.success());
    String::from_utf8_lossy(if nocapture { &output.stderr } else { &output.stdout }).into_owned()
}

#[test]
fn the_reason_why_a_request_was_refused_stands_before_the_assertion_that_fails_for_it() {
    for fixture in ["async_client", "blocking_client_in_async", "blocking", "guard"] {
        for nocapture in [true, false] {
            let printed = print_of(&format!("fixture_assertion_after_a_refusal_{fixture}"), nocapture);
            let place =
                |text: &str| printed.find(text).unwrap_or_else(|| panic!("no {text:?} ({fixture}) in:\n{printed}"));
            let reason = place(
                "the mock server refused a request: GET /products/43 is not \"a request for product 42\" given \"product 42 exists\" \
                 (GET /products/42): path: Expected '/products/43' to be equal to '/products/42'",
            );
            let assertion = place("assertion `left == right` failed");
            let explanation = place("✗ GET /products/43 came (2 times), which the contract does not expect");
            assert!(reason < assertion && assertion < explanation, "{fixture}:\n{printed}");
            assert_eq!(printed.matches("refused a request").count(), 1, "{fixture}: a retry is no news:\n{printed}");
        }
    }
}

fn get_wrong(server: &MockServer) -> String {
    get(server, "/products/43").unwrap();
    get(server, "/products/43").unwrap()
}

#[test]
fn fixture_assertion_after_a_refusal_async_client() {
    if !is_wanted() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    block_on(contract(dir.path()).test(async |server| {
        let url = format!("http://{}/products/43", server.address());
        let client = crate::http_client();
        client.get(&url).send().await?;
        assert_eq!(client.get(&url).send().await?.status(), 200);
        Ok(())
    }));
}

#[test]
fn fixture_assertion_after_a_refusal_blocking_client_in_async() {
    if !is_wanted() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    block_on(contract(dir.path()).test(async |server| {
        assert_eq!(get_wrong(server), r#"{"name":"Desk"}"#);
        Ok(())
    }));
}

#[test]
fn fixture_assertion_after_a_refusal_blocking() {
    if !is_wanted() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    contract(dir.path()).test_blocking(|server| {
        assert_eq!(get_wrong(server), r#"{"name":"Desk"}"#);
        Ok(())
    });
}

#[test]
fn fixture_assertion_after_a_refusal_guard() {
    if !is_wanted() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let server = contract(dir.path()).start();
    assert_eq!(get_wrong(server.server()), r#"{"name":"Desk"}"#);
}

#[test]
fn a_contract_that_makes_no_sense_fails_where_the_test_is() {
    let printed = print_of("fixture_contract_without_interactions", true);
    assert!(printed.contains(&format!("panicked at {}", file!())), "{printed}");
}

#[test]
fn fixture_contract_without_interactions() {
    if is_wanted() {
        Contract::between("a", "b").start().finish();
    }
}

#[test]
fn a_guard_does_not_panic_in_a_panic() {
    let printed = print_of("fixture_panic_with_a_guard", true);
    assert!(printed.contains("the test's own panic"), "{printed}");
    assert!(printed.contains("no request came at all"), "{printed}");
    assert!(!printed.contains("panic in a destructor"), "{printed}");
}

#[test]
fn fixture_panic_with_a_guard() {
    if !is_wanted() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let _server = contract(dir.path()).start();
    panic!("the test's own panic");
}

/// Fails with what chance made, which stands in the assertion.
#[test]
fn fixture_assertion_about_a_random_value() {
    if !is_wanted() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let contract = Contract::between("a", "b").output_dir(dir.path()).upon_receiving("it", |i| {
        i.get("/").will_respond_with(200).json(json_like!({
            "name": like("x").generated_by(intact::generators::random_string(20)),
        }))
    });
    contract.test_blocking(|server| {
        assert_eq!(get(server, "/")?, "one that chance will not make");
        Ok(())
    });
}

#[test]
fn a_test_that_fails_with_random_values_prints_the_seed_that_brings_them_again() {
    let run = |seed: Option<&str>| {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", "running::fixture_assertion_about_a_random_value", "--nocapture"]);
        command.env(FIXTURE, "1").env_remove("INTACT_SEED").envs(seed.map(|seed| ("INTACT_SEED", seed)));
        let printed = String::from_utf8_lossy(&command.output().unwrap().stderr).into_owned();
        let (_, seed) = printed.split_once("the same random values come again with INTACT_SEED=").expect(&printed);
        let (_, made) = printed.split_once("left: ").expect(&printed);
        let line = |text: &str| text.lines().next().unwrap_or_default().to_owned();
        (line(seed), line(made))
    };

    let (seed, made) = run(None);

    assert!(made.contains("name"), "{made}");
    assert_eq!(run(Some(&seed)), (seed.clone(), made.clone()));
    assert_ne!(run(Some(&format!("{seed}0"))).1, made);
}
