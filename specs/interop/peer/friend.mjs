// A peer, as a test talks to it.

import assert from "node:assert/strict";

import { startPeer } from "./server.mjs";

// patience is how long a test waits for what should come at once.
const patience = 20;

export class Friend {
  static async start(t, options) {
    const peer = await startPeer(options);
    t.after(() => peer.close());
    return new Friend(peer);
  }

  constructor({ control, actor, handle }) {
    Object.assign(this, { control, actor, handle });
  }

  async do(deed, given) {
    const response = await fetch(`${this.control}/control/${deed}`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(given),
    });
    const answer = await response.json();
    assert.equal(response.status, 200, `${deed}: ${JSON.stringify(answer)}`);
    return answer;
  }

  async ask(question) {
    const response = await fetch(`${this.control}/control/${question}`);
    assert.equal(response.status, 200, question);
    return response.json();
  }

  // receives waits for the first activity of a type behind entry number since.
  async receives(type, since = 0) {
    const { received } = await this.ask(`inbox?type=${type}&since=${since}&wait=${patience}`);
    assert.ok(received.length > 0, `no ${type} came within ${patience} s`);
    return received[0];
  }

  // isRefused waits for the first activity of a type that nobody would take.
  async isRefused(type, since = 0) {
    const { refused } = await this.ask(`refused?type=${type}&since=${since}&wait=${patience}`);
    assert.ok(refused.length > 0, `no ${type} was refused within ${patience} s`);
    return refused[0];
  }

  // heard returns all it has received behind entry number since, without
  // waiting.
  async heard(since = 0) {
    return (await this.ask(`inbox?since=${since}`)).received;
  }
}
