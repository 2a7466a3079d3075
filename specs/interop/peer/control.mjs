// What a test tells a peer to do, and asks it about.
//
//   POST /control/follow       {handle}                     handle or id
//   POST /control/undo-follow  {handle}
//   POST /control/post         {content, to?, inReplyTo?}   to: ids, handles, "public"
//   POST /control/reply        {inReplyTo, content, to?}
//   POST /control/delete       {id}
//   POST /control/like         {object}
//   POST /control/fetch        {url}                        as this Person: a signed GET
//   POST /control/prove        {url}                        the same, with its proof looked at
//   POST /control/find         {handle}                     handle, id or address of a server
//   GET  /control/inbox        ?since=N&type=T&actor=A&wait=SECONDS
//   GET  /control/refused      ?since=N&type=T&wait=SECONDS
//   GET  /control/followers, /control/following, /control/healthz
//
// Deeds answer {id, object} once they are on their way. inbox answers with what
// came after number N, at once if there is any, else as soon as there is:
// {received: [{number, type, actor, signature, proof, inner, status, activity, …}]},
// inner being the proof of an activity that came inside of another. refused
// answers the same way with what others would not take:
// {refused: [{number, id, type, inbox, status}]}.

export function controls(peer) {
  const deeds = {
    follow: ({ handle }) => peer.follow(handle),
    "undo-follow": ({ handle }) => peer.unfollow(handle),
    post: (note) => peer.write(note),
    reply: (note) => peer.write({ ...note, inReplyTo: required(note, "inReplyTo") }),
    delete: ({ id }) => peer.erase(id),
    like: ({ object }) => peer.like(object),
    fetch: ({ url }) => peer.fetch(url),
    prove: ({ url }) => peer.prove(url),
    find: ({ handle }) => peer.describe(handle),
  };
  const questions = {
    healthz: () => ({ ok: true }),
    inbox: async (q) => ({ received: await asked(peer.journal, q) }),
    refused: async (q) => ({ refused: await asked(peer.refusals, q) }),
    followers: () => ({ followers: [...peer.followers.keys()] }),
    following: () => ({ following: [...peer.following].map(([id, { state }]) => ({ id, state })) }),
  };
  return async (request) => {
    const url = new URL(request.url);
    const name = url.pathname.replace(/^\/control\//, "");
    if (request.method === "POST" && Object.hasOwn(deeds, name)) {
      return Response.json(await deeds[name](await request.json()));
    }
    if (request.method === "GET" && Object.hasOwn(questions, name)) {
      return Response.json(await questions[name](url.searchParams));
    }
    return Response.json({ error: `no ${request.method} ${url.pathname}` }, { status: 404 });
  };
}

function asked(journal, q) {
  return journal.since(Number(q.get("since") ?? 0), {
    type: q.get("type"),
    actor: q.get("actor"),
    seconds: Number(q.get("wait") ?? 0),
  });
}

function required(given, name) {
  if (!given[name]) throw Object.assign(new Error(`${name} is missing`), { status: 400 });
  return given[name];
}
