"""Verifies pact files with pact-python: the provider's port, then the files."""

import sys

from pact import Verifier

port, *files = sys.argv[1:]
verifier = (
    Verifier("everything-service", host="127.0.0.1")
    .add_transport(url=f"http://127.0.0.1:{port}")
    .add_transport(protocol="message", port=int(port), path="/_messages")
    .state_handler(f"http://127.0.0.1:{port}/_states", body=True)
)
for file in files:
    verifier.add_source(file)
try:
    verifier.verify()
except RuntimeError as error:
    print(error, verifier.results, sep="\n")
    sys.exit(1)
