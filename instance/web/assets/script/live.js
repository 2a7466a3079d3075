// Tells politely that something new has come; nothing moves until it is asked.
export function enhance(told) {
  const source = new EventSource(told.dataset.live);
  const button = told.querySelector("a");
  let count = 0;
  source.addEventListener("post", () => {
    count += 1;
    const words = new Intl.PluralRules(document.documentElement.lang).select(count) === "one"
      ? told.dataset.one
      : told.dataset.other;
    button.textContent = words.replace("#", new Intl.NumberFormat(document.documentElement.lang).format(count));
    button.hidden = false;
  });
  // Something was missed: there may be more than was counted.
  source.addEventListener("look", () => { button.hidden = false; });
  window.addEventListener("pagehide", () => source.close());
}
