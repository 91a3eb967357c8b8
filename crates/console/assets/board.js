// The board's rows: walked by keys, looked into from the side, joined by further ones.

const rows = () => Array.from(document.querySelectorAll("#rows > tr"));
const chosen = () => rows().findIndex((row) => row.getAttribute("aria-selected") === "true");
const field = (target) => target.closest?.("input, select, textarea, [contenteditable]");

const sheet = document.getElementById("sheet");
// The address of the account that was looked into: its row may be made anew meanwhile.
let back = null;
const lead = (row) => row.querySelector("th a");

function choose(row) {
  for (const other of rows()) other.removeAttribute("aria-selected");
  row.setAttribute("aria-selected", "true");
  row.scrollIntoView({ block: "nearest" });
}

function move(step) {
  const all = rows();
  if (all.length === 0) return;
  const next = all[Math.max(0, Math.min(all.length - 1, chosen() + step))];
  choose(next);
  if (sheet?.open) peek(next);
  else lead(next)?.focus({ preventScroll: true });
}

async function peek(row) {
  const link = row.querySelector("a.peek");
  if (!link || !sheet) return;
  back = lead(row)?.getAttribute("href");
  const answer = await fetch(link.href).catch(() => null);
  const page = new DOMParser().parseFromString(answer ? await answer.text() : "", "text/html");
  const inside = page.getElementById("peek");
  const body = sheet.querySelector(".inside");
  if (inside) {
    body.replaceChildren(document.adoptNode(inside));
  } else {
    const words = document.createElement("p");
    words.textContent = "This account could not be loaded. The board is fine.";
    body.replaceChildren(words);
  }
  if (!sheet.open) {
    sheet.show();
    sheet.focus();
  }
}

function leave() {
  if (!sheet?.open) return;
  sheet.close();
  const row = rows().find((row) => lead(row)?.getAttribute("href") === back);
  if (row) lead(row).focus({ preventScroll: true });
}

document.addEventListener("keydown", (event) => {
  if (field(event.target) || event.metaKey || event.ctrlKey || event.altKey) return;
  if (event.key === "Escape") {
    leave();
    return;
  }
  if (localStorage.getItem("quorate.keys")) return;
  const row = rows()[chosen()];
  const key = event.key.toLowerCase();
  if (key === "j") move(1);
  else if (key === "k") move(-1);
  else if (key === " " && row && !event.target.closest("button, summary")) {
    event.preventDefault();
    if (sheet?.open) leave();
    else peek(row);
  }
});

document.addEventListener("click", (event) => {
  const link = event.target.closest("a.peek");
  if (link && !event.metaKey && !event.ctrlKey && !event.shiftKey) {
    event.preventDefault();
    const row = link.closest("tr");
    choose(row);
    peek(row);
  }
  if (event.target.closest("#sheet .close")) leave();
});

// Further rows came below those that were there: the page below counts them all.
document.body.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.target?.id !== "rows") return;
  const shown = document.getElementById("shown");
  shown.textContent = `${rows().length} of ${shown.dataset.all}`;
  document.querySelector("#more .first")?.remove();
});

// The server is busy: the same again when it said to, and the page stays as it is meanwhile.
document.body.addEventListener("htmx:responseError", (event) => {
  const { elt, xhr } = event.detail;
  const busy = document.getElementById("busy");
  if (!busy || (xhr.status !== 429 && xhr.status !== 503)) return;
  let left = Math.min(60, Math.max(1, Number(xhr.getResponseHeader("retry-after")) || 4));
  busy.hidden = false;
  const count = () => {
    if (left > 0) {
      busy.textContent = `Quorate is busy. Trying again in ${left} s.`;
      left -= 1;
      setTimeout(count, 1_000);
      return;
    }
    busy.hidden = true;
    if (elt.isConnected) elt.click();
  };
  count();
});
