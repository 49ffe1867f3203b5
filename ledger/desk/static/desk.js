// Comfort only: every page works without this. "/" searches, j and k go to the next and previous line or entry.

const OFF = "pintasan-mati";
const rows = () => [...document.querySelectorAll("a[data-row]")];

function step(by) {
  const all = rows();
  if (all.length === 0) {
    document.querySelector(by > 0 ? "a[rel=next]" : "a[rel=prev]")?.click();
    return;
  }
  const here = all.indexOf(document.activeElement);
  const next = here < 0 ? 0 : Math.min(Math.max(here + by, 0), all.length - 1);
  all[next].focus();
}

const KEYS = {
  "/": () => document.querySelector("#cari-cepat")?.focus(),
  j: () => step(1),
  k: () => step(-1),
};

document.addEventListener("keydown", (pressed) => {
  const writing = pressed.target.closest("input, select, textarea, [contenteditable]");
  if (writing || pressed.ctrlKey || pressed.metaKey || pressed.altKey || localStorage.getItem(OFF)) return;
  const act = KEYS[pressed.key];
  if (!act) return;
  pressed.preventDefault();
  act();
});

const keys = document.querySelector(".keys");
const toggle = document.querySelector("[data-keys]");
if (keys && toggle) {
  const tell = () => (toggle.textContent = localStorage.getItem(OFF) ? "Nyalakan pintasan" : "Matikan pintasan");
  toggle.addEventListener("click", () => {
    if (localStorage.getItem(OFF)) localStorage.removeItem(OFF);
    else localStorage.setItem(OFF, "ya");
    tell();
  });
  tell();
  keys.hidden = false;
}

for (const button of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) break;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
    button.textContent = "Tersalin";
  });
}
