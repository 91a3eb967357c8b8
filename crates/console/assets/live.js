// Live values: one event stream a page, over the browser's own EventSource.
//
// Cells change in place and flash; rows never move, come or go. The stream is told which rows the page shows, each
// with the version it has, so after a break it sends what changed meanwhile and nothing else. It is closed while
// the page is hidden: browsers open six connections to a host at most, and only pages somebody sees should hold one.

const HIDDEN_MS = 30_000;
const RETRY_MIN_MS = 1_000;
const RETRY_MAX_MS = 30_000;
const SILENCE_MS = 40_000;
const POLITE_MS = 15_000;
const FLASH_MS = 1_000;

const badge = document.getElementById("live");
const text = document.getElementById("live-text");
const polite = document.getElementById("polite");

let source = null;
let retryMs = RETRY_MIN_MS;
let retryTimer = 0;
let hiddenTimer = 0;
let silenceTimer = 0;
let paused = false;
let clock = text ? text.textContent.replace("As of ", "") : "";
let politeAt = 0;
const changed = new Set();

// Rows of a table, or the numbers at the head of an account.
const rows = () => document.querySelectorAll("[data-v]");

function say(state, words) {
  badge.dataset.state = state;
  if (text.textContent !== words) text.textContent = words;
}

function open() {
  close();
  if (paused || document.visibilityState === "hidden") return;
  const watched = Array.from(rows(), (row) => `${row.id.slice(2)}.${row.dataset.v}`).join(",");
  const summary = document.getElementById("summary") ? "&summary=1" : "";
  source = new EventSource(`/console/events?rows=${watched}${summary}`);
  source.addEventListener("open", () => {
    retryMs = RETRY_MIN_MS;
    heard();
    say("live", `Live · ${clock}`);
  });
  source.addEventListener("rows", (event) => {
    heard();
    for (const row of JSON.parse(event.data).rows) show(row);
    count();
  });
  source.addEventListener("clock", (event) => {
    heard();
    clock = JSON.parse(event.data);
    say("live", `Live · ${clock}`);
  });
  source.addEventListener("summary", (event) => {
    heard();
    summarise(JSON.parse(event.data));
  });
  // The browser's own retry has no random part: many pages would come back in the same moment.
  source.addEventListener("error", later);
}

function close() {
  clearTimeout(retryTimer);
  clearTimeout(silenceTimer);
  if (source) source.close();
  source = null;
}

function later() {
  close();
  if (paused) return;
  say("lost", `Reconnecting, data from ${clock}`);
  retryTimer = setTimeout(open, retryMs / 2 + (Math.random() * retryMs) / 2);
  retryMs = Math.min(retryMs * 2, RETRY_MAX_MS);
}

function heard() {
  clearTimeout(silenceTimer);
  silenceTimer = setTimeout(later, SILENCE_MS);
}

function show(message) {
  const row = document.getElementById(`r-${message.key}`);
  if (!row || row.dataset.id !== message.id) return;
  row.dataset.v = message.v;
  for (const cell of row.querySelectorAll("[data-cell]")) {
    const html = message.cells[cell.dataset.cell];
    if (html === undefined || cell.contains(document.activeElement)) continue;
    if (replace(cell, html) && message.flash) flash(cell);
  }
  if (message.flash) changed.add(message.id);
}

// Returns whether the text a person reads changed.
function replace(element, html) {
  const before = element.textContent;
  const fresh = document.createElement("template");
  fresh.innerHTML = html;
  element.replaceChildren(fresh.content);
  return element.textContent !== before;
}

function flash(cell) {
  const now = performance.now();
  if (now - Number(cell.dataset.flashed || -FLASH_MS) < FLASH_MS) return;
  cell.dataset.flashed = String(now);
  cell.classList.remove("flash");
  void cell.offsetWidth;
  cell.classList.add("flash");
}

function summarise(html) {
  const summary = document.getElementById("summary");
  // Nothing moves under the pointer or the focus: the next one will do.
  if (!summary || summary.matches(":hover") || summary.contains(document.activeElement)) return;
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
    close();
    say("off", `Paused at ${clock}`);
  } else {
    open();
  }
}

if (badge) {
  document.addEventListener("visibilitychange", () => {
    clearTimeout(hiddenTimer);
    if (document.visibilityState === "hidden") {
      hiddenTimer = setTimeout(() => {
        close();
        say("off", `As of ${clock}`);
      }, HIDDEN_MS);
    } else if (!source && !paused) {
      open();
    }
  });
  document.addEventListener("quorate:pause", pause);
  // Another view took the place of this one, or further rows came.
  document.body.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.target && event.detail.target.id === "view") changed.clear();
    open();
  });
  window.addEventListener("pagehide", close);
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) open();
  });
  if (rows().length > 0 || document.getElementById("summary")) open();
}
