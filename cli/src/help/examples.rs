//! What the help text of each command says at its end: examples, and exit codes.

/// Examples of commands, a line each. Every one of them is read by a test.
pub(super) const EXAMPLES: &[(&str, &str)] = &[
    (
        "intact",
        "intact publish pacts/ -r -b https://broker.example.com\n\
         intact verify -n Orders -b https://broker.example.com -p 8080 --publish\n\
         intact can-i-deploy -a Web -e 1.0.0 --to-environment production",
    ),
    ("init", "intact init\nintact init --role consumer --consumer Web --provider Orders --ci github --yes"),
    ("doctor", "intact doctor\nintact doctor -a Orders -b https://broker.example.com -o json"),
    (
        "verify",
        "intact verify pacts/ -n Orders -p 8080 -s http://localhost:8080/_pact/states\n\
         intact verify -n Orders -b https://broker.example.com -p 8080 --publish\n\
         intact verify pacts/Web-Orders.json -p 8080 --filter-description '^an.order$'",
    ),
    ("states", "intact states pacts/\nintact states -n Orders -b https://broker.example.com"),
    (
        "mock",
        "intact mock -f pacts/Web-Orders.json -p 8080\n\
         intact mock start -o pacts\n\
         intact mock create -f pacts/Web-Orders.json",
    ),
    (
        "stub",
        "intact stub pacts/ -p 8080 --watch\n\
         intact stub -b https://broker.example.com --provider-name Orders -p 8080 --cors",
    ),
    (
        "pact",
        "intact pact lint pacts/\n\
         intact pact diff main.json pacts/Web-Orders.json\n\
         intact pact show pacts/Web-Orders.json",
    ),
    (
        "lint",
        "intact pact lint pacts/\n\
         intact pact lint 'pacts/**/*.json' --strict --allow exact-id --format github\n\
         intact pact lint --explain exact-uuid",
    ),
    (
        "diff",
        "intact pact diff main.json pacts/Web-Orders.json --exit-code\n\
         intact pact diff https://broker.example.com/pacts/provider/Orders/consumer/Web/latest - --format markdown",
    ),
    ("show", "intact pact show pacts/Web-Orders.json --description '^an.order$' --format markdown"),
    (
        "convert",
        "intact pact convert --to v4 pacts/Web-Orders.json -o Web-Orders.v4.json\n\
         intact pact convert Web-Orders.v4.json --to v2 --lossy",
    ),
    ("merge", "intact pact merge part-1/ part-2/ -o pacts/Web-Orders.json"),
    (
        "publish",
        "intact publish pacts/ -r -b https://broker.example.com\n\
         intact publish 'pacts/**/*.json' -a 1.0.0 --branch main",
    ),
    (
        "can-i-deploy",
        "intact can-i-deploy -a Web -e 1.0.0 --to-environment production\n\
         intact can-i-deploy -a Web -e 1.0.0 --to-environment test --retry-while-unknown 30",
    ),
    ("can-i-merge", "intact can-i-merge -a Web -e 1.0.0"),
    ("record-deployment", "intact record-deployment -a Web -e 1.0.0 --environment production"),
    ("record-release", "intact record-release -a Web -e 1.0.0 --environment production"),
    ("create-environment", "intact create-environment --name staging --no-production"),
    (
        "get-pacts",
        "intact get-pacts --provider Orders --latest --download\n\
         intact get-pacts --provider Orders --consumer Web --branch main",
    ),
    ("matrix", "intact matrix -a Web --branch main -a Orders\nintact matrix -a Web --failed"),
    ("provider-states", "intact provider-states list --provider Orders"),
    (
        "create-webhook",
        "intact create-webhook https://ci.example.com/build -X POST -d @body.json --provider Orders \
         --contract-requiring-verification-published",
    ),
    ("webhook-logs", "intact webhook-logs --consumer Web --provider Orders"),
    (
        "serve",
        "intact broker serve\n\
         intact broker serve --database-url postgres://me:secret@db/contracts\n\
         intact broker serve --config broker.toml --log-level info --log-format json",
    ),
    (
        "clean",
        "intact broker clean --dry-run\n\
         intact broker clean --keep-version-selectors '[{\"branch\":true,\"latest\":true},{\"max_age\":30}]'",
    ),
    ("demo", "intact demo\nintact demo --keep"),
    ("man", "intact man can-i-deploy\nintact man --dir ~/.local/share/man/man1"),
    (
        "completions",
        "intact completions bash --dir ~/.local/share/bash-completion/completions\n\
         intact completions fish --dir ~/.config/fish/completions",
    ),
    ("generate-uuid", "intact generate-uuid"),
    ("record-undeployment", "intact record-undeployment -a Web --environment test --application-instance blue"),
    ("record-support-ended", "intact record-support-ended -a Web -e 1.0.0 --environment production"),
    (
        "update-environment",
        "intact update-environment --uuid 16926ef3-590f-4e3f-838e-719717aa88c9 --display-name Staging",
    ),
    ("list-environments", "intact list-environments -b https://broker.example.com -o json"),
    ("describe-environment", "intact describe-environment --uuid 16926ef3-590f-4e3f-838e-719717aa88c9"),
    ("delete-environment", "intact delete-environment --uuid 16926ef3-590f-4e3f-838e-719717aa88c9"),
    (
        "create-or-update-pacticipant",
        "intact create-or-update-pacticipant --name Web --main-branch main --repository-url https://git.example.com/web",
    ),
    ("list-pacticipants", "intact list-pacticipants -b https://broker.example.com"),
    ("describe-pacticipant", "intact describe-pacticipant --name Web"),
    ("delete-pacticipant", "intact delete-pacticipant --name Web"),
    ("create-or-update-version", "intact create-or-update-version -a Web -e 1.0.0 --branch main"),
    (
        "describe-version",
        "intact describe-version -a Web -e 1.0.0\n\
         intact describe-version -a Web --environment production --deployed",
    ),
    ("create-version-tag", "intact create-version-tag -a Web -e 1.0.0 -t prod"),
    ("delete-version-tag", "intact delete-version-tag -a Web -e 1.0.0 -t prod"),
    ("list-versions", "intact list-versions -a Web --branch main --limit 10"),
    ("delete-version", "intact delete-version -a Web -e 1.0.0"),
    ("list-branches", "intact list-branches -a Web"),
    ("delete-branch", "intact delete-branch -a Web --branch feat/cart"),
    ("create-label", "intact create-label -a Web --label frontend"),
    ("delete-label", "intact delete-label -a Web --label frontend"),
    ("list-latest-pact-versions", "intact list-latest-pact-versions -b https://broker.example.com"),
    ("delete-pact", "intact delete-pact --consumer Web -e 1.0.0 --provider Orders"),
    ("list-integrations", "intact list-integrations -b https://broker.example.com"),
    ("delete-integration", "intact delete-integration --consumer Web --provider Orders"),
    (
        "create-or-update-webhook",
        "intact create-or-update-webhook https://ci.example.com/build --uuid 9da7d1c2-31b2-4c7d-9f1a-52f8d0f0f6f5 -X POST \
         --provider Orders --contract-published",
    ),
    ("list-webhooks", "intact list-webhooks -b https://broker.example.com"),
    ("describe-webhook", "intact describe-webhook --uuid 9da7d1c2-31b2-4c7d-9f1a-52f8d0f0f6f5"),
    ("test-webhook", "intact test-webhook --uuid 9da7d1c2-31b2-4c7d-9f1a-52f8d0f0f6f5"),
    ("delete-webhook", "intact delete-webhook --uuid 9da7d1c2-31b2-4c7d-9f1a-52f8d0f0f6f5"),
];

/// What variables say to a command that no flag's help names.
pub(super) const VARIABLES: &[(&str, &str)] = &[
    ("verify", SEED),
    ("mock", SEED),
    ("stub", SEED),
    (
        "can-i-deploy",
        "  PACT_BROKER_CAN_I_DEPLOY_IGNORE          names for --ignore, with commas between them
  PACT_BROKER_CAN_I_DEPLOY_DRY_RUN         the same as --dry-run
  PACT_BROKER_CAN_I_DEPLOY_EXIT_CODE_BETA  the exit code of a \"no\", instead of 1",
    ),
    (
        "can-i-merge",
        "  PACT_BROKER_CAN_I_MERGE_IGNORE   names for --ignore, with commas between them
  PACT_BROKER_CAN_I_MERGE_DRY_RUN  the same as --dry-run",
    ),
];

const SEED: &str = "  INTACT_SEED  with the same text the same random values come again, in the same build";

/// Exit codes that differ from the common ones.
pub(super) const EXIT_CODES: &[(&str, &str)] = &[
    ("doctor", OF_DOCTOR),
    ("verify", OF_VERIFY),
    ("mock", OF_MOCK),
    ("lint", OF_LINT),
    ("diff", OF_DIFF),
    ("convert", OF_CONVERT),
    ("merge", OF_MERGE),
];

const OF_DOCTOR: &str = "  0  nothing is broken, though there may be something to look at
  1  there is something to mend, such as a broker that cannot be reached
  2  wrong usage, or a file that is missing";

const OF_VERIFY: &str = "  0  the provider keeps its contracts (failures of pending ones do not count)
  1  it does not; or nothing was verified, a pact could not be read, a broker refused to give one
     (wrong credentials, too), or a result not be published
  2  wrong usage, or a report could not be written
  3  the provider, the broker or a pact's URL could not be reached, and nothing else was wrong";

const OF_LINT: &str = "  0  no errors were found
  1  errors were found, or what --deny names
  2  wrong usage; a file is missing, or is no pact";

const OF_DIFF: &str = "  0  the pacts were compared
  1  with --exit-code: a change may break the provider
  2  wrong usage; a file is missing, or is no pact
  3  the pact's URL could not be reached";

const OF_CONVERT: &str = "  0  the pact was written
  1  the version cannot say all of the pact
  2  wrong usage; a file is missing, is no pact, or cannot be written";

const OF_MERGE: &str = "  0  the pact was written
  1  the files contradict each other, or are of other contracts
  2  wrong usage; a file is missing, is no pact, or cannot be written";

const OF_MOCK: &str = "  0  done; of a mock server that was interrupted: it was used as its pact says
  1  it was not
  2  wrong usage; from `mock verify`: the mock server was not used as its pact says
  3  a port could not be had; no mock server with this id or port
  10, 20, 30, 40  the master server refused, or did not answer, `list`, `create`,
                  `shutdown` and `shutdown-master`, or `verify`";

/// The common exit codes.
pub(super) const OF_OTHERS: &str = "  0  done, or yes
  1  the contract says no, or contradicts what is published
  2  wrong usage, a file that is missing or wrong, a name that nobody knows
  3  something needed was not available, or the broker wants other credentials";
