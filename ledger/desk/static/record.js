// Comfort while somebody is talking: Enter goes on, Ctrl+Enter saves, what is typed is kept on the server every few
// moments, and what the server can say about it stands beside. Every form works without this.

const form = document.querySelector("form[data-record]");
const beside = document.querySelector("[data-assistance]");
const PAUSE = 700;

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

function fields() {
  return [...form.elements].filter((each) => each.matches("input:not([type=hidden]), select, textarea"));
}

function goOn(from) {
  const all = fields();
  const next = all[all.indexOf(from) + 1] ?? form.querySelector("button.main");
  next.focus();
  next.select?.();
}

function onKey(pressed) {
  if (pressed.key !== "Enter" || pressed.isComposing) return;
  if (pressed.ctrlKey || pressed.metaKey) {
    pressed.preventDefault();
    if (!pressed.repeat) form.requestSubmit(form.querySelector("button.main"));
    return;
  }
  const here = pressed.target;
  const goes = here.matches("select, input:not([type=file])") || (here.matches("textarea") && "radio" in form.dataset);
  if (!goes || pressed.shiftKey || pressed.altKey) return;
  pressed.preventDefault();
  goOn(here);
}

function typed() {
  const words = new URLSearchParams();
  for (const [name, value] of new FormData(form)) if (typeof value === "string") words.append(name, value);
  return words;
}

const tell = (words) => (form.querySelector(".keeping").textContent = words);

let changed = false;
let leaving = false;
let waiting = 0;
let asked = 0;

async function keep() {
  const mine = ++asked;
  clearTimeout(waiting);
  changed = false;
  const answer = await fetch(form.dataset.draft, { method: "POST", body: typed(), redirect: "manual" });
  if (!answer.ok) {
    changed = true;
    return answer.status || 401;
  }
  const words = await answer.text();
  if (mine === asked) show(words);
  return 200;
}

async function keepQuietly() {
  try {
    const status = await keep();
    tell(status === 200 ? "" : SAID[status] ?? SAID.otherwise);
  } catch {
    changed = true;
    tell(SAID.cut);
    waiting = setTimeout(keepQuietly, 5000);
  }
}

const SAID = {
  cut: "Sambungan terputus. Isian tetap di halaman ini; jangan ditutup. Draf disimpan lagi begitu tersambung.",
  401: "Sesi Saudara berakhir. Masuklah kembali di tab lain, lalu tekan Simpan di sini.",
  otherwise: "Draf belum dapat disimpan. Isian tetap di halaman ini.",
};

// The answer comes from the desk itself, escaped there; the page's policy lets no script in it run.
function show(words) {
  beside.innerHTML = words;
  offer();
}

function offer() {
  for (const button of beside.querySelectorAll("[data-fill], [data-choose]")) {
    button.hidden = false;
    button.addEventListener("click", () => take(button.dataset, "choose" in button.dataset));
  }
}

function take(values, over) {
  for (const [name, value] of Object.entries(values)) {
    const field = form.elements[name];
    if (field && value && (over || !field.value.trim())) field.value = value;
  }
  keepQuietly();
  form.querySelector("#isian-uraian").focus();
}

async function onSubmit(sent) {
  const button = sent.submitter;
  if (leaving) {
    sent.preventDefault();
    return;
  }
  if (!button || button.value === "periksa") {
    leaving = true;
    return;
  }
  sent.preventDefault();
  leaving = true;
  if (await mayLeave()) {
    form.insertAdjacentHTML("beforeend", '<input type="hidden" name="langkah">');
    form.lastElementChild.value = button.value;
    form.submit();
  } else {
    leaving = false;
  }
}

// A page that cannot be reached would take what was typed with it: the way is tried with the draft first.
async function mayLeave() {
  try {
    const status = await keep();
    if (status !== 401) return true;
    tell(SAID[401]);
  } catch {
    tell("Belum tersimpan: sambungan terputus. Isian tetap di sini; tekan Simpan lagi sebentar lagi.");
    changed = true;
    waiting = setTimeout(keepQuietly, 5000);
  }
  return false;
}

function keepOnLeaving() {
  if (changed && !leaving) navigator.sendBeacon(form.dataset.draft, typed());
}

if (form) {
  form.querySelector(".keyhint").hidden = false;
  form.querySelector("[data-check]").hidden = true; // with scripts, the form is looked over all the time
  form.addEventListener("keydown", onKey);
  form.addEventListener("submit", onSubmit);
  form.addEventListener("input", () => {
    changed = true;
    clearTimeout(waiting);
    waiting = setTimeout(keepQuietly, PAUSE);
  });
  form.addEventListener("change", () => changed && keepQuietly());
  document.addEventListener("visibilitychange", () => document.hidden && keepOnLeaving());
  addEventListener("pagehide", keepOnLeaving);
  offer();
}
