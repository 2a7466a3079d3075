// Shows the pictures just chosen, each beside the field that describes it.
export function enhance(input) {
  const model = document.getElementById(input.dataset.preview);
  const list = model.parentElement;
  const most = Number(input.dataset.most);

  input.addEventListener("change", () => {
    list.querySelectorAll("[data-chosen]").forEach((item) => {
      URL.revokeObjectURL(item.querySelector("img").src);
      item.remove();
    });
    [...input.files].slice(0, most).forEach((file, i) => {
      const item = model.content.firstElementChild.cloneNode(true);
      const field = item.querySelector("textarea");
      const id = `description-${i}`;
      item.querySelector("img").src = URL.createObjectURL(file);
      item.querySelector("label").htmlFor = id;
      field.id = id;
      item.dataset.chosen = "";
      list.append(item);
    });
    const plain = document.getElementById(input.dataset.plain);
    if (plain) {
      plain.hidden = input.files.length > 0;
      plain.querySelectorAll("textarea").forEach((f) => { f.disabled = input.files.length > 0; });
    }
  });
}
