// Keeps what is being written on this device until the server
// has told that it arrived; see forget.js.
export function enhance(form) {
  const key = "draft:" + form.dataset.draft;
  const fields = [...form.elements].filter((f) => f.dataset.keep !== undefined);
  const empty = () => fields.every((f) => f.value.trim() === "");

  const kept = JSON.parse(localStorage.getItem(key) ?? "null");
  if (kept && empty()) {
    for (const field of fields) {
      field.value = kept[field.name] ?? "";
    }
    const told = form.querySelector("[data-kept]");
    if (told && !empty()) {
      told.hidden = false;
      told.querySelector("button").addEventListener("click", () => {
        fields.forEach((f) => { f.value = ""; });
        localStorage.removeItem(key);
        told.hidden = true;
        fields[0].focus();
      });
    }
  }

  let wait;
  form.addEventListener("input", () => {
    clearTimeout(wait);
    wait = setTimeout(() => {
      if (empty()) {
        localStorage.removeItem(key);
      } else {
        localStorage.setItem(key, JSON.stringify(Object.fromEntries(fields.map((f) => [f.name, f.value]))));
      }
    }, 400);
  });
  form.addEventListener("submit", () => clearTimeout(wait));
}
