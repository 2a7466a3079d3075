// Lets go of the draft that arrived; of all drafts when somebody signs out.
export function enhance(told) {
  const gone = "draft:" + told.dataset.forget;
  for (const key of Object.keys(localStorage)) {
    if (key === gone || (gone === "draft:*" && key.startsWith("draft:"))) {
      localStorage.removeItem(key);
    }
  }
}
