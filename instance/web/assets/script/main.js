// Every page works without any of this. What a page can use is loaded for it.
const uses = {
  "form[data-push]": "./push.js",
  "[data-copy]": "./copy.js",
  "[data-aloud]": "./aloud.js",
  "[data-forget]": "./forget.js",
  "form[data-draft]": "./draft.js",
  "input[data-preview]": "./preview.js",
  "[data-readers]": "./readers.js",
  "[data-live]": "./live.js",
  "form[data-find]": "./find.js",
  "details.me": "./menu.js",
  "[data-passkey]": "./passkey.js",
};

for (const [where, module] of Object.entries(uses)) {
  const found = document.querySelectorAll(where);
  if (found.length > 0) {
    import(module).then(({ enhance }) => found.forEach(enhance));
  }
}

// Some pages can be read without a connection, by those who are signed in.
if ("serviceWorker" in navigator) {
  navigator.serviceWorker.register("/sw.js").then(async () => {
    const { active } = await navigator.serviceWorker.ready;
    active.postMessage({ lang: document.documentElement.lang, known: document.querySelector("details.me") !== null });
  }).catch(() => {});
}
