#!/usr/bin/env node
// A server of the fediverse that is not Palier, on loopback, driven over HTTP.
//
//   node peer/server.mjs [--port N] [--control-port N] [--first-knock SPEC] [--whole]
//
// Ports are free ones unless given. SPEC is how it signs its first request to a
// host: rfc9421 (the default) or draft-cavage-http-signatures-12. With --whole
// it says that it takes whole activities from groups (FEP-1b12). When it
// listens it prints one line of JSON: {"ready":true,"origin","control","actor",
// "handle"}. It runs until interrupted and remembers nothing.

import { createServer } from "node:http";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";

import { controls } from "./control.mjs";
import { Peer } from "./peer.mjs";
import { answer, requestOf } from "./web.mjs";

// startPeer starts a server and resolves once it listens. Its close() resolves
// once nothing of it is left.
export async function startPeer({ port = 0, controlPort = 0, firstKnock = "rfc9421", whole = false } = {}) {
  let peer;
  const web = await listen(port, (request) => peer.serve(request));
  const origin = `http://localhost:${web.address().port}`;
  peer = new Peer(origin, { firstKnock, whole });
  const handle = controls(peer);
  const control = await listen(controlPort, handle);
  return {
    origin,
    control: `http://127.0.0.1:${control.address().port}`,
    actor: peer.actor.href,
    handle: peer.handle,
    async close() {
      peer.stop();
      await Promise.all([end(web), end(control)]);
    },
  };
}

function listen(port, handle) {
  const server = createServer(async (incoming, outgoing) => {
    let response;
    try {
      response = await handle(await requestOf(incoming));
    } catch (error) {
      response = Response.json({ error: error.message }, { status: error.status ?? 500 });
      if (!error.status) console.error(error);
    }
    await answer(outgoing, response);
  });
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => resolve(server));
  });
}

function end(server) {
  return new Promise((resolve) => {
    server.close(resolve);
    server.closeAllConnections();
  });
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { values } = parseArgs({
    options: {
      port: { type: "string", default: "0" },
      "control-port": { type: "string", default: "0" },
      "first-knock": { type: "string", default: "rfc9421" },
      whole: { type: "boolean", default: false },
    },
  });
  const { origin, control, actor, handle, close } = await startPeer({
    port: Number(values.port),
    controlPort: Number(values["control-port"]),
    firstKnock: values["first-knock"],
    whole: values.whole,
  });
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => close().then(() => process.exit(0)));
  console.log(JSON.stringify({ ready: true, origin, control, actor, handle }));
}
