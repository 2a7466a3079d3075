// Every page works without any of this. What a page can use is loaded for it.
const uses = {
  "[data-copy]": "./copy.js",
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
