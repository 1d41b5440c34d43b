// A consumer test written with pact-js. Writes its pact file into the folder given as the first argument.
import { MatchersV3, PactV4 } from "@pact-foundation/pact";

const { boolean, datetime, decimal, eachLike, integer, like, regex, string } = MatchersV3;

const pact = new PactV4({ consumer: "js-web", provider: "product-service", dir: process.argv[2], logLevel: "error" });

await pact
  .addInteraction()
  .given("product 42 exists", { id: "42" })
  .uponReceiving("a request for product 42")
  .withRequest("GET", "/products/42", (request) => request.headers({ Accept: "application/json" }))
  .willRespondWith(200, (response) =>
    response.headers({ "Content-Type": "application/json" }).jsonBody({
      id: regex(/\d+/, "42"),
      name: string("Wireless Headphones"),
      price: decimal(79.99),
      inStock: boolean(true),
    }),
  )
  .executeTest(async (server) => {
    const response = await fetch(`${server.url}/products/42`, { headers: { Accept: "application/json" } });
    if (response.status !== 200) throw new Error(`status ${response.status}`);
  });

await pact
  .addInteraction()
  .given("product 42 exists", { id: "42" })
  .uponReceiving("a search for products")
  .withRequest("GET", "/products", (request) => request.query({ category: "audio" }))
  .willRespondWith(200, (response) =>
    response.jsonBody({
      total: integer(1),
      products: eachLike({ id: like("42"), updatedAt: datetime("yyyy-MM-dd'T'HH:mm:ssXXX", "2026-01-02T03:04:05Z") }),
    }),
  )
  .executeTest(async (server) => {
    const response = await fetch(`${server.url}/products?category=audio`);
    if (response.status !== 200) throw new Error(`status ${response.status}`);
  });
