// A screen in a hall works without this: it asks again by itself. With it, it
// goes on when there is no connection, says how old the news is, and reads aloud.
const age = document.querySelector("[data-age]");

async function forget() {
  for (const registration of await navigator.serviceWorker.getRegistrations()) {
    await registration.unregister();
  }
  await Promise.all((await caches.keys()).map((name) => caches.delete(name)));
  location.replace("/screen");
}

if ("serviceWorker" in navigator) {
  if (document.body.dataset.restart !== undefined) {
    forget().catch(() => location.replace("/screen"));
  } else {
    navigator.serviceWorker.register("/screen/sw.js", { scope: "/screen" }).catch(() => {});
  }
}

const units = [["day", 86400], ["hour", 3600], ["minute", 60]];

function tell() {
  const made = age.querySelector("time");
  const seconds = (Date.now() - Date.parse(made.dateTime)) / 1000;
  const [unit, length] = units.find(([, least]) => seconds >= least) ?? [];
  age.toggleAttribute("data-stale", seconds > 900);
  if (unit) {
    const old = age.querySelector("span") ?? age.appendChild(document.createElement("span"));
    old.textContent = " · " + new Intl.RelativeTimeFormat(document.documentElement.lang).format(-Math.floor(seconds / length), unit);
  }
  for (const code of document.querySelectorAll("[data-until]")) {
    code.hidden = Date.now() > Date.parse(code.dataset.until); // a code that counts no more
  }
}

if (age) {
  tell();
  setInterval(tell, 30000);
}

const aloud = document.querySelector("[data-aloud]");
if (aloud && "speechSynthesis" in window) {
  aloud.hidden = false;
  aloud.addEventListener("click", () => {
    speechSynthesis.cancel();
    for (const line of document.querySelectorAll("main h2, main .hall-item p")) {
      const words = new SpeechSynthesisUtterance(line.textContent);
      words.lang = line.lang || document.documentElement.lang;
      speechSynthesis.speak(words);
    }
  });
}
