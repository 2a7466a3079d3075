// Repeats, beside the button, the sentence of the circle that is chosen.
export function enhance(told) {
  const form = told.closest("form");
  const say = () => {
    const chosen = form.querySelector("input[name=audience]:checked");
    const sentence = chosen?.closest(".choice").querySelector(".choice-sentence");
    if (sentence) {
      told.textContent = sentence.textContent.trim();
      told.hidden = false;
    }
  };
  form.addEventListener("change", say);
  say();
}
