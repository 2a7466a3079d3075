// Reads a part of the page out, with voices that are on this device alone: what is
// read goes nowhere.
export function enhance(button) {
  const speech = globalThis.speechSynthesis;
  if (!speech) {
    return;
  }
  const part = document.getElementById(button.dataset.aloud);
  const words = button.querySelector("span");
  const before = words.textContent;
  const tongue = part.lang.slice(0, 2);
  const voice = () => speech.getVoices().find((v) => v.localService && v.lang.slice(0, 2) === tongue);
  const offer = () => { button.hidden = !voice(); };
  const rest = () => { words.textContent = before; };
  offer();
  speech.addEventListener?.("voiceschanged", offer);
  button.addEventListener("click", () => {
    if (speech.speaking) {
      speech.cancel();
      rest();
      return;
    }
    words.textContent = button.dataset.stop;
    const lines = [...part.querySelectorAll("[data-line]")];
    lines.forEach((line, i) => {
      const said = new SpeechSynthesisUtterance(line.textContent.trim());
      said.voice = voice();
      said.lang = part.lang;
      said.rate = 0.9;
      if (i === lines.length - 1) {
        said.addEventListener("end", rest);
      }
      speech.speak(said);
    });
  });
  addEventListener("pagehide", () => speech.cancel());
}
