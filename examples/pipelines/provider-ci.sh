#!/bin/sh
# A provider's build: start the provider, verify that it keeps its consumers' contracts, and publish the results.
#
#   PACT_BROKER_BASE_URL=https://broker.example.com PROVIDER=product-service PORT=8080 ./provider-ci.sh ./product-service
#
# What it reads from the environment:
#   PACT_BROKER_BASE_URL   where the broker is; also PACT_BROKER_TOKEN, or PACT_BROKER_USERNAME and PACT_BROKER_PASSWORD
#   PROVIDER               the provider's name, as it stands in the contracts
#   PORT                   the port that the provider listens on
#   STATES_URL             where the provider is told which state an interaction needs
#   VERSION, BRANCH        of the provider; the commit and the branch of Git, unless given
#   PACT_URL               the one contract to verify; the broker's webhook for a changed contract gives it
#   PACT_CLI               the command line: intact, or the official pact

# Stop at the first command that fails, and at a variable that is not set.
set -eu

PACT_CLI="${PACT_CLI:-intact}"
: "${PACT_BROKER_BASE_URL:?is not set: where is the broker?}" "${PROVIDER:?is not set: who is verified?}" "${PORT:?is not set}"
STATES_URL="${STATES_URL:-http://localhost:$PORT/_pact/states}"
VERSION="${VERSION:-$(git rev-parse HEAD)}"
BRANCH="${BRANCH:-$(git rev-parse --abbrev-ref HEAD)}"

# The provider runs beside the verification, and ends with this script, however that ends. Without a command it runs already.
if [ "$#" -gt 0 ]; then
    "$@" &
    provider=$!
    trap 'kill "$provider" 2>/dev/null || true' EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
fi

# Wait until it answers, whatever the answer is, but not for ever.
tries=60
until curl --silent --output /dev/null "http://localhost:$PORT/"; do
    tries=$((tries - 1))
    if [ "$tries" -eq 0 ]; then
        echo "$PROVIDER does not answer on port $PORT" >&2
        exit 1
    fi
    sleep 1
done

# What all verifications say: who is verified, where, and as which version the results are published.
set -- --provider-name "$PROVIDER" --hostname localhost --port "$PORT" --state-change-url "$STATES_URL" \
    --broker-url "$PACT_BROKER_BASE_URL" --publish --provider-version "$VERSION" --provider-branch "$BRANCH"

if [ -n "${PACT_URL:-}" ]; then
    # A contract has changed and its webhook started this build: only that one is verified.
    set -- "$@" --webhook-callback-url "$PACT_URL"
else
    # The contracts of the consumers' main branches, and those of all that is deployed or released anywhere. A contract that this
    # branch has never kept is pending: it is verified, its failures are shown, and they do not fail this build.
    set -- "$@" --enable-pending \
        --consumer-version-selectors '{"mainBranch": true}' --consumer-version-selectors '{"deployedOrReleased": true}'
fi

"$PACT_CLI" verifier "$@"
