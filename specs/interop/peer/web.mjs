// Between Node's requests and the web's.

import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";

const maxBody = 1 << 20;

// requestOf turns what arrived into a Request under the name it was sent to,
// body bytes unchanged: signatures are over them.
export async function requestOf(incoming) {
  const headers = new Headers();
  for (let i = 0; i < incoming.rawHeaders.length; i += 2) {
    headers.append(incoming.rawHeaders[i], incoming.rawHeaders[i + 1]);
  }
  const url = new URL(incoming.url, `http://${incoming.headers.host ?? "localhost"}`);
  if (incoming.method === "GET" || incoming.method === "HEAD") {
    return new Request(url, { method: incoming.method, headers });
  }
  if (Number(incoming.headers["content-length"] ?? 0) > maxBody) {
    throw Object.assign(new Error("too large"), { status: 413 });
  }
  return new Request(url, { method: incoming.method, headers, body: await buffer(incoming) });
}

export async function answer(outgoing, response) {
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  if (!response.body) return outgoing.end();
  const body = Readable.fromWeb(response.body);
  body.on("error", () => outgoing.destroy());
  body.pipe(outgoing);
}
