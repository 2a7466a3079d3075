// What a screen shows without a connection: the page and the signed bundle as
// they last came, until the time that they say. When the server answers that the
// device is bound no longer, nothing is kept.
const kept = "screen";

self.addEventListener("install", (event) => event.waitUntil(idle().then(() => self.skipWaiting())));
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

async function idle() {
  const answer = await fetch("/screen/idle");
  const cache = await caches.open(kept);
  await cache.addAll([...new Set((await answer.clone().text()).match(/\/static\/[^"'#]+/g))]);
  await cache.put("/screen/idle", answer);
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (origin !== self.location.origin || request.method !== "GET") {
    return;
  }
  if (pathname.startsWith("/static/")) {
    event.respondWith(file(request));
  } else if (pathname === "/screen" && request.mode === "navigate") {
    event.respondWith(page(event));
  }
});

async function file(request) {
  const held = await caches.match(request);
  if (held) {
    return held;
  }
  const answer = await fetch(request);
  if (answer.ok) {
    await (await caches.open(kept)).put(request, answer.clone());
  }
  return answer;
}

async function page(event) {
  const cache = await caches.open(kept);
  try {
    const answer = await fetch(event.request);
    if (answer.headers.has("X-Screen-Until")) {
      await cache.put(event.request.url, answer.clone());
      event.waitUntil(Promise.all([cache.add("/screen/bundle"), cache.add("/screen/idle")]).catch(() => {}));
    } else if (answer.status < 500) {
      await forget(cache);
    }
    return answer;
  } catch {
    const held = await cache.match(event.request.url) ?? await cache.match("/screen");
    if (held && Date.parse(held.headers.get("X-Screen-Until")) > Date.now()) {
      return held;
    }
    await forget(cache);
    return await cache.match("/screen/idle");
  }
}

async function forget(cache) {
  for (const request of await cache.keys()) {
    const { pathname } = new URL(request.url);
    if (pathname === "/screen" || pathname === "/screen/bundle") {
      await cache.delete(request);
    }
  }
}
