// The client API, used by a library that others wrote for Mastodon.

import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { Program, outOfBand, signIn, verifier } from "../app/program.mjs";
import { engines } from "../palier/database.mjs";
import { Palier } from "../palier/server.mjs";

describe("client programs", { concurrency: true }, () => {
  for (const engine of engines) test(`on ${engine}`, (t) => serves(t, engine));
});

async function serves(t, engine) {
  const palier = await Palier.start(t, engine);
  const place = await palier.settle("lilas");
  const amina = { resident: "lilas_resident", email: place.email, password: place.password };
  const bo = { resident: "bo", email: "bo@people.example", password: place.password };
  await palier.admin("person", "create", bo.resident, bo.email, "--password", bo.password, "--verified", "--in", "lilas");

  await t.test("sign people in, in every way there is", () => signsIn(palier, amina));
  const a = await signIn(palier, amina);
  const b = await signIn(palier, bo);
  for (const { api } of [a, b]) await api.v1.accounts.updateCredentials({ locked: false });
  const village = { palier, place, a: a.api, b: b.api, programs: { a, b }, me: await a.api.v1.accounts.verifyCredentials(), other: await b.api.v1.accounts.verifyCredentials() };
  for (const [what, does] of Object.entries({
    "tell what the server is": instance,
    "post, answer, edit and delete": posts,
    "walk through lists without a gap or a repeat": walks,
    "keep people together and apart": bonds,
    "send pictures": media,
    "ask in polls": polls,
    "read neighbourhoods": neighbourhoods,
    "search, filter, list": finds,
    "talk in private, keep a place, post later": keeps,
    "post once, however often they are sent": once,
    "hear what happens": hears,
    "are told what is wrong": refusals,
  })) {
    await t.test(what, () => does(village));
  }
}

async function all(paginator) {
  const found = [];
  for await (const page of paginator) found.push(...page);
  return found;
}

const ids = (list) => list.map(({ id }) => id);

async function signsIn(palier, person) {
  const visitor = palier.visitor();
  await visitor.signIn(person);
  for (const redirectUri of [outOfBand, "https://app.example/callback", "oauth2redirect://app", "icecubesapp://"]) {
    const program = await Program.register(palier.url, redirectUri);
    const { led, code } = await program.ask(visitor);
    if (redirectUri !== outOfBand) {
      assert.ok(led.startsWith(redirectUri), led);
      assert.equal(new URL(led).searchParams.get("state"), "un état");
    }
    const token = await program.trade(code);
    assert.equal(token.tokenType, "Bearer");
    assert.equal(typeof token.createdAt, "number");
    assert.equal(token.scope, "read write follow push");
    await assert.rejects(program.trade(code), { name: "MastoHttpError" }, "a code was traded twice");
  }
  const program = await Program.register(palier.url);
  const secret = verifier();
  for (const wrong of [undefined, "another", verifier()]) {
    const { code } = await program.ask(visitor, secret);
    await assert.rejects(program.trade(code, wrong), { name: "MastoHttpError" }, `traded with ${wrong}`);
  }
  const { code } = await program.ask(visitor, secret);
  const { accessToken } = await program.trade(code, secret);
  await program.oauth.revoke({ clientId: program.clientId, clientSecret: program.clientSecret, token: accessToken });
  const gone = await fetch(`${palier.url}/api/v1/accounts/verify_credentials`, { headers: { Authorization: `Bearer ${accessToken}` } });
  assert.equal(gone.status, 401);
}

async function instance({ palier, a }) {
  const v2 = await a.v2.instance.fetch();
  assert.equal(v2.domain, palier.host);
  assert.match(v2.version, /^4\.2\.\d+ \(compatible; Palier /);
  assert.equal(v2.configuration.urls.streaming, `ws://${palier.host}`);
  assert.ok(v2.configuration.vapid.publicKey);
  assert.equal((await a.v1.instance.fetch()).uri, palier.host);
  for (const list of [a.v1.customEmojis.list(), a.v1.announcements.list(), a.v1.trends.tags.list(), a.v1.trends.statuses.list(), a.v1.instance.rules.list()]) {
    assert.ok(Array.isArray(await list));
  }
  const discovery = await (await fetch(`${palier.url}/.well-known/oauth-authorization-server`)).json();
  assert.deepEqual(discovery.code_challenge_methods_supported, ["S256"]);
  const { links } = await (await fetch(`${palier.url}/.well-known/nodeinfo`)).json();
  const nodeinfo = await (await fetch(links.at(-1).href)).json();
  assert.equal((await (await fetch(links[0].href)).json()).metadata.upstream.name, "mastodon", JSON.stringify(nodeinfo));
}

async function posts({ a, b, me }) {
  const post = await a.v1.statuses.create({ status: "Bonjour #jardin", visibility: "public", language: "fr" });
  assert.equal(post.account.id, me.id);
  assert.equal(post.language, "fr");
  assert.match(post.createdAt, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  assert.match(post.url, new RegExp(`/@${me.username}/${post.id}$`));
  const answer = await b.v1.statuses.create({ status: `@${me.username} bonjour`, inReplyToId: post.id, visibility: "public", spoilerText: "politesse" });
  assert.deepEqual(ids((await a.v1.statuses.$select(post.id).context.fetch()).descendants), [answer.id]);
  const mine = b.v1.statuses.$select(post.id);
  assert.equal((await mine.favourite()).favourited, true);
  assert.equal((await mine.bookmark()).bookmarked, true);
  const share = await mine.reblog();
  assert.equal(share.reblog.id, post.id);
  assert.equal((await b.v1.statuses.$select(share.id).fetch()).reblog.id, post.id);
  assert.deepEqual(ids(await a.v1.statuses.$select(post.id).favouritedBy.list()), [answer.account.id]);
  assert.equal((await mine.unreblog()).reblogged, false);
  assert.equal((await mine.unfavourite()).favourited, false);
  assert.equal((await mine.unbookmark()).bookmarked, false);
  const edited = await a.v1.statuses.$select(post.id).update({ status: "Bonsoir #jardin" });
  assert.match(edited.content, /Bonsoir/);
  assert.equal((await a.v1.statuses.$select(post.id).history.list()).length, 2);
  assert.equal((await a.v1.statuses.$select(post.id).source.fetch()).text, "Bonsoir #jardin");
  assert.equal((await a.v1.statuses.$select(post.id).pin()).pinned, true);
  assert.deepEqual(ids(await b.v1.accounts.$select(me.id).statuses.list({ pinned: true })), [post.id]);
  assert.equal((await a.v1.statuses.$select(post.id).unpin()).pinned, false);
  const kinds = (await a.v1.notifications.list()).map(({ type }) => type);
  assert.ok(kinds.includes("mention"), kinds.join());
  assert.equal((await a.v1.statuses.$select(post.id).remove()).text, "Bonsoir #jardin");
  await assert.rejects(b.v1.statuses.$select(post.id).fetch(), { statusCode: 404 });
}

async function walks({ a, b, me }) {
  const made = [];
  for (let i = 0; i < 11; i++) {
    const post = await a.v1.statuses.create({ status: `pas ${i} #marche`, visibility: "public" });
    await b.v1.statuses.$select(post.id).favourite();
    await b.v1.statuses.$select(post.id).bookmark();
    made.unshift(post.id);
  }
  const limit = 3;
  for (const [name, list] of Object.entries({
    home: a.v1.timelines.home.list({ limit }),
    public: b.v1.timelines.public.list({ limit, local: true }),
    tag: b.v1.timelines.tag.$select("marche").list({ limit }),
    account: b.v1.accounts.$select(me.id).statuses.list({ limit }),
    favourites: b.v1.favourites.list({ limit }),
    bookmarks: b.v1.bookmarks.list({ limit }),
  })) {
    const found = ids(await all(list));
    assert.equal(new Set(found).size, found.length, `${name} repeats`);
    assert.deepEqual(found.filter((id) => made.includes(id)), made, name);
  }
  const notices = await all(a.v1.notifications.list({ limit, types: ["favourite"] }));
  assert.equal(notices.length, made.length);
}

async function bonds({ a, b, me, other }) {
  const to = a.v1.accounts.$select(other.id);
  const stands = async () => (await a.v1.accounts.relationships.fetch({ id: [other.id] }))[0];
  assert.equal((await to.follow({ reblogs: false, notify: true })).following, true);
  assert.equal((await stands()).showingReblogs, false);
  assert.equal((await stands()).notifying, true);
  assert.deepEqual(ids(await b.v1.accounts.$select(other.id).followers.list()), [me.id]);
  assert.equal((await to.note.create({ comment: "le voisin du second" })).note, "le voisin du second");
  assert.equal((await to.mute({ notifications: false, duration: 3600 })).mutingNotifications, false);
  assert.deepEqual(ids(await a.v1.mutes.list()), [other.id]);
  assert.equal((await to.unmute()).muting, false);
  assert.equal((await to.block()).blocking, true);
  assert.equal((await stands()).following, false);
  assert.deepEqual(ids(await a.v1.blocks.list()), [other.id]);
  assert.equal((await to.unblock()).blocking, false);
  await a.v1.domainBlocks.create({ domain: "bruyant.example" });
  assert.deepEqual(await a.v1.domainBlocks.list(), ["bruyant.example"]);
  await a.v1.domainBlocks.remove({ domain: "bruyant.example" });
  const report = await a.v1.reports.create({ accountId: other.id, comment: "trop de bruit", category: "spam" });
  assert.equal(report.targetAccount.id, other.id);
  const changed = await a.v1.accounts.updateCredentials({ displayName: "Amina R.", note: "Bonjour", fieldsAttributes: [{ name: "Langues", value: "fr" }] });
  assert.equal(changed.displayName, "Amina R.");
  assert.equal(changed.fields[0].name, "Langues");
  assert.ok((await a.v1.preferences.fetch())["posting:default:visibility"]);
}

// A picture of one white pixel.
const picture = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGP4DwABAQEAsTj2FAAAAABJRU5ErkJggg==", "base64");

async function media({ a, b }) {
  const up = await a.v2.media.create({ file: new Blob([picture], { type: "image/png" }), description: "Un point", focus: "0.1,0.2" });
  assert.equal(up.type, "image");
  assert.equal(up.description, "Un point");
  assert.equal(up.meta.original.width, 1);
  assert.equal((await a.v1.media.$select(up.id).update({ description: "Un point blanc" })).description, "Un point blanc");
  const post = await a.v1.statuses.create({ status: "photo", mediaIds: [up.id], visibility: "public" });
  assert.equal(post.mediaAttachments[0].description, "Un point blanc");
  assert.equal((await fetch(post.mediaAttachments[0].url)).status, 200);
  assert.ok(ids(await b.v1.timelines.public.list({ onlyMedia: true })).includes(post.id));
  await assert.rejects(a.v2.media.create({ file: new Blob(["pas une image"], { type: "image/png" }) }), { statusCode: 422 });
}

async function polls({ a, b }) {
  const post = await a.v1.statuses.create({ status: "Quel jour ?", visibility: "public", poll: { options: ["samedi", "dimanche"], expiresIn: 3600 } });
  assert.equal(post.poll.options.length, 2);
  const voted = await b.v1.polls.$select(post.poll.id).votes.create({ choices: [1] });
  assert.deepEqual([voted.voted, voted.ownVotes, voted.votesCount], [true, [1], 1]);
  await assert.rejects(b.v1.polls.$select(post.poll.id).votes.create({ choices: [0] }), { statusCode: 422 });
}

async function neighbourhoods({ palier, place, a, b, me }) {
  const group = await b.v1.accounts.lookup({ acct: `${place.name}@${palier.host}` });
  assert.equal(group.group, true);
  const open = await a.v1.statuses.create({ status: `À tous @${place.name}`, visibility: "public" });
  const among = await a.v1.statuses.create({ status: `Entre nous @${place.name}`, visibility: "private" });
  assert.equal(among.visibility, "private");
  const home = await b.v1.timelines.home.list();
  const shared = home.find(({ reblog }) => reblog?.id === open.id);
  assert.equal(shared?.account.id, group.id);
  assert.ok(home.some(({ id, account }) => id === among.id && account.id === me.id));
  assert.equal(home.filter(({ id, reblog }) => id === open.id || reblog?.id === open.id).length, 1, "home shows it twice");
  const stands = await all(b.v1.accounts.$select(group.id).statuses.list({ limit: 2 }));
  assert.ok(stands.some(({ reblog }) => reblog?.id === open.id) && ids(stands).includes(among.id));
  assert.ok((await b.v1.accounts.$select(group.id).statuses.list({ excludeReblogs: true })).every(({ reblog }) => !reblog));
  assert.equal((await fetch(`${palier.url}/api/v1/statuses/${among.id}`)).status, 404);
  const tidings = await b.v1.lists.create({ title: "Le quartier" });
  await b.v1.lists.$select(tidings.id).accounts.create({ accountIds: [group.id] });
  const next = await a.v1.statuses.create({ status: `Encore @${place.name}`, visibility: "public" });
  const listed = await b.v1.timelines.list.$select(tidings.id).list();
  assert.ok(listed.some(({ reblog }) => reblog?.id === next.id));
}

async function finds({ a, b, other }) {
  const post = await a.v1.statuses.create({ status: "Une échelle à prêter #bricolage", visibility: "public" });
  const found = await a.v2.search.list({ q: "echelle" });
  assert.ok(ids(found.statuses).includes(post.id));
  assert.deepEqual(ids(await a.v1.accounts.search.list({ q: "bo" })), [other.id]);
  assert.equal((await b.v1.tags.$select("bricolage").follow()).following, true);
  assert.equal((await b.v1.followedTags.list())[0].name, "bricolage");
  assert.equal((await b.v1.tags.$select("bricolage").unfollow()).following, false);
  const filter = await b.v2.filters.create({ title: "Outils", context: ["public"], filterAction: "warn", keywordsAttributes: [{ keyword: "échelle", wholeWord: true }] });
  const line = (await b.v1.timelines.public.list()).find(({ id }) => id === post.id);
  assert.equal(line.filtered[0].filter.id, filter.id);
  await b.v2.filters.$select(filter.id).remove();
}

async function keeps({ a, b, me, other }) {
  await a.v1.statuses.create({ status: `@${other.username} entre nous deux`, visibility: "direct" });
  const [talk] = await b.v1.conversations.list();
  assert.equal(talk.unread, true);
  assert.deepEqual(ids(talk.accounts), [me.id]);
  assert.equal((await b.v1.conversations.$select(talk.id).read()).unread, false);
  const marker = await b.v1.markers.create({ home: { lastReadId: talk.lastStatus.id } });
  assert.equal(marker.home.lastReadId, talk.lastStatus.id);
  assert.equal((await b.v1.markers.fetch({ timeline: ["home"] })).home.version, 1);
  const scheduledAt = new Date(Date.now() + 3_600_000).toISOString();
  const later = await a.v1.statuses.create({ status: "plus tard", scheduledAt });
  assert.deepEqual(ids(await a.v1.scheduledStatuses.list()), [later.id]);
  await a.v1.scheduledStatuses.$select(later.id).remove();
  assert.deepEqual(await a.v1.scheduledStatuses.list(), []);
}

async function once({ palier, programs }) {
  const send = () => fetch(`${palier.url}/api/v1/statuses`, {
    method: "POST", body: new URLSearchParams({ status: "une seule fois" }),
    headers: { Authorization: `Bearer ${programs.a.token}`, "Idempotency-Key": "une clé" },
  }).then((response) => response.json());
  const [one, two] = await Promise.all([send(), send()]);
  assert.equal(one.id, two.id);
}

async function hears({ a, programs, me }) {
  const socket = programs.b.listen();
  try {
    const heard = socket.user.notification.subscribe();
    const events = heard[Symbol.asyncIterator]();
    let post;
    // A subscription is not acknowledged, so it is tried until it is heard.
    const again = setInterval(say, 500);
    async function say() {
      post = await a.v1.statuses.create({ status: "@bo écoute", visibility: "public" });
    }
    await say();
    const { value } = await events.next();
    clearInterval(again);
    assert.equal(value.event, "notification");
    assert.equal(value.payload.account.id, me.id);
    assert.ok(post);
  } finally {
    socket.close();
  }
}

async function refusals({ palier, a, programs }) {
  await assert.rejects(a.v1.statuses.create({ status: "" }), { statusCode: 422 });
  await assert.rejects(a.v1.statuses.create({ status: "a".repeat(5001) }), { statusCode: 422 });
  await assert.rejects(a.v1.statuses.$select("12").fetch(), { statusCode: 404 });
  const nobody = await fetch(`${palier.url}/api/v1/timelines/home`);
  assert.equal(nobody.status, 401);
  assert.ok((await nobody.json()).error);
  const unknown = await fetch(`${palier.url}/api/v1/annual_reports`, { headers: { Authorization: `Bearer ${programs.a.token}` } });
  assert.equal(unknown.status, 404);
  assert.ok((await unknown.json()).error);
}
