// Comfort only: says in one quiet line that something new has come, and keeps the counts of the rail right.

const line = document.querySelector("[data-news]");
const main = document.querySelector("main");
const PATIENCE = 60_000;
let source = null;

function tellRail(waiting) {
  for (const [room, count] of Object.entries(waiting)) {
    const link = document.querySelector(`[data-room="${room}"]`);
    if (!link) continue;
    let badge = link.querySelector(".count");
    if (!badge) {
      badge = document.createElement("b");
      badge.className = "count";
      link.append(" ", badge);
    }
    const unseen = document.createElement("span");
    unseen.className = "unseen";
    unseen.textContent = " menunggu";
    badge.replaceChildren(count.toLocaleString("id-ID"), unseen);
    badge.hidden = count === 0;
  }
}

function firstPage() {
  const here = new URL(location.href);
  for (const name of ["sebelum", "sesudah", "entri", "surat"]) here.searchParams.delete(name);
  return here;
}

function tellLine(news) {
  if (!main.hasAttribute("data-list")) return;
  if (news.baru === 0) return line.replaceChildren();
  const link = document.createElement("a");
  link.href = firstPage().href;
  link.textContent = "tampilkan";
  link.dataset.show = "";
  link.addEventListener("click", show);
  line.replaceChildren(`${news.kata} — `, link);
}

async function show(pressed) {
  const link = pressed.currentTarget;
  pressed.preventDefault();
  try {
    const answer = await fetch(link.href, { headers: { Accept: "text/html" } });
    if (!answer.ok || answer.redirected) throw new Error("not this page");
    slideIn(new DOMParser().parseFromString(await answer.text(), "text/html"));
    history.replaceState(null, "", link.href);
  } catch {
    location.assign(link.href);
  }
}

function slideIn(fresh) {
  const addresses = (place) => [...place.querySelectorAll("a[data-row]")].map((row) => row.getAttribute("href"));
  const known = new Set(addresses(document));
  line.dataset.since = fresh.querySelector("[data-news]").dataset.since;
  const parts = [...fresh.querySelector("main").children].filter((part) => !part.hasAttribute("data-news"));
  line.replaceChildren();
  for (const part of [...main.children]) if (part !== line) part.remove();
  main.append(...parts.map((part) => document.importNode(part, true)));
  const rows = [...main.querySelectorAll("a[data-row]")].filter((row) => !known.has(row.getAttribute("href")));
  for (const row of rows) row.closest("tr, li")?.classList.add("fresh");
  (rows[0] ?? main).focus({ preventScroll: true });
  listen();
}

function listen() {
  source?.close();
  if (document.hidden) return;
  source = new EventSource(`/kabar?sejak=${line.dataset.since}`);
  source.addEventListener("kabar", (told) => {
    const news = JSON.parse(told.data);
    tellRail(news.tunggu);
    tellLine(news);
  });
  // A browser gives up by itself where it is refused (too many pages open, signed out): ask again, but calmly.
  source.addEventListener("error", () => {
    if (source.readyState === EventSource.CLOSED) setTimeout(listen, PATIENCE);
  });
}

if (line && main && "EventSource" in window) {
  // A browser has few connections to one host, so a page that nobody looks at keeps none.
  document.addEventListener("visibilitychange", listen);
  window.addEventListener("pagehide", () => source?.close());
  window.addEventListener("pageshow", (shown) => shown.persisted && listen());
  listen();
}
