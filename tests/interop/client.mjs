// Sends requests to two servers as pact-js users do, by turns with `fetch` and with axios. Reads
// {"ports": [a, b], "requests": [[one for a, one for b]]}, each {method, target, headers, body}, and writes the answers in the same
// way; bodies are base64.
import axios from "axios";
import { readFileSync } from "node:fs";

const { ports, requests } = JSON.parse(readFileSync(0, "utf8"));

async function byFetch(url, { method, headers, body }) {
  const answer = await fetch(url, { method, headers, body: body === null ? undefined : Buffer.from(body, "base64"), redirect: "manual" });
  return { status: answer.status, headers: [...answer.headers], body: Buffer.from(await answer.arrayBuffer()).toString("base64") };
}

async function byAxios(url, { method, headers, body }) {
  const all = {};
  for (const [name, value] of headers) all[name] = name in all ? `${all[name]}, ${value}` : value;
  const data = body === null ? undefined : Buffer.from(body, "base64");
  const options = { url, method, headers: all, data, maxRedirects: 0, responseType: "arraybuffer", validateStatus: () => true };
  const answer = await axios.request(options);
  const lines = Object.entries(answer.headers).map(([name, value]) => [name, [value].flat().join(", ")]);
  return { status: answer.status, headers: lines, body: Buffer.from(answer.data ?? "").toString("base64") };
}

const answers = [];
for (const [at, pair] of requests.entries()) {
  const both = [];
  for (const [of, request] of pair.entries()) {
    // `fetch` sends no body with these.
    const needsAxios = request.body !== null && ["GET", "HEAD"].includes(request.method);
    const send = needsAxios || at % 2 ? byAxios : byFetch;
    try {
      both.push(await send(`http://127.0.0.1:${ports[of]}${request.target}`, request));
    } catch (error) {
      both.push({ status: 0, headers: [], body: Buffer.from(String(error.code ?? error.name)).toString("base64") });
    }
  }
  answers.push(both);
}
process.stdout.write(JSON.stringify(answers));
