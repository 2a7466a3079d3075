// A button that copies the text beside it and says so in its own words.
export function enhance(button) {
  if (!navigator.clipboard) {
    return;
  }
  const before = button.querySelector("span");
  const words = before.textContent;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent.trim());
    before.textContent = button.dataset.done;
    setTimeout(() => { before.textContent = words; }, 4000);
  });
}
