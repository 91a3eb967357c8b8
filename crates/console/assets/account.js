// An account's page while it is looked at: its numbers stay true, and what is being read is not moved.
//
// The live stream tells that the account changed by changing the version at its tiles. Then the page is asked for
// once more, and its parts are compared: numbers and the chart change in place, a panel that somebody reads says
// that there is something new instead. Without this script the page is right when it is loaded.

const GATHER_MS = 150;
const SIGNAL_MS = 500;
const READING_MS = 4_000;
const FLASH_MS = 1_200;

const tiles = document.querySelector(".kpis[data-v]");
const copy = document.getElementById("copy-link");

let timer = 0;
let askedAt = -SIGNAL_MS;
let asking = false;
let again = false;
let touchedAt = -READING_MS;
// Parts that wait until somebody wants them, by name.
const waiting = new Map();

function later() {
  if (timer) return;
  const since = performance.now() - askedAt;
  timer = setTimeout(refresh, Math.max(GATHER_MS, SIGNAL_MS - since));
}

async function refresh() {
  timer = 0;
  if (asking) {
    again = true;
    return;
  }
  asking = true;
  askedAt = performance.now();
  try {
    const answer = await fetch(location.href, { headers: { accept: "text/html" }, cache: "no-store" });
    if (answer.ok) take(new DOMParser().parseFromString(await answer.text(), "text/html"));
  } catch {
    // The live line says that the connection is lost; the next change asks again.
  }
  asking = false;
  if (again) {
    again = false;
    later();
  }
}

function take(fresh) {
  values(fresh);
  const news = signals(fresh) - signals(document);
  for (const part of document.querySelectorAll("[data-part]")) {
    const name = part.dataset.part;
    if (name === "tiles") continue;
    const next = fresh.querySelector(`[data-part="${name}"]`);
    if (!next) continue;
    if (same(part, next)) {
      waiting.delete(name);
      continue;
    }
    if (isRead(part)) {
      waiting.set(name, next);
      if (name === "signals" && news > 0) offer(part, name, news);
    } else {
      put(part, next, name);
    }
  }
}

const signals = (page) => Number(page.querySelector("[data-signals]")?.dataset.signals || 0);

// What the script itself put in is no difference.
function same(part, next) {
  const bare = part.cloneNode(true);
  for (const pill of bare.querySelectorAll(".fresh")) pill.remove();
  return bare.innerHTML === next.innerHTML;
}

function put(part, next, name) {
  waiting.delete(name);
  const open = part.querySelector("details[open]") !== null;
  const fresh = document.importNode(next, true);
  if (open) for (const details of fresh.querySelectorAll("details")) details.open = true;
  const box = part.querySelector(".scroll");
  const left = box ? box.scrollLeft : 0;
  part.replaceChildren(...fresh.childNodes);
  const after = part.querySelector(".scroll");
  if (after) after.scrollLeft = left;
  if (name === "signals") remember();
}

function remember() {
  const holder = document.querySelector("[data-signals]");
  const number = document.querySelector('[data-value="tab-Signals"]');
  if (holder && number) holder.dataset.signals = number.textContent.replace(/\D/g, "");
}

// Somebody reads a part while the pointer or the focus is in it, something of it is selected, or a menu is open.
function isRead(part) {
  const selection = document.getSelection();
  const selected = selection && !selection.isCollapsed && part.contains(selection.anchorNode);
  const pointed = part.matches(":hover") && performance.now() - touchedAt < READING_MS;
  return pointed || part.contains(document.activeElement) || selected;
}

function offer(part, name, news) {
  let pill = part.querySelector(".fresh");
  if (!pill) {
    pill = document.createElement("button");
    pill.type = "button";
    pill.className = "pill fresh";
    pill.addEventListener("click", () => {
      const next = waiting.get(name);
      if (next) put(part, next, name);
    });
    part.querySelector(".ph, .sums, .sighead")?.append(pill);
  }
  pill.textContent = `${news} new`;
}

// Numbers at the head change one by one, so that a menu that is open among them stays open.
function values(fresh) {
  const next = fresh.querySelector(".kpis");
  if (!tiles || !next) return;
  const mine = tiles.querySelectorAll(".k");
  next.querySelectorAll(".k").forEach((tile, place) => {
    const old = mine[place];
    if (!old || old.innerHTML === tile.innerHTML || old.querySelector("details[open]")) return;
    const before = new Map(Array.from(old.querySelectorAll("[data-value]"), (value) => [value.dataset.value, value.textContent]));
    if (old.contains(document.activeElement)) return;
    old.replaceChildren(...document.importNode(tile, true).childNodes);
    for (const value of old.querySelectorAll("[data-value]")) {
      if (before.get(value.dataset.value) !== value.textContent) flash(value);
    }
  });
  for (const number of document.querySelectorAll('.tabs [data-value]')) {
    const other = fresh.querySelector(`.tabs [data-value="${number.dataset.value}"]`);
    if (other && other.textContent !== number.textContent) number.textContent = other.textContent;
  }
}

function flash(element) {
  const now = performance.now();
  if (now - Number(element.dataset.flashed || -FLASH_MS) < FLASH_MS) return;
  element.dataset.flashed = String(now);
  element.classList.remove("flash");
  void element.offsetWidth;
  element.classList.add("flash");
}

if (tiles) {
  new MutationObserver(later).observe(tiles, { attributes: true, attributeFilter: ["data-v"] });
  // A part that was left takes what waited for it.
  document.addEventListener("pointermove", () => {
    touchedAt = performance.now();
  }, { passive: true });
  setInterval(() => {
    for (const [name, next] of waiting) {
      const part = document.querySelector(`[data-part="${name}"]`);
      if (part && !isRead(part)) put(part, next, name);
    }
  }, READING_MS);
}

if (copy && navigator.clipboard) {
  copy.hidden = false;
  const label = copy.querySelector("span");
  const words = label.textContent;
  copy.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(location.href);
      label.textContent = "Copied";
    } catch {
      label.textContent = "Not allowed here";
    }
    setTimeout(() => {
      label.textContent = words;
    }, 2_000);
  });
}

// The committee graph by keys: arrows walk along edges to the nearest person on that side, Enter opens as any link
// does, Esc goes back to the list.
const ASIDE = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

function middle(node) {
  const box = node.getBoundingClientRect();
  return [box.left + box.width / 2, box.top + box.height / 2];
}

// Related nodes carry the mark `w3` of node `n3`.
function related(node) {
  const own = [...node.classList].find((name) => /^n\d+$/.test(name));
  if (!own) return [];
  const nodes = node.closest("svg").querySelectorAll(`a.nd.w${own.slice(1)}`);
  return [...nodes].filter((other) => other !== node);
}

function beside(node, [right, down]) {
  const [x, y] = middle(node);
  let best = null;
  for (const other of related(node)) {
    const [ox, oy] = middle(other);
    const along = (ox - x) * right + (oy - y) * down;
    const across = Math.abs((ox - x) * down) + Math.abs((oy - y) * right);
    // Straight ahead counts; what lies aside costs double.
    const far = along + 2 * across;
    if (along > 1 && (!best || far < best.far)) best = { other, far };
  }
  return best?.other;
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  const node = event.target.closest?.(".graph a.nd");
  if (!node) return;
  if (event.key === "Escape") {
    const list = document.getElementById("list");
    const same = [...(list?.querySelectorAll("a[href]") ?? [])].find((link) => link.getAttribute("href") === node.getAttribute("href"));
    const back = same ?? list?.querySelector("a[href]");
    if (back) back.focus();
    else node.blur();
    event.preventDefault();
    return;
  }
  const side = ASIDE[event.key];
  if (!side) return;
  const next = beside(node, side);
  if (next) next.focus();
  // The page does not scroll under the hands of who walks the graph.
  event.preventDefault();
});
