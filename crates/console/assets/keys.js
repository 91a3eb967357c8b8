// Keys. A page needs none of them: each does what something on the page does too.
//
// A page gives an element a key of its own with data-key="x": the key presses it, or goes to it when it is a field.
// Single keys are off while somebody writes, and for good when they were switched off on /shortcuts.

const OFF = "quorate.keys";
const THEN_MS = 1_200;

const field = (target) => target.closest?.("input, select, textarea, [contenteditable]");
const seen = (element) => element && element.checkVisibility();
const press = (selector) => {
  const element = Array.from(document.querySelectorAll(selector)).find(seen);
  element?.click();
  return Boolean(element);
};
const tell = (words) => {
  document.getElementById("polite").textContent = words;
};

function find() {
  const box = document.getElementById("find");
  box?.focus();
  box?.select();
}

function open(menu) {
  const details = document.querySelector(menu);
  if (!details) return;
  details.open = true;
  details.querySelector("form, .pop")?.querySelector("input, select, a")?.focus();
}

async function copy() {
  try {
    await navigator.clipboard.writeText(location.href);
    tell("Link copied");
  } catch {
    tell("The browser does not let this page copy");
  }
}

const KEYS = {
  "/": find,
  f: () => open("#filter"),
  s: () => open("#sort"),
  r: () => press("#pill"),
  p: () => document.dispatchEvent(new Event("quorate:pause")),
  t: () => press("#theme button"),
  c: copy,
  "[": () => press("a[rel=prev]"),
  "]": () => press("a[rel=next]"),
  "?": () => location.assign("/shortcuts"),
};

let then = 0;

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    const menu = document.querySelector("details.menu[open]");
    if (menu) {
      menu.open = false;
      menu.querySelector("summary").focus();
    } else {
      field(event.target)?.blur();
    }
    return;
  }
  if ((event.metaKey || event.ctrlKey) && event.key.toLowerCase() === "k") {
    event.preventDefault();
    find();
    return;
  }
  if (field(event.target) || event.metaKey || event.ctrlKey || event.altKey || event.isComposing) return;
  if (localStorage.getItem(OFF)) return;
  const key = event.key.toLowerCase();
  const second = performance.now() < then;
  then = 0;
  if (second) {
    if (press(`a[data-go="${CSS.escape(key)}"]`)) event.preventDefault();
    return;
  }
  if (key === "g") {
    then = performance.now() + THEN_MS;
    return;
  }
  const own = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
  if (own) {
    event.preventDefault();
    if (own.matches("input, select, textarea")) own.focus();
    else own.click();
    return;
  }
  if (/^[1-6]$/.test(key)) {
    document.querySelectorAll(".tabs a")[Number(key) - 1]?.click();
    return;
  }
  const act = KEYS[key];
  if (!act) return;
  event.preventDefault();
  act();
});

// A menu closes when somebody presses elsewhere.
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

const choice = document.getElementById("keys-on");
if (choice) {
  choice.checked = !localStorage.getItem(OFF);
  choice.disabled = false;
  choice.addEventListener("change", () => {
    if (choice.checked) localStorage.removeItem(OFF);
    else localStorage.setItem(OFF, "1");
  });
}
