// Comfort only: every page works without this. "/" searches, "n" records anew, arrows, j and k walk; in a tray one key
// presses the button that bears it.

const OFF = "pintasan-mati";
const rows = () => [...document.querySelectorAll("a[data-row]")];
let pressedOnce = false;

function step(by) {
  const all = rows();
  if (all.length === 0) {
    document.querySelector(by > 0 ? "a[rel=next]" : "a[rel=prev]")?.click();
    return;
  }
  const item = document.activeElement.closest("[data-item]");
  const here = all.indexOf(item?.querySelector("a[data-row]") ?? document.activeElement);
  const next = here < 0 ? 0 : Math.min(Math.max(here + by, 0), all.length - 1);
  all[next].focus();
}

function item() {
  return document.activeElement.closest("[data-item]") ?? document.querySelector("[data-item]");
}

// What stands in something folded is not seen, so no key presses it.
const seen = (button) => button.tagName === "SUMMARY" || !button.closest("details:not([open])");

function press(key) {
  const named = CSS.escape(key);
  const beside = [...(item()?.querySelectorAll(`[data-key="${named}"]`) ?? [])].find(seen);
  const button = beside ?? document.querySelector(`[data-global="${named}"]`);
  if (!button || pressedOnce) return Boolean(button);
  // A second press before the next page has come would decide about a letter that nobody has seen.
  pressedOnce = button.tagName === "BUTTON";
  setTimeout(() => (pressedOnce = false), 5000);
  button.click();
  if (button.tagName === "SUMMARY") button.parentElement.querySelector("input:not([type=hidden]), button")?.focus();
  return true;
}

// A draft of "Catat baru" is kept by the desk itself; of any other form nothing would be left.
function typed() {
  const forms = [...document.querySelectorAll("form[method=post]:not([data-record])")];
  return forms.flatMap((form) => [...form.elements]).some(differs);
}

function differs(field) {
  if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
  if (field.type === "file") return field.files.length > 0;
  if (field.matches("select")) return field.selectedIndex !== Math.max(0, [...field.options].findIndex((one) => one.defaultSelected));
  return field.matches("input:not([type=hidden]), textarea") && field.value !== field.defaultValue;
}

const leave = () => !typed() || confirm("Yang Saudara ketik di halaman ini belum disimpan dan akan hilang. Tinggalkan?");

const KEYS = {
  "/": () => document.querySelector("#cari-cepat")?.focus(),
  n: () => leave() && document.querySelector("[data-new]")?.click(),
  t: () => document.querySelector("[data-show]")?.click(),
  j: () => step(1),
  k: () => step(-1),
};
const ARROWS = { ArrowDown: 1, ArrowUp: -1 };

function save(field) {
  const form = field.form;
  if (!form || form.method !== "post" || "record" in form.dataset) return;
  const button = form.querySelector("button.main:not(.grave)");
  if (button) form.requestSubmit(button);
}

document.addEventListener("keydown", (pressed) => {
  const menu = document.querySelector(".me[open]");
  if (pressed.key === "Escape" && menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
  if (pressed.key === "Enter" && (pressed.ctrlKey || pressed.metaKey) && !pressed.repeat) save(pressed.target);
});

document.querySelector(".amiss :is(input, select, textarea)")?.focus();

document.addEventListener("keydown", (pressed) => {
  const writing = pressed.target.closest("input, select, textarea, [contenteditable]");
  const beside = pressed.ctrlKey || pressed.metaKey || pressed.altKey;
  if (writing || beside || localStorage.getItem(OFF)) return;
  if (pressed.key in ARROWS) {
    if (rows().length === 0 || pressed.target.closest("pre, iframe, [role=listbox]")) return;
    pressed.preventDefault();
    step(ARROWS[pressed.key]);
  } else if (pressed.key.length === 1 && !pressed.repeat && press(pressed.key)) {
    pressed.preventDefault();
  } else if (pressed.key in KEYS) {
    pressed.preventDefault();
    KEYS[pressed.key]();
  }
});

window.addEventListener("pageshow", () => (pressedOnce = false));

// A second press while the first is still on its way would come back as a conflict with oneself. A form that gives a file
// (data-again) leaves its page where it is, so that it may be pressed again at once.
const sent = new WeakSet();
document.addEventListener("submit", (pressed) => {
  const form = pressed.target;
  if (pressed.defaultPrevented || form.method !== "post" || "again" in form.dataset) return;
  if (sent.has(form)) return pressed.preventDefault();
  sent.add(form);
  setTimeout(() => sent.delete(form), 5000);
});
window.addEventListener("pageshow", () => document.querySelectorAll("form").forEach((form) => sent.delete(form)));

const keys = document.querySelector(".keys");
const toggle = document.querySelector("[data-keys]");
if (keys && toggle) {
  const tell = () => {
    toggle.textContent = localStorage.getItem(OFF) ? "Nyalakan pintasan" : "Matikan pintasan";
    document.documentElement.classList.toggle("by-keys", !localStorage.getItem(OFF));
  };
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
