// A client program, made with a library that others wrote: it signs people in
// through the pages of a server, and speaks for them.

import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";

import "./polyfills.mjs";
import { createOAuthAPIClient, createRestAPIClient, createStreamingAPIClient } from "masto";

const scope = "read write follow push";
export const outOfBand = "urn:ietf:wg:oauth:2.0:oob";

// Program is one that a server knows.
export class Program {
  static async register(url, redirectUri = outOfBand) {
    const api = createRestAPIClient({ url });
    const app = await api.v1.apps.create({ clientName: "Essai", website: "https://app.example", redirectUris: redirectUri, scopes: scope });
    return new Program(url, redirectUri, app);
  }

  constructor(url, redirectUri, { clientId, clientSecret }) {
    assert.ok(clientId && clientSecret);
    Object.assign(this, { url, redirectUri, clientId, clientSecret, oauth: createOAuthAPIClient({ url }) });
  }

  // ask has somebody allow the program to act for them, as they do in a browser,
  // and returns where that led and the code that came with it.
  async ask(visitor, verifier) {
    const question = new URLSearchParams({
      client_id: this.clientId, redirect_uri: this.redirectUri, response_type: "code", scope, state: "un état",
    });
    if (verifier) {
      question.set("code_challenge", createHash("sha256").update(verifier).digest("base64url"));
      question.set("code_challenge_method", "S256");
    }
    const { status, text } = await visitor.read(`/oauth/authorize?${question}`);
    assert.equal(status, 200);
    const held = [...text.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)">/g)].map(([, name, value]) => [name, plain(value)]);
    const led = await visitor.leads("/oauth/authorize", { ...Object.fromEntries(held), decision: "allow" });
    return { led, code: new URL(led, this.url).searchParams.get("code") };
  }

  // trade gives a code for a token.
  trade(code, verifier) {
    return this.oauth.token.create({
      grantType: "authorization_code", clientId: this.clientId, clientSecret: this.clientSecret,
      redirectUri: this.redirectUri, scope, code, ...(verifier && { codeVerifier: verifier }),
    });
  }
}

// verifier is a secret by which only who asked for a code can trade it.
export const verifier = () => randomBytes(32).toString("base64url");

// signIn lets somebody sign in with a new program and returns what speaks for
// them.
export async function signIn(palier, person) {
  const visitor = palier.visitor();
  await visitor.signIn(person);
  const program = await Program.register(palier.url);
  const secret = verifier();
  const { code } = await program.ask(visitor, secret);
  const { accessToken } = await program.trade(code, secret);
  return speaking(palier.url, accessToken);
}

// speaking is a program that has a token.
export function speaking(url, accessToken) {
  return {
    token: accessToken,
    api: createRestAPIClient({ url, accessToken }),
    listen: () => createStreamingAPIClient({ streamingApiUrl: url.replace(/^http/, "ws"), accessToken }),
  };
}

const plain = (text) =>
  text.replace(/&#(\d+);/g, (_, n) => String.fromCodePoint(n)).replaceAll("&quot;", '"').replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
