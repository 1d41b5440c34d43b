// Verifies pact files with pact-js: the provider's port, then the files.
import { Verifier } from "@pact-foundation/pact";

const [port, ...pactUrls] = process.argv.slice(2);

try {
  await new Verifier({
    provider: "everything-service",
    providerBaseUrl: `http://127.0.0.1:${port}`,
    providerStatesSetupUrl: `http://127.0.0.1:${port}/_states`,
    transports: [{ protocol: "message", port: Number(port), path: "/_messages" }],
    pactUrls,
    logLevel: "error",
  }).verifyProvider();
} catch (error) {
  console.error(error);
  process.exit(1);
}
