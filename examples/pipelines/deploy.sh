#!/bin/sh
# A deployment: ask whether the version works with all that is in the environment, deploy it, and record that it is there.
#
#   PACT_BROKER_BASE_URL=https://broker.example.com ./deploy.sh order-service 1.2.3 production kubectl apply -f order-service.yaml
#
# What it reads from the environment:
#   PACT_BROKER_BASE_URL   where the broker is; also PACT_BROKER_TOKEN, or PACT_BROKER_USERNAME and PACT_BROKER_PASSWORD
#   RETRIES, INTERVAL      how often, and after how many seconds, to ask again while results are missing
#   PACT_CLI               the command line: intact, or the official pact

# Stop at the first command that fails, and at a variable that is not set.
set -eu

PACT_CLI="${PACT_CLI:-intact}"
: "${PACT_BROKER_BASE_URL:?is not set: where is the broker?}"
if [ "$#" -lt 4 ]; then
    echo "usage: $0 APPLICATION VERSION ENVIRONMENT COMMAND..." >&2
    exit 2
fi
application="$1" version="$2" environment="$3"
shift 3

# The gate. A build of a provider may just now be verifying a new contract: ask again for a while before a missing result is a "no".
"$PACT_CLI" broker can-i-deploy --pacticipant "$application" --version "$version" --to-environment "$environment" \
    --retry-while-unknown "${RETRIES:-12}" --retry-interval "${INTERVAL:-10}"

# Only if the answer was "yes".
"$@"

# Only if the deployment succeeded: from here on others are checked against this version.
"$PACT_CLI" broker record-deployment --pacticipant "$application" --version "$version" --environment "$environment"
