// The demo's line on the board: its clock, ready signals, and leaving it out.

import assert from "node:assert/strict";

import { browserTest, Quorate, serve, within } from "./harness.js";

/** From pressing a ready signal to the changed row. */
const SEEN_MS = 1_000;

const now = async (server) => (await server.api("GET", "/v1/accounts/northfold-logistics")).as_of;
const line = (page) => page.locator("#demo");
const state = (page) => line(page).getAttribute("data-state");

/** A demo that a test may stop without anybody else noticing. */
function own(t) {
  const started = Quorate.demo(["--accounts", "20"]);
  t.after(async () => (await started).stop());
  return started;
}

browserTest("the line says what this is, where to start and what time it is there", {}, async ({ page }) => {
  await page.goto("/board");
  const text = await line(page).textContent();
  assert.match(text, /Demo data: a day passes every 20 seconds/);
  assert.match(text, /It is \d+ \w+ \d{4}, \d\d:\d\d UTC/);
  assert.match(text, /Start with Northfold Logistics: hot, but the CFO is cold/);
  const first = await page.locator("#demo-now").textContent();
  await page.waitForFunction((before) => document.getElementById("demo-now").textContent !== before, first);
  await line(page).getByRole("link", { name: "Northfold Logistics" }).click();
  await page.waitForURL("**/accounts/northfold-logistics");
});

for (const scripts of [true, false]) {
  const how = scripts ? "" : ", without scripts too";

  browserTest(`pausing stops the demo's clock, and it goes on${how}`, { scripts, on: own }, async ({ page, server }) => {
    await page.goto("/board");
    await page.getByRole("button", { name: "Pause" }).click();
    await page.getByRole("button", { name: "Go on" }).waitFor();
    assert.equal(await state(page), "paused");
    const stopped = await now(server);
    await page.reload();
    assert.match(await line(page).textContent(), /the clock stands still/);
    assert.equal(await now(server), stopped);
    await page.getByRole("button", { name: "Go on" }).click();
    await page.getByRole("button", { name: "Pause" }).waitFor();
    await within(2_000, "time to pass", async () => (await now(server)) !== stopped);
  });

  browserTest(`the line can be left out, until the clock's state is another one${how}`, { scripts, on: own }, async ({ page }) => {
    await page.goto("/board");
    await page.getByRole("button", { name: "Leave this line out" }).click();
    await line(page).waitFor({ state: "detached" });
    await page.reload();
    assert.equal(await line(page).count(), 0);
    // Somebody else pauses it.
    const origin = new URL(page.url()).origin;
    const answer = await page.context().request.post("/demo/pause", { form: {}, headers: { origin }, maxRedirects: 0 });
    assert.equal(answer.status(), 303);
    await page.reload();
    assert.equal(await state(page), "paused");
  });
}

/** The usual demo, so that the board has its hundred rows. */
function full(t) {
  const started = Quorate.demo();
  t.after(async () => (await started).stop());
  return started;
}

browserTest("a ready signal moves its row on the full board within a second, and the quorum steps up", { on: full }, async ({ page, server, t }) => {
  await page.goto("/board");
  await page.waitForSelector("#live[data-state=live]");
  const quorum = async () => {
    const { quorum } = await server.api("GET", "/v1/accounts/northfold-logistics");
    return quorum.percent ?? quorum;
  };
  const before = await quorum();
  await page.evaluate(() => {
    const cell = document.querySelector("[data-id=northfold-logistics] [data-cell=q]");
    const text = cell.innerHTML;
    window.pressedAt = null;
    window.changedAt = null;
    document.addEventListener("submit", () => (window.pressedAt = Date.now()), { capture: true });
    new MutationObserver(() => {
      if (cell.innerHTML !== text && !window.changedAt) window.changedAt = Date.now();
    }).observe(cell, { childList: true, subtree: true, characterData: true });
  });
  await page.getByText("Send a signal").click();
  await page.getByRole("button", { name: /Owen Castellane/ }).click();
  const ms = await within(5_000, "a change of the quorum cell", () =>
    page.evaluate(() => (window.changedAt ? window.changedAt - window.pressedAt + 1 : null)),
  );
  t.diagnostic(`seen ${ms} ms after the press`);
  assert.ok(ms <= SEEN_MS, `seen ${ms} ms after the press`);
  assert.ok((await page.locator("[data-id=northfold-logistics] .flash").count()) > 0, "nothing flashes");
  assert.ok((await quorum()) > before + 10, `${before}, then ${await quorum()}`);
  assert.match(await line(page).textContent(), /Sent: Owen Castellane, CFO, reads the pricing page/);
  await within(5_000, "the line to say that the CFO is cold no more", async () => {
    await page.reload();
    return /hot, and the CFO reads along/.test(await line(page).textContent());
  });
});

browserTest("a ready signal can be sent without scripts", { scripts: false, on: own }, async ({ page, server }) => {
  await page.goto("/board");
  await page.getByText("Send a signal").click();
  await page.getByRole("button", { name: /Camille Lachance/ }).click();
  assert.match(page.url(), /\/board$/);
  const copperline = await server.api("GET", "/v1/accounts/copperline-freight");
  assert.equal(copperline.mqa.qualified, true);
});

browserTest("another page that is open follows a pause", { on: own }, async ({ page, context }) => {
  await page.goto("/board");
  const other = await context.newPage();
  await other.goto("/board");
  await other.getByRole("button", { name: "Pause" }).click();
  await page.waitForSelector("#demo[data-state=paused]");
});

browserTest("a form of another site moves nothing", {}, async ({ context, server }) => {
  for (const act of ["pause", "go-on", "another-week", "send", "dismiss"]) {
    const headers = { "sec-fetch-site": "cross-site" };
    const answer = await context.request.post(`/demo/${act}`, { form: { signal: "pricing" }, headers, maxRedirects: 0 });
    assert.equal(answer.status(), 403, act);
  }
  const before = await now(server);
  await within(2_000, "time to pass", async () => (await now(server)) !== before);
});

browserTest("a server that is no demo has neither the line nor its routes", { on: serve, signedIn: true }, async ({ page, context }) => {
  await page.goto("/board");
  assert.equal(await line(page).count(), 0);
  for (const path of ["/demo/pause", "/demo/send", "/demo/dismiss"]) {
    const answer = await context.request.post(path, { form: {}, maxRedirects: 0 });
    assert.equal(answer.status(), 404, path);
  }
});
