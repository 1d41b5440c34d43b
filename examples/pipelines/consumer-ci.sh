#!/bin/sh
# A consumer's build: run the tests that write the contracts, publish the contracts, and say whether they fit.
#
#   PACT_BROKER_BASE_URL=https://broker.example.com CONSUMER=order-service ./consumer-ci.sh cargo test
#
# What it reads from the environment:
#   PACT_BROKER_BASE_URL   where the broker is; also PACT_BROKER_TOKEN, or PACT_BROKER_USERNAME and PACT_BROKER_PASSWORD
#   CONSUMER               the consumer's name, as it stands in its contracts
#   VERSION, BRANCH        of the consumer; the commit and the branch of Git, unless given
#   PACTS                  the folder that the tests write contracts to
#   PACT_CLI               the command line: intact, or the official pact

# Stop at the first command that fails, and at a variable that is not set.
set -eu

PACT_CLI="${PACT_CLI:-intact}"
PACTS="${PACTS:-target/pacts}"
: "${PACT_BROKER_BASE_URL:?is not set: where is the broker?}" "${CONSUMER:?is not set: whose contracts are these?}"

# The commit is the best version there is: it is unique, and it names exactly what was tested.
VERSION="${VERSION:-$(git rev-parse HEAD)}"

# Contracts belong to a branch, so that a provider can ask for those of the main branch. Build services often check out a commit and
# no branch; then set BRANCH from their variables.
BRANCH="${BRANCH:-$(git rev-parse --abbrev-ref HEAD)}"

# The tests of the consumer; they write the contracts. A failure ends the build here: nothing is published.
"$@"

# Publishing the same version again with other contents is refused, since results may already refer to it.
"$PACT_CLI" broker publish "$PACTS" --consumer-app-version "$VERSION" --branch "$BRANCH"

# Do the providers' main branches keep the new contracts? "No" and "not known yet" are news for the author of this change and no
# reason to stop: deploy.sh is where the gate is. --dry-run makes it an answer without consequence.
"$PACT_CLI" broker can-i-merge --pacticipant "$CONSUMER" --version "$VERSION" --dry-run
