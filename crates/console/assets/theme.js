// The theme without a new page. The form does the same where scripts are off.

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
