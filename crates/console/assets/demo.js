// The demo's line: its clock ticks, and it follows the demo when another page paused it.

document.addEventListener("quorate:demo", (event) => {
  const line = document.getElementById("demo");
  const now = document.getElementById("demo-now");
  if (!line || !now) return;
  if (now.textContent !== event.detail.now) now.textContent = event.detail.now;
  // Somebody who is about to press something there is not disturbed: the next second will do.
  if (line.dataset.state === event.detail.state || line.matches(":hover") || line.contains(document.activeElement)) return;
  if (window.htmx) window.htmx.ajax("GET", "/demo", { target: "#demo", swap: "outerHTML" });
});

// What was pressed is gone with the old line: the focus goes to what took its place.
document.body.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.target?.id !== "demo" || document.activeElement !== document.body) return;
  document.getElementById("demo-menu")?.focus({ preventScroll: true });
});
