// Live values over one event stream a browser.
//
// Cells change in place and flash; rows never move, come or go. The stream is told which rows are shown, each with
// the version a page has, so after a break it sends what changed meanwhile and nothing else.
//
// Browsers open six connections to a host at most. So one page leads (it holds a lock), asks for what all pages of
// the browser show, and passes on what it hears; the others listen. A page that nobody sees for a while leaves.
// Where the browser has no locks (an address that is neither https nor this machine), each page has its own stream.

const HIDDEN_MS = 30_000;
const RETRY_MIN_MS = 1_000;
const RETRY_MAX_MS = 30_000;
const SILENCE_MS = 40_000;
const POLITE_MS = 15_000;
const FLASH_MS = 1_000;
const GATHER_MS = 80;
const ROWS_MAX = 900;
const LOCK = "quorate-live";

const badge = document.getElementById("live");
const text = document.getElementById("live-text");
const polite = document.getElementById("polite");
const build = document.querySelector("meta[name=quorate-build]")?.content;

const me = `${Date.now()}-${Math.random()}`;
const channel = window.BroadcastChannel && navigator.locks ? new BroadcastChannel(LOCK) : null;

let joined = false;
let leading = false;
let release = null;
let giveUp = null;
let wants = new Map();

let source = null;
let retryMs = RETRY_MIN_MS;
let retryTimer = 0;
let hiddenTimer = 0;
let silenceTimer = 0;
let openTimer = 0;
let paused = false;
let clock = text ? text.textContent.replace("As of ", "") : "";
let politeAt = 0;
const changed = new Set();
const held = new Map();

// Rows of a table, or the numbers at the head of an account.
const rows = () => document.querySelectorAll("[data-v]");
const view = () => document.getElementById("rows")?.dataset.view ?? "";
const tell = (message) => channel?.postMessage({ ...message, from: me });

function say(state) {
  const words = {
    live: `Live · ${clock}`,
    lost: `Reconnecting, data from ${clock}`,
    paused: `Paused, data from ${clock}`,
    off: `As of ${clock}`,
  }[state];
  badge.dataset.state = state;
  if (text.textContent !== words) text.textContent = words;
}

function wanted() {
  return {
    kind: "want",
    rows: Array.from(rows(), (row) => [row.id.slice(2), row.dataset.v]),
    view: view(),
    summary: document.getElementById("summary")?.dataset.scope ?? null,
  };
}

// Joining and leaving

function join() {
  if (joined || paused) return;
  joined = true;
  if (!channel) {
    lead();
    return;
  }
  giveUp = new AbortController();
  navigator.locks
    .request(LOCK, { signal: giveUp.signal }, () => {
      lead();
      return new Promise((resolve) => {
        release = resolve;
      });
    })
    .catch(() => {});
  tell(wanted());
}

function leave(state) {
  if (!joined) return;
  joined = false;
  if (leading) {
    leading = false;
    close();
    release?.();
    release = null;
  } else {
    giveUp?.abort();
    tell({ kind: "leave" });
  }
  say(state);
}

// What this page shows is another now.
function again() {
  if (!joined) return;
  if (leading) soon();
  else tell(wanted());
}

function lead() {
  leading = true;
  wants = new Map();
  tell({ kind: "who" });
  soon();
}

channel?.addEventListener("message", ({ data }) => {
  if (data.kind === "want" && leading) {
    wants.set(data.from, data);
    soon();
  } else if (data.kind === "leave") {
    wants.delete(data.from);
  } else if (data.kind === "who" && joined && !leading) {
    tell(wanted());
  } else if (data.kind === "event" && joined && !leading) {
    hear(data.name, data.data);
  } else if (data.kind === "state" && joined && !leading) {
    say(data.state);
  }
});

// The stream of the page that leads

function soon() {
  clearTimeout(openTimer);
  openTimer = setTimeout(open, GATHER_MS);
}

function address() {
  const asked = [wanted(), ...wants.values()];
  const versions = new Map();
  for (const want of asked) {
    for (const [key, version] of want.rows) {
      if (versions.size >= ROWS_MAX && !versions.has(key)) continue;
      // Pages that show different versions all get the row as it is.
      versions.set(key, versions.has(key) && versions.get(key) !== version ? "0" : version);
    }
  }
  const watched = Array.from(versions, ([key, version]) => `${key}.${version}`).join(",");
  const views = new Set(asked.map((want) => want.view).filter(Boolean));
  const seen = Array.from(views, (one) => `&view=${encodeURIComponent(one)}`).join("");
  const scopes = new Set(asked.map((want) => want.summary).filter((scope) => scope !== null));
  const summaries = Array.from(scopes, (one) => `&summary=${encodeURIComponent(one)}`).join("");
  return `/console/events?rows=${watched}${seen}${summaries}`;
}

function open() {
  close();
  if (!leading) return;
  source = new EventSource(address());
  source.addEventListener("open", () => {
    retryMs = RETRY_MIN_MS;
    heard();
    state("live");
  });
  for (const name of ["rows", "clock", "summary", "build", "demo"]) {
    source.addEventListener(name, (event) => {
      heard();
      const data = JSON.parse(event.data);
      hear(name, data);
      tell({ kind: "event", name, data });
    });
  }
  // The browser's own retry has no random part: many pages would come back in the same moment.
  source.addEventListener("error", later);
}

function close() {
  clearTimeout(retryTimer);
  clearTimeout(silenceTimer);
  clearTimeout(openTimer);
  if (source) source.close();
  source = null;
}

function later() {
  close();
  if (!leading) return;
  state("lost");
  retryTimer = setTimeout(open, retryMs / 2 + (Math.random() * retryMs) / 2);
  retryMs = Math.min(retryMs * 2, RETRY_MAX_MS);
}

function heard() {
  clearTimeout(silenceTimer);
  silenceTimer = setTimeout(later, SILENCE_MS);
}

function state(name) {
  say(name);
  tell({ kind: "state", state: name });
}

// What was heard

function hear(name, data) {
  if (name === "rows") {
    // Asking for the selection lays the page out, and so does starting a flash: once for all rows, not once a cell.
    const used = inUse();
    const flashing = data.rows.flatMap((row) => show(row, used));
    flash(flashing);
    count();
  } else if (name === "clock") {
    clock = data;
    say("live");
  } else if (name === "summary") {
    summarise(data);
  } else if (name === "build" && build && data !== build) {
    document.getElementById("updated").hidden = false;
  } else if (name === "demo") {
    document.dispatchEvent(new CustomEvent("quorate:demo", { detail: data }));
  }
}

// Returns the cells that are to flash.
function show(message, used) {
  const row = document.getElementById(`r-${message.key}`);
  if (!row || row.dataset.id !== message.id) return [];
  const flashing = [];
  row.dataset.v = message.v;
  const now = performance.now();
  const quiet = now - Number(row.dataset.flashed || -FLASH_MS) < FLASH_MS;
  for (const cell of row.querySelectorAll("[data-cell]")) {
    const html = message.cells[cell.dataset.cell];
    if (html === undefined) continue;
    if (used(cell)) {
      held.set(cell, html);
      continue;
    }
    held.delete(cell);
    if (replace(cell, html) && message.flash && !quiet) {
      row.dataset.flashed = String(now);
      flashing.push(cell);
    }
  }
  if (view()) match(row, !(message.out ?? []).includes(view()));
  if (message.flash || row.classList.contains("gone")) changed.add(message.id);
  row.dispatchEvent(new CustomEvent("quorate:changed", { bubbles: true, detail: message }));
  return flashing;
}

// A row that left the view stays where it is and says so.
function match(row, matches) {
  const note = row.querySelector(".nomatch");
  row.classList.toggle("gone", !matches);
  if (matches) {
    note?.remove();
  } else if (!note) {
    const words = document.createElement("div");
    words.className = "nomatch sm";
    words.textContent = "no longer matches";
    row.querySelector("th .t")?.append(words);
  }
}

// What somebody is in, or has marked, stays as it is until they are done.
function inUse() {
  const active = document.activeElement;
  const selection = getSelection();
  const marked = selection && !selection.isCollapsed ? selection : null;
  return (cell) => cell.contains(active) || Boolean(marked?.containsNode(cell, true));
}

function catchUp() {
  const used = inUse();
  for (const [cell, html] of held) {
    if (cell.isConnected && used(cell)) continue;
    held.delete(cell);
    if (!cell.isConnected) continue;
    const gone = cell.closest(".gone");
    replace(cell, html);
    if (gone) match(gone, false);
  }
}

// Returns whether the text a person reads changed.
function replace(element, html) {
  const before = element.textContent;
  const fresh = document.createElement("template");
  fresh.innerHTML = html;
  // The stream knows no views: a row's account page is told by the page which list it is opened from.
  const origin = element.closest("[data-origin]")?.dataset.origin;
  for (const link of origin ? fresh.content.querySelectorAll(".t > a") : []) link.setAttribute("href", `${link.getAttribute("href")}?in=${encodeURIComponent(origin)}`);
  element.replaceChildren(fresh.content);
  return element.textContent !== before;
}

function flash(cells) {
  if (cells.length === 0) return;
  for (const cell of cells) cell.classList.remove("flash");
  void document.body.offsetWidth;
  for (const cell of cells) cell.classList.add("flash");
}

function summarise({ scope, html }) {
  const summary = document.getElementById("summary");
  // Nothing moves under the pointer or the focus: the next one will do.
  if (!summary || summary.dataset.scope !== scope || summary.matches(":hover") || summary.contains(document.activeElement)) return;
  replace(summary, html);
  if (window.htmx) window.htmx.process(summary);
}

function count() {
  const pill = document.getElementById("pill");
  if (!pill || changed.size === 0) return;
  const one = document.getElementById("rows") ? "1 row changed, re-sort" : "Something new, show it";
  const words = changed.size === 1 ? one : `${changed.size} rows changed, re-sort`;
  const span = pill.querySelector("span");
  if (span.textContent !== words) span.textContent = words;
  pill.hidden = false;
  const now = performance.now();
  if (now - politeAt >= POLITE_MS) {
    politeAt = now;
    polite.textContent = words;
  }
}

function pause() {
  paused = !paused;
  if (paused) {
    leave("paused");
    say("paused");
  } else {
    join();
  }
}

if (badge) {
  document.addEventListener("visibilitychange", () => {
    clearTimeout(hiddenTimer);
    if (document.visibilityState === "hidden") hiddenTimer = setTimeout(() => leave("off"), HIDDEN_MS);
    else begin();
  });
  document.addEventListener("quorate:pause", pause);
  document.addEventListener("focusout", () => setTimeout(catchUp));
  document.addEventListener("selectionchange", () => {
    if (held.size > 0) catchUp();
  });
  // Another view took the place of this one, or further rows came.
  document.body.addEventListener("htmx:afterSettle", (event) => {
    // The demo's line shows no row.
    if (event.detail.target && event.detail.target.id === "demo") return;
    if (event.detail.target && event.detail.target.id === "view") changed.clear();
    again();
  });
  window.addEventListener("pagehide", () => leave("off"));
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) begin();
  });
  begin();
}

// A page without anything that lives, or one that shows the past, needs no stream.
function begin() {
  const past = badge.dataset.state === "past";
  if (!past && !document.hidden && (rows().length > 0 || document.getElementById("summary"))) join();
}
