// Palier and servers built with Fedify, which know nothing of one another but
// what the protocol says.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setTimeout } from "node:timers/promises";

import { engines } from "../palier/database.mjs";
import { Palier } from "../palier/server.mjs";
import { Friend } from "../peer/friend.mjs";

const knocks = { rfc9421: "rfc9421", "draft-cavage-http-signatures-12": "draft-cavage" };

describe("palier", { concurrency: true }, () => {
  for (const engine of engines) test(`on ${engine}`, (t) => meets(t, engine));
});

async function meets(t, engine) {
  const palier = await Palier.start(t, engine);

  await t.test("is found: a group by its handle, the server by its address", (t) => isFound(t, palier));
  for (const [firstKnock, scheme] of Object.entries(knocks)) {
    await t.test(`is followed, heard and answered, signing ${scheme}`, (t) => isFollowed(t, palier, firstKnock, scheme));
  }
  await t.test("gives each host one form of what a group passes on", (t) => givesOneForm(t, palier));
  await t.test("takes back what its author deletes", (t) => takesBack(t, palier));
  await t.test("says nothing to a server it blocks, and listens to nothing", (t) => blocks(t, palier));
}

async function isFound(t, palier) {
  const place = await palier.settle("lilas");
  const fay = await Friend.start(t);
  assert.deepEqual(await fay.do("find", { handle: place.handle }), {
    id: place.id,
    type: "Group",
    preferredUsername: "lilas",
    name: "Quartier lilas",
    inbox: `${place.id}/inbox`,
    sharedInbox: `${palier.url}/inbox`,
  });
  const server = await fay.do("find", { handle: `${palier.url}/` });
  assert.equal(server.id, `${palier.url}/actor`);
  assert.equal(server.type, "Application");
}

async function isFollowed(t, palier, firstKnock, scheme) {
  const place = await palier.settle(`tilleuls_${scheme === "rfc9421" ? "new" : "old"}`);
  const fay = await Friend.start(t, { firstKnock });

  // Asked and answered in the same tongue.
  const follow = await fay.do("follow", { handle: place.handle });
  const accept = await fay.receives("Accept");
  assert.equal(accept.activity.object.id ?? accept.activity.object, follow.id);
  signed(accept, place.id, scheme);
  assert.deepEqual(await fay.ask("following"), { following: [{ id: place.id, state: "accepted" }] });

  // What is posted comes as a share by the group, and is what its author wrote.
  const post = await palier.post(place, "Bonjour les voisins");
  const share = await fay.receives("Announce");
  assert.equal(share.activity.object, post.id);
  signed(share, place.id, scheme);
  const note = await fay.do("fetch", { url: post.id });
  assert.match(note.content, /Bonjour les voisins/);
  assert.equal(note.audience, place.id);
  const create = (await palier.items(`${note.attributedTo}/outbox`)).find((a) => a.object?.id === post.id);
  const { document, proof } = await fay.do("prove", { url: create.id });
  assert.equal(document.actor, note.attributedTo);
  proven(proof, note.attributedTo);

  // An answer of somebody nobody here knows waits; let through, it stands in the
  // thread, for servers and for people.
  const reply = await fay.do("reply", { inReplyTo: post.id, content: "<p>Bonsoir <script>à</script> tous</p>" });
  await letThrough(palier, place, post);
  await until("the reply stands among the replies", async () => (await palier.items(`${post.id}/replies`)).includes(reply.object));
  assert.deepEqual((await palier.items(post.thread)).sort(), [reply.object, post.id].sort());
  const page = await palier.visitor().read(post.page);
  assert.equal(page.status, 200);
  assert.match(page.text, /Bonjour les voisins/);
  assert.match(page.text, /Bonsoir {1,2}tous/);
  assert.ok(page.text.includes(fay.handle), "the page names who answered");

  // Who wrote it is told of the thanks.
  await fay.do("like", { object: post.id });
  const resident = palier.visitor();
  await resident.signIn(place);
  await until("the like is told", async () => (await resident.read("/notifications")).text.includes("notice-like"));

  // Who leaves hears no more.
  const witness = await Friend.start(t, { firstKnock });
  await witness.do("follow", { handle: place.handle });
  await witness.receives("Accept");
  const left = await fay.do("undo-follow", { handle: place.handle });
  assert.equal(left.object, place.id);
  await until("one follower is left", async () => (await palier.document(`${place.id}/followers`)).totalItems === 1 + locals);
  await hearsNothing(fay, async () => {
    const unheard = await palier.post(place, "Pour ceux qui restent");
    assert.equal((await witness.receives("Announce")).activity.object, unheard.id);
    await fay.do("follow", { handle: place.handle });
  });
}

// letThrough has who began a thread let the answer through that waits in it, which
// nobody else is shown until then.
async function letThrough(palier, place, post) {
  const resident = palier.visitor();
  await resident.signIn(place);
  let form = null;
  await until("an answer waits", async () => {
    form = /action="([^"]+\/waiting)"/.exec((await resident.read(post.page)).text);
    return form !== null;
  });
  assert.deepEqual(await palier.items(`${post.id}/replies`), []);
  const { status } = await resident.send(form[1], { answer: "through" });
  assert.equal(status, 200);
}

// locals is how many follow a place that palier.settle made: its resident.
const locals = 1;

async function givesOneForm(t, palier) {
  const place = await palier.settle("marronniers");
  const [fay, whole] = [await Friend.start(t), await Friend.start(t, { whole: true })];
  for (const peer of [fay, whole]) {
    await peer.do("follow", { handle: place.handle });
    await peer.receives("Accept");
  }

  const post = await palier.post(place, "Atelier vélo dimanche");
  const share = await fay.receives("Announce");
  assert.equal(share.activity.object, post.id);
  const relayed = await whole.receives("Announce");
  signed(relayed, place.id, "rfc9421");
  assert.equal(relayed.activity.object.type, "Create");
  assert.equal(relayed.activity.object.object.id, post.id);
  proven(relayed.inner, relayed.activity.object.actor);

  // A reply goes on only to those who can tell it from a share, with the proof
  // that its own server gave it.
  const reply = await fay.do("reply", { inReplyTo: post.id, content: "<p>J'apporte des rustines</p>" });
  await letThrough(palier, place, post);
  const passedOn = await whole.receives("Announce", relayed.number);
  signed(passedOn, place.id, "rfc9421");
  assert.equal(passedOn.activity.object.type, "Create");
  assert.equal(passedOn.activity.object.object.id, reply.object);
  proven(passedOn.inner, fay.actor);
  const second = await palier.post(place, "Et samedi aussi");
  assert.equal((await fay.receives("Announce", share.number)).activity.object, second.id);
}

async function takesBack(t, palier) {
  const place = await palier.settle("platanes");
  const fay = await Friend.start(t);
  await fay.do("follow", { handle: place.handle });
  await fay.receives("Accept");
  const post = await palier.post(place, "Perdu mes clés");
  const share = await fay.receives("Announce");
  const { attributedTo: author } = await fay.do("fetch", { url: post.id });

  const resident = palier.visitor();
  await resident.signIn(place);
  const { status } = await resident.send(`${post.page}/delete`, { back: "/home", sure: "yes" });
  assert.equal(status, 200);
  const deletion = await fay.receives("Delete", share.number);
  assert.equal(deletion.activity.object.id, post.id);
  assert.equal(deletion.activity.object.type, "Tombstone");
  signed(deletion, author, "rfc9421");
  proven(deletion.proof, author);
  const gone = await fetch(post.id, { headers: { Accept: "application/activity+json" } });
  assert.equal(gone.status, 410);
  assert.equal((await gone.json()).type, "Tombstone");
}

async function blocks(t, palier) {
  const place = await palier.settle("cerisiers");
  const [fay, witness] = [await Friend.start(t), await Friend.start(t)];
  for (const peer of [fay, witness]) {
    await peer.do("follow", { handle: place.handle });
    await peer.receives("Accept");
  }
  const host = new URL(fay.actor).host;

  await hearsNothing(fay, async () => {
    await palier.admin("block", host, "--reason", "publicité");
    const post = await palier.post(place, "Entre nous");
    assert.equal((await witness.receives("Announce")).activity.object, post.id);
    const reply = await fay.do("reply", { inReplyTo: post.id, content: "<p>Achetez</p>" });
    const refusal = await fay.isRefused("Create");
    assert.equal(refusal.id, reply.id);
    assert.equal(refusal.status, 403);
    assert.deepEqual(await palier.items(`${post.id}/replies`), []);
    await palier.admin("block", host, "--severity", "none");
    await fay.do("follow", { handle: place.handle });
  });
  await palier.post(place, "De nouveau");
  await fay.receives("Announce");
}

// hearsNothing does something that ends with asking to follow: of all that
// happened before the answer, nothing else has come.
async function hearsNothing(peer, happens) {
  const since = (await peer.heard()).at(-1).number;
  await happens();
  const accept = await peer.receives("Accept", since);
  assert.deepEqual((await peer.heard(since)).map((e) => e.number), [accept.number]);
}

// signed: Fedify has verified the signature of what came, and taken it.
function signed(entry, actor, scheme) {
  assert.equal(entry.status, 202);
  assert.equal(entry.actor, actor);
  assert.equal(entry.signature.verified, true, JSON.stringify(entry.signature));
  assert.equal(entry.signature.owner, actor);
  assert.equal(entry.signature.scheme, scheme);
}

// proven: Fedify has verified that an activity is its actor's, whoever brought
// it.
function proven(proof, actor) {
  assert.deepEqual(proof, {
    present: true,
    verified: true,
    cryptosuite: "eddsa-jcs-2022",
    verificationMethod: proof.verificationMethod,
  });
  assert.ok(proof.verificationMethod.startsWith(`${actor}#`), proof.verificationMethod);
}

// until asks again and again: a page tells nobody that it has changed.
async function until(what, holds, seconds = 20) {
  for (const end = Date.now() + seconds * 1000; Date.now() < end; await setTimeout(50)) {
    if (await holds()) return;
  }
  assert.fail(`not within ${seconds} s: ${what}`);
}
