// Verifies with pact-js; its options are the argument, as JSON.
import { Verifier } from "@pact-foundation/pact";

try {
  await new Verifier({ ...JSON.parse(process.argv[2]), logLevel: "error" }).verifyProvider();
} catch (error) {
  console.error(error);
  process.exit(1);
}
// Connections that are kept open would keep it from ending.
process.exit(0);
