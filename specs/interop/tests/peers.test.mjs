// Two of the foreign servers among themselves: what the tests against Palier
// rely on is true before Palier has a part in it.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Friend } from "../peer/friend.mjs";

const knocks = { rfc9421: "rfc9421", "draft-cavage-http-signatures-12": "draft-cavage" };

for (const [firstKnock, scheme] of Object.entries(knocks)) {
  test(`two peers follow, write, like and part, signing ${scheme}`, async (t) => {
    const fay = await Friend.start(t, { firstKnock });
    const other = await Friend.start(t, { firstKnock });

    const followed = await fay.do("follow", { handle: other.handle });
    const follow = await other.receives("Follow");
    assert.equal(follow.id, followed.id);
    assert.equal(follow.actor, fay.actor);
    assert.equal(follow.status, 202);
    assert.equal(follow.inbox, "/inbox");
    signedBy(follow, fay.actor, scheme);

    const accept = await fay.receives("Accept");
    signedBy(accept, other.actor, scheme);
    assert.deepEqual(await fay.ask("following"), { following: [{ id: other.actor, state: "accepted" }] });
    assert.deepEqual(await other.ask("followers"), { followers: [fay.actor] });

    const post = await other.do("post", { content: "<p>Bonjour</p>" });
    const create = await fay.receives("Create");
    signedBy(create, other.actor, scheme);
    assert.equal(create.activity.object.id, post.object);
    assert.equal(create.activity.object.content, "<p>Bonjour</p>");

    const reply = await fay.do("reply", { inReplyTo: post.object, content: "<p>Bonsoir</p>" });
    const answer = await other.receives("Create");
    assert.equal(answer.activity.object.inReplyTo, post.object);
    const fetched = await other.do("fetch", { url: reply.object });
    assert.equal(fetched.content, "<p>Bonsoir</p>");

    const liked = await fay.do("like", { object: post.object });
    const like = await other.receives("Like");
    assert.equal(like.id, liked.id);
    assert.equal(like.activity.object, post.object);

    await fay.do("delete", { id: reply.object });
    const gone = await other.receives("Delete");
    assert.equal(gone.activity.object.id ?? gone.activity.object, reply.object);

    await fay.do("undo-follow", { handle: other.handle });
    const undo = await other.receives("Undo");
    signedBy(undo, fay.actor, scheme);
    assert.deepEqual(await fay.ask("following"), { following: [] });
    assert.deepEqual(await other.ask("followers"), { followers: [] });
    const unheard = await other.do("post", { content: "<p>Personne ?</p>" });
    const letter = await other.do("post", { content: "<p>Fay ?</p>", to: [fay.handle] });
    const next = await fay.receives("Create", create.number);
    assert.equal(next.activity.object.id, letter.object);
    assert.notEqual(next.activity.object.id, unheard.object);
  });
}

test("what nobody signed is refused, and told from what is signed", async (t) => {
  const fay = await Friend.start(t);
  const activity = {
    "@context": "https://www.w3.org/ns/activitystreams",
    id: `${fay.actor}#1`,
    type: "Follow",
    actor: fay.actor,
    object: fay.actor,
  };
  const response = await fetch(new URL("/inbox", fay.actor), {
    method: "POST",
    headers: { "Content-Type": "application/activity+json" },
    body: JSON.stringify(activity),
  });
  assert.equal(response.status, 401);
  const follow = await fay.receives("Follow");
  assert.equal(follow.status, 401);
  assert.deepEqual(follow.signature, { scheme: "none", verified: false, reason: "noSignature" });
  assert.deepEqual(follow.proof, { present: false, verified: false });
  assert.deepEqual(await fay.ask("followers"), { followers: [] });
});

test("a deed that cannot be done says why", async (t) => {
  const fay = await Friend.start(t);
  const response = await fetch(`${fay.control}/control/follow`, {
    method: "POST",
    body: JSON.stringify({ handle: `@nobody@${new URL(fay.actor).host}` }),
  });
  assert.equal(response.status, 422);
  assert.match((await response.json()).error, /WebFinger of @nobody@.*: 404/);
});

function signedBy(entry, actor, scheme) {
  assert.equal(entry.signature.scheme, scheme);
  assert.equal(entry.signature.verified, true, JSON.stringify(entry.signature));
  assert.equal(entry.signature.owner, actor);
  assert.equal(entry.signature.algorithm, "RSASSA-PKCS1-v1_5");
  assert.equal(entry.proof.present, true);
  assert.equal(entry.proof.verified, true, JSON.stringify(entry.proof));
  assert.equal(entry.proof.cryptosuite, "eddsa-jcs-2022");
}
