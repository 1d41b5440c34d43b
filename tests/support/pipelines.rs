//! The scripts of `examples/pipelines`, run as build services run them.

use std::path::{Path, PathBuf};

use super::{Output, Provider, RunningBroker, Workspace};

/// The command line that each of the scripts runs.
#[derive(Clone, Copy)]
pub(crate) struct Tools<'a> {
    pub(crate) consumer: &'a Path,
    pub(crate) provider: &'a Path,
    pub(crate) deployment: &'a Path,
}

/// A consumer and a provider with their repositories, a broker, and what was deployed.
pub(crate) struct Pipelines<'a> {
    tools: Tools<'a>,
    broker_folder: Workspace,
    pub(crate) broker: RunningBroker,
    pub(crate) provider: Provider,
    consumers: Repository,
    providers: Repository,
}

/// A working copy with commits on the branch `main`.
struct Repository(Workspace);

impl Repository {
    fn new() -> Self {
        let folder = Workspace::new();
        folder.run(Path::new("git"), ["init", "--quiet", "--initial-branch", "main"]).expect_code(0);
        Self(folder)
    }

    /// Makes a commit and gives its name.
    fn commit(&self) -> String {
        let words = "-c user.name=me -c user.email=me@example.org commit --quiet --allow-empty -m change";
        self.0.run(Path::new("git"), words.split(' ')).expect_code(0);
        let told = self.0.run(Path::new("git"), ["rev-parse", "HEAD"]).expect_code(0);
        told.stdout.trim().to_owned()
    }
}

/// The consumer in the contract.
pub(crate) const CONSUMER: &str = "order-service";
/// Its provider.
pub(crate) const PROVIDER: &str = "product-service";

impl<'a> Pipelines<'a> {
    pub(crate) fn new(tools: Tools<'a>) -> Self {
        let broker_folder = Workspace::new();
        let broker = broker_folder.start_broker();
        let provider = Provider::start();
        let [consumers, providers] = [(); 2].map(|()| Repository::new());
        Self { tools, broker_folder, broker, provider, consumers, providers }
    }

    /// Builds a new commit of the consumer; its tests are a copy of the contract.
    pub(crate) fn build_consumer(&self) -> (String, Output) {
        let version = self.consumers.commit();
        let contract = intact_tests::repository().join("examples/pacts/order-service-product-service.json");
        let contract = contract.display().to_string();
        let tests = ["sh", "-c", "mkdir -p target/pacts && cp \"$0\" target/pacts", &contract];
        let variables = [("CONSUMER", CONSUMER)];
        (version, self.run("consumer-ci.sh", &self.consumers.0, self.tools.consumer, &variables, &tests))
    }

    /// Builds a new commit of the provider, which is running. More variables may say more.
    pub(crate) fn build_provider(&self, more: &[(&str, &str)], start: &[&str]) -> (String, Output) {
        let version = self.providers.commit();
        let (port, states) = (self.provider.port(), self.provider.state_change_url());
        let variables = [("PROVIDER", PROVIDER), ("PORT", port.as_str()), ("STATES_URL", states.as_str())];
        // Of two values the later one counts.
        let variables: Vec<_> = variables.iter().chain(more).copied().collect();
        (version, self.run("provider-ci.sh", &self.providers.0, self.tools.provider, &variables, start))
    }

    /// Deploys to production; what is deployed is a file with the version in it.
    pub(crate) fn deploy(&self, application: &str, version: &str) -> Output {
        let deployment = ["sh", "-c", "echo \"$1\" > \"$0\"", application, version];
        let arguments = [&[application, version, "production"], deployment.as_slice()].concat();
        self.run("deploy.sh", &self.broker_folder, self.tools.deployment, &[("RETRIES", "0")], &arguments)
    }

    /// Which version is deployed.
    pub(crate) fn deployed(&self, application: &str) -> Option<String> {
        let file = self.broker_folder.path().join(application);
        std::fs::read_to_string(file).ok().map(|version| version.trim().to_owned())
    }

    fn run(
        &self,
        script: &str,
        folder: &Workspace,
        tool: &Path,
        variables: &[(&str, &str)],
        arguments: &[&str],
    ) -> Output {
        let tool = tool.display().to_string();
        let all = [("PACT_CLI", tool.as_str()), ("PACT_BROKER_BASE_URL", self.broker.url.as_str())];
        let variables: Vec<_> = all.iter().chain(variables).copied().collect();
        folder.run_in(&variables, &script_of(script), arguments.iter())
    }
}

fn script_of(name: &str) -> PathBuf {
    intact_tests::repository().join("examples/pipelines").join(name)
}

/// From the first contract to a refused deployment: the story that all three scripts tell together.
pub(crate) fn tell(tools: Tools<'_>) {
    let pipelines = Pipelines::new(tools);

    let (order, published) = pipelines.build_consumer();
    published.expect_code(0);
    // Nobody has verified the contract yet.
    pipelines.deploy(CONSUMER, &order).expect_code(1);
    assert_eq!(pipelines.deployed(CONSUMER), None);

    let (product, verified) = pipelines.build_provider(&[], &[]);
    verified.expect_code(0);
    for (application, version) in [(PROVIDER, &product), (CONSUMER, &order)] {
        pipelines.deploy(application, version).expect_code(0);
        assert_eq!(pipelines.deployed(application).as_ref(), Some(version));
    }

    // A webhook asks for the verification of one contract.
    let url = format!("{}/pacts/provider/{PROVIDER}/consumer/{CONSUMER}/version/{order}", pipelines.broker.url);
    let (newer, verified) = pipelines.build_provider(&[("PACT_URL", &url)], &[]);
    verified.expect_code(0);
    pipelines.deploy(PROVIDER, &newer).expect_code(0);

    pipelines.provider.break_contract();
    let (broken, verified) = pipelines.build_provider(&[], &[]);
    verified.expect_code(1);
    pipelines.deploy(PROVIDER, &broken).expect_code(1);
    assert_eq!(pipelines.deployed(PROVIDER), Some(newer));
}
