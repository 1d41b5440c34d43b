//! `intact verify` as people and build services see it: reports, warnings, repeated runs.

use std::path::Path;

use insta::assert_snapshot;
use regex::Regex;

use crate::support::{Output, Workspace};
use crate::world::{World, pact, web};

/// A workspace with a pact of which one interaction holds and one does not.
fn workspace() -> Workspace {
    let workspace = Workspace::new();
    let interactions =
        [("a request that is answered", "/one", None), ("a request for what is gone", "/gone", Some("it is gone"))];
    workspace.file("web.json", &pact("Web", &interactions).to_string());
    workspace
}

fn verify_in(workspace: &Workspace, world: &World, variables: &[(&str, &str)], words: &str) -> Output {
    let words = format!("verify -h 127.0.0.1 -p {} {}", world.port(), words.replace("WORLD", &world.url()));
    // One after the other, so that the provider is asked in one order.
    let variables = [&[("INTACT_JOBS", "1")], variables].concat();
    workspace.intact_in(&variables, words.split(' '))
}

fn verify(workspace: &Workspace, world: &World, words: &str) -> Output {
    verify_in(workspace, world, &[], words)
}

/// A file of the workspace, with what changes from run to run made equal.
fn settled(workspace: &Workspace, world: &World, file: &str) -> String {
    let text = std::fs::read_to_string(workspace.path().join(file)).expect("the file was written");
    let text = text.replace(&world.port(), "PORT");
    let times =
        Regex::new(r#"\d+ ms|time="\d+\.\d+"|"duration": "\d+ms"|"durationMs": \d+|<duration_ms>\d+</duration_ms>"#)
            .expect("an expression");
    times.replace_all(&text, "TIME").into_owned()
}

#[test]
fn the_summary_in_markdown_names_what_failed() {
    let (workspace, world) = (workspace(), World::start());
    verify(&workspace, &world, "web.json -n Orders --markdown r.md").expect_code(1);
    assert_snapshot!(settled(&workspace, &world, "r.md"), @r"
    ### Orders: the contracts are not kept ❌

    | Consumer | Interactions | Failed | Pending failures | Published |
    |---|---|---|---|---|
    | Web | 2 | 1 | 0 |  |

    **Web: a request for what is gone**

    - status: expected 200 but was 404
    ");
}

#[test]
fn the_junit_file_has_a_case_for_each_interaction() {
    let (workspace, world) = (workspace(), World::start());
    verify(&workspace, &world, "web.json -n Orders --junit r.xml").expect_code(1);
    assert_snapshot!(settled(&workspace, &world, "r.xml"), @r#"
    <?xml version="1.0" encoding="UTF-8"?>
    <testsuites name="Orders" tests="2" failures="1" errors="0" skipped="0" TIME>
      <testsuite name="Orders" tests="2" failures="1" errors="0" skipped="0" TIME>
        <testcase name="Verifying a pact between Web and P - a request that is answered" TIME/>
        <testcase name="Verifying a pact between Web and P Given it is gone - a request for what is gone" TIME>
          <failure message="the provider's response differs from the contract"><![CDATA[status  expected 200 but was 404]]></failure>
        </testcase>
        <system-out><![CDATA[Web → P   web.json (V4)
      ✓ a request that is answered
      ✗ a request for what is gone, given it is gone
          GET /gone answered 404 Not Found
          status  expected 200 but was 404
          warning: nothing sets up the provider state `it is gone`: no state handler is configured

    1 of 2 interactions failed
    ]]></system-out>
      </testsuite>
    </testsuites>
    "#);
}

#[test]
fn the_json_file_has_the_shape_of_the_official_verifier() {
    let (workspace, world) = (workspace(), World::start());
    verify(&workspace, &world, "web.json -n Orders --json r.json").expect_code(1);
    assert_snapshot!(settled(&workspace, &world, "r.json"), @r#"
    {
      "result": false,
      "notices": [],
      "output": [
        "Web → P   web.json (V4)",
        "  ✓ a request that is answered",
        "  ✗ a request for what is gone, given it is gone",
        "      GET /gone answered 404 Not Found",
        "      status  expected 200 but was 404",
        "      warning: nothing sets up the provider state `it is gone`: no state handler is configured",
        "",
        "1 of 2 interactions failed"
      ],
      "errors": [
        {
          "interaction": "Verifying a pact between Web and P Given it is gone - a request for what is gone",
          "mismatch": {
            "type": "mismatches",
            "mismatches": [
              {
                "type": "StatusMismatch",
                "expected": 200,
                "actual": 404,
                "mismatch": "expected 200 but was 404"
              }
            ],
            "interactionId": "id-a request for what is gone"
          }
        }
      ],
      "pendingErrors": [],
      "interactionResults": [
        {
          "interactionId": "id-a request that is answered",
          "description": "a request that is answered",
          "result": "OK",
          TIME,
          TIME
        },
        {
          "interactionId": "id-a request for what is gone",
          "description": "a request for what is gone",
          "result": "Error",
          TIME,
          TIME
        }
      ]
    }
    "#);
}

#[test]
fn the_page_of_html_stands_alone() {
    let (workspace, world) = (workspace(), World::start());
    verify(&workspace, &world, "web.json missing.json -n Orders --html r.html").expect_code(1);
    let page = settled(&workspace, &world, "r.html");
    let body = page.split_once("<body>").expect("a body").1;
    assert_snapshot!(body, @r#"

    <h1>Orders</h1>
    <p class="bad">the contracts are not kept ❌</p>
    <p class="quiet">2 interactions, 1 failed, TIME</p>
    <p class="bad"><code>missing.json</code> could not be loaded: the file cannot be read: No such file or directory (os error 2)</p>
    <h2>Web → P</h2>
    <p class="quiet"><code>web.json</code> (V4)</p>
    <div class="one"><span class="good">✓</span> a request that is answered <small>TIME</small></div>
    <details open>
    <summary><span class="bad">✗</span> a request for what is gone <small>given it is gone</small> <small>TIME</small></summary>
    <pre>GET /gone answered 404&#10;</pre>
    <table>
    <tr><th>status</th><td>expected 200 but was 404</td></tr>
    </table>
    </details>
    </body>
    </html>
    "#);
    for outside in ["<script", "http://", "https://", "<link"] {
        assert!(!page.contains(outside), "the page loads something: {outside}");
    }
}

#[test]
fn on_github_failures_are_annotations_and_the_summary_of_the_job_grows() {
    let (workspace, world) = (workspace(), World::start());
    let summary = workspace.file("summary.md", "## Earlier\n").display().to_string();
    let variables = [("GITHUB_ACTIONS", "true"), ("GITHUB_STEP_SUMMARY", summary.as_str())];

    let output = verify_in(&workspace, &world, &variables, "web.json -n Orders").expect_code(1);

    let annotations: Vec<&str> = output.stdout.lines().filter(|line| line.starts_with("::")).collect();
    assert_snapshot!(annotations.join("\n"), @"::error title=Web → P%3A a request for what is gone::status  expected 200 but was 404");
    let summary = settled(&workspace, &world, "summary.md");
    assert!(summary.starts_with("## Earlier\n### Orders: the contracts are not kept"), "{summary}");
    let elsewhere = verify(&workspace, &world, "web.json -n Orders");
    assert!(!elsewhere.stdout.contains("::error"), "{elsewhere:?}");

    let folder = workspace.path().display().to_string();
    let variables = [("GITHUB_ACTIONS", "true"), ("GITHUB_STEP_SUMMARY", folder.as_str())];
    let unwritable = verify_in(&workspace, &world, &variables, "web.json -n Orders").expect_code(1);
    assert!(unwritable.stderr.contains("warning: the summary "), "{unwritable:?}");
    assert!(unwritable.stdout.contains("::error title="), "{unwritable:?}");
}

#[cfg(unix)]
#[test]
fn a_stylesheet_makes_the_page_from_the_official_xml() {
    use std::os::unix::fs::PermissionsExt as _;

    let (workspace, world) = (workspace(), World::start());
    workspace.file("style.xslt", "<stylesheet/>");
    // Stands in for the processor: the page is its arguments.
    let processor = workspace.file("bin/xsltproc", "#!/bin/sh\necho \"$1 $2 $4 $5\" > \"$3\"\n");
    std::fs::set_permissions(&processor, std::fs::Permissions::from_mode(0o755)).expect("a file of ours");
    let with_processor = format!("{}:/usr/bin:/bin", workspace.path().join("bin").display());
    let words = "web.json -n Orders --html r.html --xslt style.xslt";

    verify_in(&workspace, &world, &[("PATH", &with_processor)], words).expect_code(1);

    assert_snapshot!(settled(&workspace, &world, "r.html"), @"--nonet --output style.xslt r.xml");
    assert_snapshot!(settled(&workspace, &world, "r.xml"), @r#"
    <?xml version="1.0" encoding="UTF-8"?>
    <report><provider>Orders</provider><result>false</result><errors><error><interaction>Verifying a pact between Web and P Given it is gone - a request for what is gone</interaction><mismatch type="mismatches"><interaction_id>id-a request for what is gone</interaction_id><mismatches><mismatch type="StatusMismatch"><description>expected 200 but was 404</description><expected>200</expected><actual>404</actual></mismatch></mismatches></mismatch></error></errors><pending_errors></pending_errors><interaction_results><interaction><interaction_id>id-a request that is answered</interaction_id><description>a request that is answered</description><result>OK</result><pending>false</pending>TIME</interaction><interaction><interaction_id>id-a request for what is gone</interaction_id><description>a request for what is gone</description><result>Error</result><pending>false</pending>TIME</interaction></interaction_results></report>
    "#);

    let missing = verify_in(&workspace, &world, &[("PATH", "/nowhere")], words).expect_code(2);
    assert_snapshot!(missing.stderr, @r"
    error: the stylesheet style.xslt cannot be used: the program xsltproc cannot be run: No such file or directory (os error 2)
    hint: install xsltproc; without --xslt the page has a layout of its own; the report as XML is in r.xml
    ");
    assert_snapshot!(verify(&workspace, &world, "web.json --xslt style.xslt").expect_code(2).stderr, @r"
    error: --xslt makes the report of --html, but there is none
    hint: say with --html where to write it
    ");
}

#[test]
fn a_work_tree_that_no_version_stands_for_is_a_warning() {
    let (workspace, world) = (workspace(), World::start());
    let git = |words: &str| {
        let words = format!("-c user.name=Me -c user.email=me@example.com {words}");
        workspace.run(Path::new("git"), words.split(' ')).expect_code(0)
    };
    git("init --quiet --initial-branch main");
    git("add web.json");
    git("commit --quiet --message first");
    let commit = git("rev-parse HEAD").stdout.trim().to_owned();
    let publishing = "-b WORLD -n P --publish";

    let clean = verify(&workspace, &world, publishing).expect_code(0);
    assert_eq!(clean.stderr, format!("publishing for version {commit} of branch main, as detected\n"));
    assert!(world.asked().contains(&format!(r#""providerApplicationVersion":"{commit}""#)));

    workspace.file("web.json", "changed");
    let dirty = verify(&workspace, &world, &format!("{publishing} --provider-version 1")).expect_code(0);
    assert_snapshot!(dirty.stderr, @"warning: the work tree has changes that are not committed, so the results may not be those of the version");
}

#[test]
fn only_what_failed_is_verified_again_until_nothing_fails() {
    let (workspace, world) = (workspace(), World::start());
    let again = || {
        let output = verify(&workspace, &world, "web.json --json r.json --last-failed");
        let asked: Vec<String> =
            world.asked().lines().map(|line| line.split(" [").next().unwrap_or(line).to_owned()).collect();
        format!("{} {}; {}", output.code, asked.join(", "), output.stderr.trim_end())
    };
    assert_snapshot!(again(), @"1 GET /one, GET /gone; nothing failed in the last run, so everything is verified");
    assert_snapshot!(again(), @"1 GET /gone;");
    workspace.file(
        "web.json",
        &pact("Web", &[("a request that is answered", "/one", None), ("a request for what is gone", "/two", None)])
            .to_string(),
    );
    assert_snapshot!(again(), @"0 GET /two;");
    assert_snapshot!(again(), @"0 GET /one, GET /two; nothing failed in the last run, so everything is verified");
}

#[test]
fn a_broker_that_is_unwell_is_asked_again_as_often_as_told() {
    let (workspace, world) = (Workspace::new(), World::start());
    for (retries, attempts) in [("0", 1), ("1", 2)] {
        let output =
            verify(&workspace, &world, &format!("-u WORLD/pact/unwell.json --retries {retries}")).expect_code(3);
        assert_eq!(world.asked().lines().count(), attempts, "{output:?}");
    }
}

#[test]
fn a_webhook_names_the_one_pact_and_its_result_is_published() {
    let (workspace, world) = (Workspace::new(), World::start());
    let words = "-b WORLD -n P --webhook-callback-url WORLD/pact/web.json --publish --provider-version 1 --token abc";
    verify(&workspace, &world, words).expect_code(0);
    let asked = world.asked();
    let lines: Vec<&str> = asked.lines().map(|line| line.split(" {").next().unwrap_or(line)).collect();
    assert_snapshot!(lines.join("\n").replace(&world.port(), "PORT"), @r"
    GET /pact/web.json [authorization: Bearer abc] [host: 127.0.0.1:PORT]
    GET /one [host: 127.0.0.1:PORT]
    GET /two [host: 127.0.0.1:PORT]
    POST /results [authorization: Bearer abc] [host: 127.0.0.1:PORT]
    ");
}

#[test]
fn states_are_listed_from_files_and_from_a_broker_alike() {
    let workspace = Workspace::new();
    workspace.file("web.json", &web().to_string());
    let broker = workspace.start_broker();
    workspace.intact(["publish", "web.json", "-a", "1", "-b", &broker.url]).expect_code(0);
    let from_broker = workspace.intact(["states", "-n", "P", "-b", &broker.url]).expect_code(0).stdout;
    let from_file = workspace.intact(["states", "web.json"]).expect_code(0).stdout;
    assert_eq!(from_broker, from_file);
    assert_snapshot!(from_file, @r"
    ┌──────────┬────────────┬───────────┬──────────────┐
    │ STATE    ┆ PARAMETERS ┆ CONSUMERS ┆ INTERACTIONS │
    ╞══════════╪════════════╪═══════════╪══════════════╡
    │ it is so ┆ a          ┆ Web       ┆ 1            │
    └──────────┴────────────┴───────────┴──────────────┘
    ");
}

#[test]
fn a_failure_can_be_repeated_with_curl_and_shows_no_secret() {
    let (workspace, world) = (workspace(), World::start());
    let words = "web.json --print-curl -H Authorization=s3cret -H X-Plain=shown --filter-description gone";
    let output = verify(&workspace, &world, words).expect_code(1);
    let curl = output.stdout.lines().find(|line| line.contains("curl")).unwrap_or_default();
    assert_snapshot!(curl.replace(&world.port(), "PORT"), @"      curl -i 'http://127.0.0.1:PORT/gone' -H 'authorization: [hidden]' -H 'x-plain: shown'");
    assert!(!output.stdout.contains("s3cret"), "{output:?}");
}

#[test]
fn what_is_not_verified_at_the_deadline_fails_and_the_run_ends() {
    let (workspace, world) = (Workspace::new(), World::start());
    workspace.file("never.json", &pact("Web", &[("a", "/never", None), ("b", "/one", None)]).to_string());
    let output = verify(&workspace, &world, "never.json --deadline 1 --request-timeout 60000 --jobs 1").expect_code(1);
    assert_snapshot!(output.stdout.replace(&world.port(), "PORT"), @r"
    Web → P   never.json (V4)
      ✗ a
          the run has reached its deadline of 1s
      ✗ b
          the run has reached its deadline of 1s

    2 of 2 interactions failed
    ");
}

#[test]
fn required_states_fail_without_anything_that_sets_them_up() {
    let (workspace, world) = (workspace(), World::start());
    let output = verify(&workspace, &world, "web.json --require-states --filter-state gone").expect_code(1);
    assert_snapshot!(output.stdout, @r"
    Web → P   web.json (V4)
      ✗ a request for what is gone, given it is gone
          provider state `it is gone` could not be set up: no state handler is configured
      1 interaction left out by filters

    1 of 1 interaction failed
    hint: run again with --filter-description '^a request for what is gone$' to repeat only this one
    ");
    assert_eq!(world.asked(), "");
}

#[test]
fn a_certificate_of_nobody_is_refused_with_what_to_do() {
    use intact_mock_server::{MockServer, Options, TlsIdentity};

    let workspace = Workspace::new();
    workspace.file("web.json", &web().to_string());
    let identity = TlsIdentity::generate().expect("a certificate");
    workspace.file("ca.pem", identity.certificate_pem());
    let contract = intact_pact_model::Pact::read(web().to_string().as_bytes()).expect("a pact").value;
    let provider = MockServer::start(contract, Options::default().tls(identity)).expect("a TLS server");
    let port = provider.port().to_string();
    let verify = |more: &str| {
        let words = format!("verify web.json --transport https -h localhost -p {port} {more}");
        workspace.intact(words.split_whitespace())
    };
    let refused = verify("").expect_code(3);
    assert_snapshot!(refused.stdout.replace(&port, "PORT"), @r"
    Web → P   web.json (V4)
      ✗ one
          GET /one
          the provider cannot be reached at https://localhost:PORT: invalid peer certificate: UnknownIssuer
      ✗ two, given it is so
          GET /two
          the provider cannot be reached at https://localhost:PORT: invalid peer certificate: UnknownIssuer
          warning: nothing sets up the provider state `it is so`: no state handler is configured

    2 of 2 interactions failed
    what was needed could not be reached, so this says nothing about the contracts
    ");
    for fine in ["--ssl-certificate ca.pem", "--disable-ssl-verification"] {
        verify(fine).expect_code(0);
    }
    // The name of a transport is its scheme.
    let words = format!("verify web.json -h localhost --transports https:{port} --ssl-certificate ca.pem");
    workspace.intact(words.split(' ')).expect_code(0);
    for wrong in ["nothing.pem", "web.json"] {
        let refused = verify(&format!("--ssl-certificate {wrong}")).expect_code(2);
        assert!(refused.stderr.contains(&format!("the certificate file `{wrong}` cannot be used")), "{refused:?}");
    }
}

#[test]
fn credentials_are_in_no_output_not_even_in_the_most_talkative_log() {
    let (workspace, world) = (workspace(), World::start());
    for words in [
        "-b WORLD/secret -n P --token s3cret",
        "-b WORLD/secret -n P --user me --password s3cret",
        "-u WORLD/pact/web.json --token s3cret -H Cookie=s3cret --print-curl",
        "web.json -H Authorization=s3cret --json r.json --junit r.xml --html r.html --markdown r.md",
    ] {
        let output = verify(&workspace, &world, &format!("{words} -l trace"));
        assert!(output.stderr.contains("TRACE"), "{output:?}");
        let encoded = "bWU6czNjcmV0";
        let written = ["r.json", "r.xml", "r.html", "r.md"]
            .map(|file| std::fs::read_to_string(workspace.path().join(file)).unwrap_or_default());
        for text in [&output.stdout, &output.stderr].into_iter().chain(&written) {
            assert!(!text.contains("s3cret") && !text.contains(encoded), "{words}:\n{text}");
        }
    }
}
