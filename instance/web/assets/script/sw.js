// What is there without a connection: the pages below as they were last read,
// and for everything else a page that says so. Nothing of it outlives signing
// out.
const kept = ["/digest", "/events"];
const keeps = (path) => kept.includes(path) || /^\/(e|agreements)\//.test(path);
const fresh = 60 * 60 * 1000;
const pages = "pages";
const files = "files";
let visits = 0; // what was asked for in an earlier one is not kept

self.addEventListener("install", (event) => {
  event.waitUntil(keepOffline().then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

// The page that says there is no connection, and what it is made of.
async function keepOffline(headers = {}) {
  const answer = await fetch("/offline", { credentials: "omit", headers });
  const text = await answer.clone().text();
  const cache = await caches.open(files);
  for (const old of await cache.keys()) {
    await cache.delete(old);
  }
  await cache.put("/offline", answer);
  await cache.addAll([...new Set(text.match(/\/static\/[^"'#]+/g))]);
}

self.addEventListener("message", (event) => {
  const { lang, known } = event.data;
  const renewed = known ? kept.map((path) => renew(path).catch(() => {})) : [];
  event.waitUntil(Promise.all([...renewed, speak(lang).catch(() => {})]));
});

// In the language of the pages.
async function speak(lang) {
  const held = await caches.match("/offline");
  if (!held || !(await held.text()).includes(`<html lang="${lang}"`)) {
    await keepOffline({ "Accept-Language": lang });
  }
}

async function renew(path) {
  const held = await (await caches.open(pages)).match(path);
  if (!held || Date.now() - Date.parse(held.headers.get("date")) > fresh) {
    const visit = visits;
    await keep(path, await fetch(path), visit);
  }
}

async function keep(path, answer, visit) {
  if (answer.ok && !answer.redirected) {
    const cache = await caches.open(pages);
    if (visit === visits) {
      await cache.put(path, answer.clone());
    }
  } else if (answer.redirected || answer.status === 401) {
    await caches.delete(pages);
  }
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (origin !== self.location.origin) {
    return;
  }
  if (request.method === "POST" && (pathname === "/signout" || pathname === "/signin")) {
    event.waitUntil(forget(pathname === "/signout"));
  } else if (request.method === "GET" && pathname.startsWith("/static/")) {
    event.respondWith(file(request));
  } else if (request.method === "GET" && request.mode === "navigate") {
    event.respondWith(page(event, pathname));
  }
});

async function forget(leaves) {
  visits++;
  await caches.delete(pages);
  if (leaves) {
    await (await self.registration.pushManager?.getSubscription())?.unsubscribe();
  }
}

async function file(request) {
  const held = await caches.match(request);
  if (held) {
    return held;
  }
  const answer = await fetch(request);
  if (answer.ok) {
    await (await caches.open(files)).put(request, answer.clone());
  }
  return answer;
}

async function page(event, path) {
  try {
    const visit = visits;
    const answer = await fetch(event.request);
    if (keeps(path)) {
      event.waitUntil(keep(path, answer.clone(), visit));
    }
    return answer;
  } catch {
    const held = keeps(path) && await (await caches.open(pages)).match(path);
    return held || caches.match("/offline");
  }
}

self.addEventListener("push", (event) => {
  const { title, body, icon, notification_id: tag, preferred_locale: lang } = event.data.json();
  event.waitUntil(self.registration.showNotification(title, { body, icon, lang, dir: "auto", tag: String(tag) }));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(self.clients.openWindow("/notifications"));
});
