// What a test tells a peer to do, and asks it about.
//
//   POST /control/follow       {handle}                     handle or id
//   POST /control/undo-follow  {handle}
//   POST /control/post         {content, to?, inReplyTo?}   to: ids, handles, "public"
//   POST /control/reply        {inReplyTo, content, to?}
//   POST /control/delete       {id}
//   POST /control/like         {object}
//   POST /control/fetch        {url}                        as this Person: a signed GET
//   GET  /control/inbox        ?since=N&type=T&actor=A&wait=SECONDS
//   GET  /control/followers, /control/following, /control/healthz
//
// Deeds answer {id, object} once they are on their way. inbox answers with what
// came after number N, at once if there is any, else as soon as there is:
// {received: [{number, type, actor, signature, proof, status, activity, …}]}.

export function controls(peer) {
  const deeds = {
    follow: ({ handle }) => peer.follow(handle),
    "undo-follow": ({ handle }) => peer.unfollow(handle),
    post: (note) => peer.write(note),
    reply: (note) => peer.write({ ...note, inReplyTo: required(note, "inReplyTo") }),
    delete: ({ id }) => peer.erase(id),
    like: ({ object }) => peer.like(object),
    fetch: ({ url }) => peer.fetch(url),
  };
  const questions = {
    healthz: () => ({ ok: true }),
    inbox: async (q) => ({
      received: await peer.journal.since(Number(q.get("since") ?? 0), {
        type: q.get("type"),
        actor: q.get("actor"),
        seconds: Number(q.get("wait") ?? 0),
      }),
    }),
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

function required(given, name) {
  if (!given[name]) throw Object.assign(new Error(`${name} is missing`), { status: 400 });
  return given[name];
}
