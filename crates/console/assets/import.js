// Questions of an import by keys: J and K walk the rows, a digit chooses an answer, U takes it back.

const rows = () => Array.from(document.querySelectorAll("#questions > tr")).filter((row) => row.querySelector("[data-answer]"));
const here = () => rows().findIndex((row) => row.getAttribute("aria-selected") === "true");
const writes = (target) => target.closest?.("input:not([type=radio]), select, textarea, [contenteditable]");

function choose(row) {
  for (const other of rows()) other.removeAttribute("aria-selected");
  row.setAttribute("aria-selected", "true");
}

function move(step) {
  const all = rows();
  const next = all[Math.max(0, Math.min(all.length - 1, here() + step))];
  if (!next) return;
  choose(next);
  next.querySelector(":checked, [data-answer]").focus();
}

function answer(key) {
  const row = rows()[here()];
  const radio = row?.querySelector(`[data-answer="${key}"]`);
  if (radio) {
    radio.checked = true;
    radio.focus();
  }
}

document.addEventListener("focusin", (event) => {
  const row = event.target.closest?.("#questions > tr");
  if (row) choose(row);
});

document.addEventListener("keydown", (event) => {
  if (writes(event.target) || event.metaKey || event.ctrlKey || event.altKey) return;
  if (localStorage.getItem("quorate.keys")) return;
  const key = event.key.toLowerCase();
  if (key === "j") move(1);
  else if (key === "k") move(-1);
  else if (/^[1-9]$/.test(key)) answer(key);
  else if (key === "u") for (const radio of rows()[here()]?.querySelectorAll(":checked") ?? []) radio.checked = false;
  else return;
  event.preventDefault();
});
