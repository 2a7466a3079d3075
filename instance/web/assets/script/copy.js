// A button that copies the text beside it and says so in its own words.
export function enhance(button) {
  if (!navigator.clipboard) {
    return;
  }
  const before = button.querySelector("span");
  const words = before.textContent;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const what = document.getElementById(button.dataset.copy);
    await navigator.clipboard.writeText((what.value ?? what.textContent).trim());
    before.textContent = button.dataset.done;
    setTimeout(() => { before.textContent = words; }, 4000);
  });
}
