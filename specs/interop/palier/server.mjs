// A real `palier serve` on loopback, and `palier admin` beside it.

import assert from "node:assert/strict";
import { createServer } from "node:net";

import { open } from "./database.mjs";
import { start, run } from "./processes.mjs";
import { folder, program } from "./program.mjs";
import { Visitor } from "./visitor.mjs";

const patience = 20; // seconds

export class Palier {
  // start starts a server on an empty database of engine, and ends it with
  // test t: as an operator would, and not without a complaint if it had any.
  static async start(t, engine) {
    const binary = await program();
    const place = folder("server");
    const { address, drop } = await open(engine, place);
    const port = await freePort();
    const palier = new Palier(binary, ["--database", address, "--url", `http://localhost:${port}`, "--media", place]);
    palier.url = `http://localhost:${port}`;
    palier.host = `localhost:${port}`;
    palier.process = start(binary, [
      "serve", ...palier.server,
      "--listen", `127.0.0.1:${port}`, "--peers-allow", "127.0.0.0/8,::1/128", "--first-retry", "1s",
    ]);
    t.after(() => palier.stop().finally(drop));
    await palier.process.says(palier.url, patience).catch((error) => {
      assert.fail(`palier serve is not there: ${error.message}\n${palier.process.told.error}`);
    });
    return palier;
  }

  constructor(binary, server) {
    Object.assign(this, { binary, server });
  }

  async stop() {
    const { child, told, ended, kill } = this.process;
    child.kill("SIGTERM");
    const late = setTimeout(kill, patience * 1000);
    const { code, signal } = await ended;
    clearTimeout(late);
    assert.equal(signal ?? code, 0, `palier serve did not end well\n${told.error}`);
    assert.deepEqual(told.error.split("\n").filter((line) => /level=ERROR|^panic: /.test(line)), []);
  }

  // admin does something at the operator's shell and returns the words of the
  // line it printed last.
  async admin(...args) {
    const printed = await run(this.binary, ["admin", ...this.server, ...args], { seconds: patience });
    return printed.trim().split("\n").at(-1).split("\t");
  }

  // settle makes a neighbourhood with one verified resident, who looks after it.
  async settle(name) {
    const resident = `${name}_resident`;
    const email = `${name}@people.example`;
    const password = "une phrase de passe assez longue";
    await this.admin("neighbourhood", "create", name, "--title", `Quartier ${name}`);
    await this.admin("person", "create", resident, email, "--password", password, "--verified", "--in", name);
    await this.admin("moderator", "add", name, resident);
    return { name, id: `${this.url}/g/${name}`, handle: `@${name}@${this.host}`, resident, email, password };
  }

  // post lets the resident of a neighbourhood post there, for everyone.
  async post({ name, resident }, text) {
    const [id, page] = await this.admin("post", "--as", resident, "--in", name, "--text", text, "--public");
    return { id: `${this.url}/o/${id}`, thread: `${this.url}/t/${id}`, page };
  }

  // document returns an ActivityStreams document, asked for by nobody in
  // particular.
  async document(url) {
    const response = await fetch(url, { headers: { Accept: "application/activity+json" } });
    assert.equal(response.status, 200, url);
    return response.json();
  }

  // items returns what the first page of a collection holds.
  async items(url) {
    const { first } = await this.document(url);
    return (await this.document(first)).orderedItems;
  }

  visitor() {
    return new Visitor(this.url);
  }
}

async function freePort() {
  const server = createServer();
  await new Promise((resolve, reject) => server.once("error", reject).listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}
