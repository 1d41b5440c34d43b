use anstream::ColorChoice;

use super::*;
use crate::context::Environment;
use crate::printer::testing::keeping;

fn asked(answers: &str) -> (Result<(Role, String, BuildService), String>, String) {
    let (printer, _, err) = keeping(ColorChoice::Never);
    let context = Context { printer, environment: Environment::default() };
    let mut questions = Questions::new(Ok(answers.as_bytes()), false, &context);
    let mut ask = || {
        let role = questions.choice("Which side", "--role", None, None)?;
        let name = questions.name("What name", "--consumer", None, Some("web"))?;
        let service = questions.choice("Which service", "--ci", None, Some(BuildService::Gitlab))?;
        Ok::<_, Problem>((role, name, service))
    };
    let result = ask().map_err(|problem| problem.to_string());
    (result, err.text())
}

#[test]
fn what_was_not_said_is_asked_for_and_a_guess_is_taken_by_a_line_without_anything() {
    let (answered, told) = asked("both\nProvider\n\n\n");
    assert_eq!(answered, Ok((Role::Provider, "web".to_owned(), BuildService::Gitlab)));
    insta::assert_snapshot!(told, @r"
    Which side: consumer, provider?
    one of consumer, provider, please
    Which side: consumer, provider?
    What name? [web]
    Which service: github, gitlab, none? [gitlab]
    ");
    let (answered, _) = asked("consumer\n My Web \nnone\n");
    assert_eq!(answered, Ok((Role::Consumer, "My Web".to_owned(), BuildService::None)));
    let (answered, _) = asked("consumer\n");
    assert_eq!(answered, Err("--consumer is missing, and there was no answer".to_owned()));
}

#[test]
fn what_is_missing_is_told_with_the_reason_and_what_helps() {
    let missing = |answers: Result<&'static [u8], &'static str>, yes: bool, guess: Option<&str>| {
        let (printer, ..) = keeping(ColorChoice::Never);
        let context = Context { printer, environment: Environment::default() };
        let problem = Questions::new(answers, yes, &context).name("What name", "--provider", None, guess);
        let error = anyhow::Error::from(problem.expect_err("nothing was said"));
        format!("{error}; {}", crate::error::hint(&error, |_| false).unwrap_or_default())
    };
    let nobody = Err("there is no terminal to ask at");
    insta::assert_snapshot!(
        [
            missing(nobody, false, Some("web")),
            missing(nobody, false, None),
            missing(Err("--yes cannot tell it from the project"), true, None),
            missing(Ok(b""), false, None),
        ]
        .join("\n"),
        @r"
    --provider is missing, and there is no terminal to ask at; say it, or say --yes to take what the project tells: web
    --provider is missing, and there is no terminal to ask at; say --provider: the project does not tell it
    --provider is missing, and --yes cannot tell it from the project; say --provider: the project does not tell it
    --provider is missing, and there was no answer; say --provider: the project does not tell it
    "
    );
}

#[test]
fn what_the_project_does_not_tell_is_not_taken_from_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let (printer, ..) = keeping(ColorChoice::Never);
    let context = Context { printer, environment: Environment::default() };
    let args = Args {
        role: Some(Role::Consumer),
        consumer: None,
        provider: None,
        ci: None,
        yes: true,
        dir: folder.path().to_owned(),
    };
    let error = run(&args, &context).expect_err("nobody knows the provider").to_string();
    assert_eq!(error, "--provider is missing, and --yes cannot tell it from the project");
}

/// The job that a project gets.
fn job(role: Role, is_rust: bool, service: BuildService) -> String {
    let project = project(is_rust, false);
    let mut files = files(role, &project, service, "web", "orders");
    files.pop().expect("a job").content
}

#[test]
fn jobs_of_other_languages_leave_their_commands_to_the_user() {
    for service in [BuildService::Github, BuildService::Gitlab] {
        let consumer = job(Role::Consumer, false, service);
        assert!(consumer.contains("# TODO: what runs your tests"), "{consumer}");
        assert!(consumer.contains("intact publish pacts --auto-detect"), "{consumer}");
        let provider = job(Role::Provider, false, service);
        assert!(provider.contains("# TODO: what builds your service\n"), "{provider}");
        assert!(provider.contains("# TODO: what starts it in the background"), "{provider}");
        for job in [consumer, provider] {
            assert!(!["cargo test", "cargo build", "cargo run"].iter().any(|command| job.contains(command)), "{job}");
        }
    }
    let next = |role| next_steps(role, &project(false, false), BuildService::Gitlab, "web", "orders");
    let (consumer, provider) = (next(Role::Consumer), next(Role::Provider));
    let wanted = "put what runs your tests into contracts.gitlab-ci.yml, and the folder of their pact files if it is not pacts\n";
    assert!(consumer.contains(wanted), "{consumer}");
    assert!(provider.contains("put what builds and starts your service into contracts.gitlab-ci.yml\n"), "{provider}");
}

#[test]
fn jobs_of_rust_run_as_they_stand() {
    for service in [BuildService::Github, BuildService::Gitlab] {
        let consumer = job(Role::Consumer, true, service);
        assert!(
            consumer.contains("cargo test\n") && consumer.contains("intact publish target/pacts --auto"),
            "{consumer}"
        );
        let provider = job(Role::Provider, true, service);
        assert!(provider.contains("cargo build\n") && provider.contains("cargo run & #"), "{provider}");
        for job in [consumer, provider] {
            let left = ["TODO", "_COMMAND", "PACT_FOLDER", "IMAGE_", "CONSUMER", "PROVIDER"];
            assert!(!left.iter().any(|word| job.contains(word)), "{job}");
        }
    }
}

#[test]
fn the_commit_of_a_merge_request_is_asked_about_as_it_was_published() {
    for role in [Role::Consumer, Role::Provider] {
        let job = job(role, true, BuildService::Gitlab);
        let own = r#"version "${CI_MERGE_REQUEST_SOURCE_BRANCH_SHA:-$CI_COMMIT_SHA}""#;
        assert_eq!(job.matches(own).count(), 1, "{job}");
    }
}

#[test]
fn names_are_put_in_once_and_cannot_break_out() {
    let words = [("CONSUMER", "PROVIDER"), ("PROVIDER", "CONSUMER")];
    assert_eq!(with_words("CONSUMER/PROVIDER", &words), "PROVIDER/CONSUMER");
    let rust = project(true, true);
    let files = files(Role::Consumer, &rust, BuildService::Github, r#"We"b\"#, "it's; rm -rf /");
    assert!(files[0].content.contains(r#"Contract::between("We\"b\\", "it's; rm -rf /")"#), "{}", files[0].content);
    assert!(files[1].content.contains(r#"--pacticipant 'We"b\' --version"#), "{}", files[1].content);
}

fn project(is_rust: bool, has_axum: bool) -> Project {
    Project { name: Some("web".to_owned()), is_rust, has_axum, build_service: BuildService::Github }
}

#[test]
fn each_role_gets_what_the_project_can_use() {
    let paths = |role, project: &Project, service| -> Vec<&str> {
        files(role, project, service, "web", "orders").into_iter().map(|file| file.path).collect()
    };
    let workflow = ".github/workflows/contracts.yml";
    assert_eq!(paths(Role::Consumer, &project(true, false), BuildService::Github), [TEST_FILE, workflow]);
    assert_eq!(paths(Role::Consumer, &project(false, false), BuildService::Github), [workflow]);
    assert_eq!(paths(Role::Provider, &project(true, false), BuildService::Gitlab), ["contracts.gitlab-ci.yml"]);
    assert_eq!(paths(Role::Provider, &project(true, true), BuildService::None), [TEST_FILE]);
}

#[test]
fn the_folder_tells_the_name_and_what_is_used() {
    let folder = tempfile::tempdir().expect("a folder");
    let manifest = "[package]\nname = \"shop\"\n[dependencies]\naxum = \"0.8\"\n";
    fs::write(folder.path().join("Cargo.toml"), manifest).expect("a file");
    fs::write(folder.path().join(".gitlab-ci.yml"), "").expect("a file");
    let found = Project::look(folder.path()).expect("a project");
    assert_eq!((found.name.as_deref(), found.is_rust, found.has_axum), (Some("shop"), true, true));
    assert_eq!(found.build_service, BuildService::Gitlab);
    fs::write(folder.path().join("Cargo.toml"), "[package").expect("a file");
    let error = Project::look(folder.path()).expect_err("not TOML").to_string();
    assert!(error.starts_with("Cargo.toml cannot be read: "), "{error}");
}

#[test]
fn what_is_there_is_never_overwritten() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("Cargo.toml"), "[package]\nname = \"shop\"\n").expect("a file");
    let (printer, out, _) = keeping(ColorChoice::Never);
    let context = Context { printer, environment: Environment::default() };
    let args = |service| Args {
        role: Some(Role::Consumer),
        consumer: None,
        provider: Some("orders".to_owned()),
        ci: Some(service),
        yes: true,
        dir: folder.path().to_owned(),
    };
    assert_eq!(run(&args(BuildService::Github), &context).expect("files"), Exit::Success);
    let test = fs::read_to_string(folder.path().join(TEST_FILE)).expect("a test");
    assert!(test.contains(r#"Contract::between("shop", "orders")"#), "{test}");
    insta::assert_snapshot!(out.text(), @r"
    wrote tests/contracts.rs
    wrote .github/workflows/contracts.yml

    Next
      1  cargo add --dev intact-pact reqwest && cargo add --dev tokio --features macros,rt
      2  cargo test    (then look at target/pacts, and put your own client into tests/contracts.rs)
      3  intact broker serve    (a broker to try it with; `intact doctor` looks whether all is well)
      4  tell the build service where the broker is: PACT_BROKER_BASE_URL, and PACT_BROKER_TOKEN if it wants one
    ");
    let error = run(&args(BuildService::Gitlab), &context).expect_err("a file that is there").to_string();
    assert_eq!(error, "tests/contracts.rs is there already; nothing was written");
    assert!(!folder.path().join("contracts.gitlab-ci.yml").exists());
}
