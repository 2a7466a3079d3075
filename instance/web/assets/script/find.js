// Suggests addresses while one types. What is typed goes to this server alone, and
// only when the hand rests.
export function enhance(form) {
  const input = form.querySelector("input[name=address]");
  const list = form.querySelector("[data-suggestions]");
  const told = form.querySelector("[data-found]");
  const rest = 250; // milliseconds
  let waiting;
  let asked = 0;

  const line = ({ name, town, path }) => {
    const item = document.createElement("li");
    const link = document.createElement("a");
    const where = document.createElement("bdi");
    const rest = document.createElement("bdi");
    link.className = "suggestion";
    link.href = path;
    where.className = "name";
    where.textContent = name;
    rest.className = "quiet";
    rest.textContent = town;
    link.append(where, " ", rest);
    item.append(link);
    return item;
  };

  const show = (found) => {
    list.replaceChildren(...found.map(line));
    const words = found.length === 1 ? told.dataset.one : told.dataset.other;
    told.textContent = words.replace("0", found.length);
  };

  const ask = async () => {
    const mine = ++asked;
    const typed = input.value.trim();
    if (typed.length < 3) {
      list.replaceChildren();
      return;
    }
    try {
      const answer = await fetch(`${form.dataset.find}?q=${encodeURIComponent(typed)}`, { headers: { Accept: "application/json" } });
      if (answer.ok && mine === asked) {
        show(await answer.json());
      }
    } catch {
      // Without a connection the button still says so.
    }
  };

  input.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(ask, rest);
  });
}
