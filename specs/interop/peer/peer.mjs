// One Person on a server built with Fedify: she follows, is followed, writes,
// likes, and keeps everything she receives.

import { randomUUID } from "node:crypto";
import { setMaxListeners } from "node:events";

import { createFederation, generateCryptoKeyPair, InProcessMessageQueue, MemoryKvStore } from "@fedify/fedify";
import {
  Accept,
  Activity,
  Create,
  Delete,
  Endpoints,
  Follow,
  isActor,
  Like,
  Mention,
  Note,
  Person,
  PUBLIC_COLLECTION,
  Reject,
  Tombstone,
  Undo,
} from "@fedify/vocab";
import { Temporal } from "@js-temporal/polyfill";

import { Journal } from "./journal.mjs";
import { verifyProof, verifySignature } from "./verify.mjs";

const name = "fay";

// rsa is the key most servers have. Fedify would make one of 4096 bits, which
// takes seconds.
const rsa = {
  name: "RSASSA-PKCS1-v1_5",
  modulusLength: 2048,
  publicExponent: new Uint8Array([1, 0, 1]),
  hash: "SHA-256",
};

// groups1b12 says of a server that it takes whole activities from groups
// (FEP-844e). Fedify has no word for it.
const groups1b12 = { type: "Link", href: "https://w3id.org/fep/1b12", name: "FEP-1b12" };

globalThis.navigator ??= { userAgent: "Node.js" }; // Fedify asks for it; Node.js has it from 21 on

export class Peer {
  journal = new Journal(); // what came
  refusals = new Journal(); // what others would not take
  followers = new Map(); // actor id → actor
  following = new Map(); // actor id → {follow, state}

  #notes = new Map(); // id in the path → Note or Tombstone
  #sent = new Map(); // id in the path → Activity
  #whole;
  #federation;
  #context;
  #stopped = new AbortController();

  // origin is where others reach it; firstKnock how it signs its first request
  // to a host; whole, whether it says that it takes whole activities from
  // groups. Received activities are handled before they are answered, so that
  // what the journal tells has had its effect.
  constructor(origin, { firstKnock, whole }) {
    this.#whole = whole;
    const queue = new InProcessMessageQueue();
    setMaxListeners(0, this.#stopped.signal); // Fedify's queue adds one each time it waits
    this.#federation = createFederation({
      kv: new MemoryKvStore(),
      queue: { outbox: queue, fanout: queue },
      manuallyStartQueue: true,
      origin,
      firstKnock,
      allowPrivateAddress: true, // everybody here lives on loopback
      circuitBreaker: false,
      permanentFailureStatusCodes: [400, 401, 403, 404, 410], // would be no other the next time
    });
    this.#answer();
    this.#listen();
    this.#context = this.#federation.createContext(new URL(origin));
    this.#federation.startQueue(undefined, { signal: this.#stopped.signal });
  }

  get actor() {
    return this.#context.getActorUri(name);
  }

  get handle() {
    return `@${name}@${this.actor.host}`;
  }

  stop() {
    this.#stopped.abort();
  }

  // serve answers a request of another server. What comes into an inbox is
  // looked at first, and written down with what Fedify answered.
  async serve(request) {
    const path = new URL(request.url).pathname;
    if (path === this.actor.pathname && this.#whole) return this.#saysWhole(await this.#federation.fetch(request, {}));
    if (request.method !== "POST" || !path.endsWith("/inbox")) return this.#federation.fetch(request, {});
    const received = await request.clone().text();
    let activity;
    try {
      activity = JSON.parse(received);
    } catch {
      return new Response("not JSON", { status: 400 });
    }
    const actor = typeof activity.actor === "string" ? activity.actor : activity.actor?.id;
    const loaders = await this.#loaders();
    const signature = await verifySignature(request.clone(), actor, loaders);
    const proof = await verifyProof(activity, loaders);
    const inner = activity.object?.actor ? await verifyProof(activity.object, loaders) : undefined;
    const response = await this.#federation.fetch(request, {});
    this.journal.add({
      at: new Date().toISOString(),
      inbox: path,
      status: response.status,
      id: activity.id,
      type: activity.type,
      actor,
      signature,
      proof,
      inner,
      activity,
    });
    return response;
  }

  // find resolves a handle or an id to an actor. Fedify asks WebFinger over
  // https only, so that a handle is asked about here.
  async find(who) {
    const { documentLoader, contextLoader } = await this.#loaders();
    const id = /^https?:/.test(who) ? new URL(who) : await webFinger(who);
    const actor = await this.#context.lookupObject(id, { documentLoader, contextLoader });
    if (!isActor(actor)) throw refusal(`${who} is no actor`);
    return actor;
  }

  // fetch gets a document as this Person: a signed GET.
  async fetch(url) {
    const { documentLoader } = await this.#loaders();
    return (await documentLoader(url)).document;
  }

  // prove gets an activity and tells whether its own proof holds.
  async prove(url) {
    const document = await this.fetch(url);
    return { document, proof: await verifyProof(document, await this.#loaders()) };
  }

  // describe finds an actor and tells what Fedify understood of it.
  async describe(who) {
    const actor = await this.find(who);
    return {
      id: actor.id.href,
      type: actor.constructor.name,
      preferredUsername: actor.preferredUsername?.toString(),
      name: actor.name?.toString(),
      inbox: actor.inboxId?.href,
      sharedInbox: actor.endpoints?.sharedInbox?.href,
    };
  }

  async follow(who) {
    const actor = await this.find(who);
    const follow = new Follow({ id: this.#activityId(), actor: this.actor, object: actor.id, to: actor.id });
    this.following.set(actor.id.href, { follow, state: "asked" });
    await this.#send([actor], follow);
    return { id: follow.id.href, object: actor.id.href };
  }

  async unfollow(who) {
    const actor = await this.find(who);
    const followed = this.following.get(actor.id.href);
    if (!followed) throw refusal(`not following ${actor.id.href}`);
    this.following.delete(actor.id.href);
    const undo = new Undo({ id: this.#activityId(), actor: this.actor, object: followed.follow, to: actor.id });
    await this.#send([actor], undo);
    return { id: undo.id.href, object: actor.id.href };
  }

  // write sends a note, as an answer if inReplyTo is given, to those named in
  // to: ids, handles, or "public". Who is named is mentioned too, and so is the
  // author of what is answered.
  async write({ content, to = ["public"], inReplyTo }) {
    const named = [];
    if (inReplyTo) named.push(await this.#authorOf(inReplyTo));
    for (const who of to) {
      if (who !== "public") named.push(await this.find(who));
    }
    const actors = [...new Map(named.map((a) => [a.id.href, a])).values()];
    const key = randomUUID();
    const audience = {
      tos: [...(to.includes("public") ? [PUBLIC_COLLECTION] : []), ...actors.map((a) => a.id)],
      ccs: to.includes("public") ? [this.#context.getFollowersUri(name)] : [],
    };
    const note = new Note({
      id: this.#context.getObjectUri(Note, { key }),
      attribution: this.actor,
      content,
      published: Temporal.Now.instant(),
      replyTarget: inReplyTo ? new URL(inReplyTo) : undefined,
      tags: actors.map((a) => new Mention({ href: a.id, name: `@${a.preferredUsername}@${a.id.host}` })),
      ...audience,
    });
    this.#notes.set(key, note);
    const create = new Create({ id: this.#activityId(), actor: this.actor, object: note, ...audience });
    await this.#send([...actors, ...this.followers.values()], create);
    return { id: create.id.href, object: note.id.href };
  }

  async erase(id) {
    const key = id.split("/").at(-1);
    const note = this.#notes.get(key);
    if (!(note instanceof Note)) throw refusal(`${id} is no note of mine`);
    const tombstone = new Tombstone({ id: note.id, deleted: Temporal.Now.instant() });
    this.#notes.set(key, tombstone);
    const actors = [];
    for await (const tag of note.getTags()) {
      if (tag instanceof Mention) actors.push(await this.find(tag.href.href));
    }
    const deletion = new Delete({ id: this.#activityId(), actor: this.actor, object: tombstone, tos: note.toIds });
    await this.#send([...actors, ...this.followers.values()], deletion);
    return { id: deletion.id.href, object: note.id.href };
  }

  async like(object) {
    const author = await this.#authorOf(object);
    const like = new Like({ id: this.#activityId(), actor: this.actor, object: new URL(object), to: author.id });
    await this.#send([author], like);
    return { id: like.id.href, object };
  }

  async #authorOf(id) {
    const { documentLoader, contextLoader } = await this.#loaders();
    const object = await this.#context.lookupObject(id, { documentLoader, contextLoader });
    if (!object?.attributionId) throw refusal(`${id} has no author`);
    return this.find(object.attributionId.href);
  }

  #activityId() {
    return this.#context.getObjectUri(Activity, { key: randomUUID() });
  }

  async #send(actors, activity) {
    this.#sent.set(activity.id.href.split("/").at(-1), activity);
    const recipients = [...new Map(actors.map((a) => [a.id.href, a])).values()];
    await this.#context.sendActivity({ identifier: name }, recipients, activity, { preferSharedInbox: true });
  }

  async #loaders() {
    const documentLoader = await this.#context.getDocumentLoader({ identifier: name });
    return { documentLoader, contextLoader: this.#context.contextLoader };
  }

  // answer tells Fedify what others may read.
  #answer() {
    const keys = Promise.all([crypto.subtle.generateKey(rsa, true, ["sign", "verify"]), generateCryptoKeyPair("Ed25519")]);
    this.#federation
      .setActorDispatcher("/users/{identifier}", async (ctx, identifier) => {
        if (identifier !== name) return null;
        const pairs = await ctx.getActorKeyPairs(identifier);
        return new Person({
          id: ctx.getActorUri(identifier),
          preferredUsername: name,
          name: "Fay",
          summary: "Not of Palier.",
          inbox: ctx.getInboxUri(identifier),
          outbox: ctx.getOutboxUri(identifier),
          endpoints: new Endpoints({ sharedInbox: ctx.getInboxUri() }),
          followers: ctx.getFollowersUri(identifier),
          following: ctx.getFollowingUri(identifier),
          publicKey: pairs[0].cryptographicKey,
          assertionMethods: pairs.map((pair) => pair.multikey),
        });
      })
      .setKeyPairsDispatcher((_, identifier) => (identifier === name ? keys : []));
    this.#federation.setFollowersDispatcher("/users/{identifier}/followers", () => ({
      items: [...this.followers.values()].map((a) => ({ id: a.id, inboxId: a.inboxId })),
    }));
    this.#federation.setFollowingDispatcher("/users/{identifier}/following", () => ({
      items: [...this.following.keys()].map((id) => new URL(id)),
    }));
    this.#federation.setOutboxDispatcher("/users/{identifier}/outbox", () => ({
      items: [...this.#sent.values()].filter((a) => a instanceof Create),
    }));
    this.#federation.setObjectDispatcher(Note, "/notes/{key}", (_, { key }) => {
      const note = this.#notes.get(key);
      return note instanceof Note ? note : null;
    });
    this.#federation.setObjectDispatcher(Activity, "/activities/{key}", (_, { key }) => this.#sent.get(key) ?? null);
    this.#federation.setOutboxPermanentFailureHandler((_, { inbox, activity, statusCode }) => {
      const type = activity.constructor.name;
      this.refusals.add({ id: activity.id.href, type, actor: activity.actorId.href, inbox: inbox.href, status: statusCode });
    });
    this.#federation.setNodeInfoDispatcher("/nodeinfo/2.1", () => ({
      software: { name: "palier-interop-peer", version: "1.0.0" },
      protocols: ["activitypub"],
      usage: { users: { total: 1 }, localPosts: this.#notes.size, localComments: 0 },
    }));
  }

  // listen tells Fedify what to do with what it has verified. What is not
  // named here is in the journal all the same.
  #listen() {
    this.#federation
      .setInboxListeners("/users/{identifier}/inbox", "/inbox")
      .setSharedKeyDispatcher(() => ({ identifier: name }))
      .on(Follow, async (ctx, follow) => {
        const follower = await follow.getActor(await this.#loaders());
        if (!follower || follow.objectId?.href !== this.actor.href) return;
        this.followers.set(follower.id.href, follower);
        const accept = new Accept({ id: this.#activityId(), actor: this.actor, object: follow, to: follower.id });
        await this.#send([follower], accept);
      })
      .on(Accept, (_, accept) => this.#answered(accept, "accepted"))
      .on(Reject, (_, reject) => this.#answered(reject, "rejected"))
      .on(Undo, async (_, undo) => {
        const undone = await undo.getObject(await this.#loaders());
        if (undone instanceof Follow && undone.actorId?.href === undo.actorId?.href) {
          this.followers.delete(undo.actorId.href);
        }
      })
      .on(Activity, () => {});
  }

  async #saysWhole(response) {
    if (response.status !== 200) return response;
    const actor = await response.json();
    actor.generator = { type: "Application", implements: [groups1b12] };
    return Response.json(actor, { headers: { "Content-Type": "application/activity+json" } });
  }

  #answered(answer, state) {
    const followed = this.following.get(answer.actorId?.href);
    if (followed) followed.state = state;
  }
}

async function webFinger(handle) {
  const match = /^@?([^@]+)@([^@/]+)$/.exec(handle);
  if (!match) throw refusal(`${handle} is no handle`);
  const url = new URL(`http://${match[2]}/.well-known/webfinger`);
  url.searchParams.set("resource", `acct:${match[1]}@${match[2]}`);
  const response = await fetch(url, { headers: { Accept: "application/jrd+json" }, redirect: "error" });
  if (!response.ok) throw refusal(`WebFinger of ${handle}: ${response.status}`);
  const self = (await response.json()).links?.find(
    (l) => l.rel === "self" && /^application\/(activity\+json|ld\+json)/.test(l.type ?? ""),
  );
  if (!self) throw refusal(`WebFinger of ${handle} names no actor`);
  return new URL(self.href);
}

function refusal(message) {
  return Object.assign(new Error(message), { status: 422 });
}
