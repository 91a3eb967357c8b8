// Comfort: keys, the theme without a new page, a menu that closes by itself. Every page works without this.

const rows = () => Array.from(document.querySelectorAll("#rows > tr"));

function move(step) {
  const all = rows();
  if (all.length === 0) return;
  const at = all.findIndex((row) => row.getAttribute("aria-selected") === "true");
  const next = all[Math.max(0, Math.min(all.length - 1, at + step))];
  if (at >= 0) all[at].removeAttribute("aria-selected");
  next.setAttribute("aria-selected", "true");
  next.scrollIntoView({ block: "nearest" });
  next.querySelector("th a")?.focus({ preventScroll: true });
}

const keys = {
  j: () => move(1),
  k: () => move(-1),
  r: () => {
    const pill = document.getElementById("pill");
    if (pill && !pill.hidden) pill.click();
  },
  p: () => document.dispatchEvent(new Event("quorate:pause")),
  t: () => document.querySelector("#theme button")?.click(),
  "/": () => document.getElementById("find")?.focus(),
};

document.addEventListener("keydown", (event) => {
  const field = event.target.closest?.("input, select, textarea, [contenteditable]");
  if (event.key === "Escape") {
    for (const menu of document.querySelectorAll("details.menu[open]")) menu.open = false;
    if (field) field.blur();
    return;
  }
  if ((event.metaKey || event.ctrlKey) && event.key === "k") {
    event.preventDefault();
    keys["/"]();
    return;
  }
  if (field || event.metaKey || event.ctrlKey || event.altKey) return;
  const act = keys[event.key.toLowerCase()];
  if (!act) return;
  event.preventDefault();
  act();
});

// Further rows came below those that were there: the page below counts them all.
document.body.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.target?.id !== "rows") return;
  const shown = document.getElementById("shown");
  shown.textContent = `${rows().length} of ${shown.dataset.all}`;
  document.querySelector("#more .first")?.remove();
});

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

const NEXT = { system: "dark", dark: "light", light: "system" };

document.getElementById("theme")?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.currentTarget;
  const button = form.querySelector("button");
  const theme = button.value;
  const body = new URLSearchParams(new FormData(form));
  body.set("theme", theme);
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  button.value = NEXT[theme];
  const words = `Switch to the ${button.value} theme`;
  button.title = words;
  button.setAttribute("aria-label", words);
  await fetch(form.action, { method: "POST", body, redirect: "manual" });
});
