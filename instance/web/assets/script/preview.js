// Shows the pictures just chosen, each beside the field that describes it.
export function enhance(input) {
  const model = document.getElementById(input.dataset.preview);
  const list = model.parentElement;
  const most = Number(input.dataset.most);

  // Without this script one field describes the one picture; here each has its own.
  const plain = document.getElementById(input.dataset.plain);
  plain.hidden = true;
  plain.querySelector("textarea").disabled = true;

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
  });
}
