// Somebody with a browser: reads pages, sends forms, keeps cookies.

import assert from "node:assert/strict";

export class Visitor {
  #cookies = new Map();

  constructor(url) {
    this.url = url;
  }

  // read returns the status and the text of a page.
  read(path) {
    return this.#ask(path, { method: "GET" });
  }

  // send sends a form and returns the page it leads to.
  send(path, fields) {
    return this.#ask(path, { method: "POST", body: new URLSearchParams(fields) });
  }

  // leads sends a form and returns the address that its answer leads to.
  async leads(path, fields) {
    const { headers } = await this.#fetch(new URL(path, this.url), { method: "POST", body: new URLSearchParams(fields) });
    return headers.get("Location");
  }

  async signIn({ email, password }) {
    const { status } = await this.send("/signin", { email, password, back: "/" });
    assert.equal(status, 200, "sign in");
  }

  async #ask(path, request) {
    const url = new URL(path, this.url);
    const response = await this.#fetch(url, request);
    const text = await response.text();
    const next = response.headers.get("Location");
    return next ? this.read(new URL(next, url)) : { status: response.status, text, url: url.href };
  }

  async #fetch(url, request) {
    const headers = {
      Accept: "text/html",
      "Accept-Language": "en",
      "Sec-Fetch-Site": "same-origin",
      Cookie: [...this.#cookies].map(([name, value]) => `${name}=${value}`).join("; "),
    };
    const response = await fetch(url, { ...request, headers, redirect: "manual" });
    for (const cookie of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie);
      this.#cookies.set(name, value);
    }
    return response;
  }
}
