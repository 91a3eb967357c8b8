// What happens is seen without asking, and nothing moves under the pointer.

import assert from "node:assert/strict";

import { browserTest, serve, within } from "./harness.js";

/** From the acknowledgement of a signal to the changed cell. */
const SEEN_MS = 1_000;

const ACCOUNTS = ["alder", "birch", "cedar", "dogwood", "elm", "fir"];

let seeded = null;
const on = () => (seeded ??= seed());

/** The first account is the hottest, the last one has no signal; each has one person. */
async function seed() {
  const server = await serve();
  for (const [place, id] of ACCOUNTS.entries()) {
    await server.api("PUT", `/v1/accounts/${id}`, { name: id });
    await server.api("PUT", `/v1/accounts/${id}/contacts/someone`, { title: "Chief Financial Officer" });
    const strength = (ACCOUNTS.length - place - 1) / ACCOUNTS.length;
    if (strength > 0) await server.signal({ id: "first", account: id, contact: "someone", kind: "page.pricing", strength });
  }
  return server;
}

/** Opens a page and waits for its stream. */
async function open(page, where) {
  await page.goto(where);
  await page.waitForSelector("#live[data-state=live]");
}

/** Has the page note when the words of an account's cells change next, on the clock that the test reads too. */
const watch = (page, id) =>
  page.evaluate((account) => {
    const cells = document.querySelector(`[data-id="${account}"]`);
    const before = cells.textContent;
    window.changedAt = null;
    const observer = new MutationObserver(() => {
      if (cells.textContent === before) return;
      window.changedAt = Date.now();
      observer.disconnect();
    });
    observer.observe(cells, { childList: true, subtree: true, characterData: true });
  }, id);

/** Posts a signal and returns how long after its acknowledgement the page changed, in ms. */
async function seenAfter(page, server, signal) {
  await watch(page, signal.account);
  await server.signal(signal);
  const acknowledged = Date.now();
  const changed = await within(10_000, "a change of the row", () => page.evaluate(() => window.changedAt));
  return changed - acknowledged;
}

const order = (page) =>
  page.$$eval("#rows > tr", (rows) => rows.map((row) => [row.dataset.id, row.getBoundingClientRect().top]));

browserTest("a posted signal is seen on the board within a second, and no row moves", { on, signedIn: true }, async ({ page, server, t }) => {
  await open(page, "/board");
  const before = await order(page);
  assert.notEqual(before[0][0], "elm");
  const ms = await seenAfter(page, server, { id: "live-1", account: "elm", contact: "someone", kind: "demo.requested" });
  t.diagnostic(`seen ${ms} ms after the acknowledgement`);
  assert.ok(ms <= SEEN_MS, `seen ${ms} ms after the acknowledgement`);
  assert.ok((await page.locator("[data-id=elm] .flash").count()) > 0, "nothing flashes");
  assert.deepEqual(await order(page), before, "rows moved");

  const pill = page.locator("#pill");
  await pill.waitFor({ state: "visible" });
  await pill.click();
  await page.waitForFunction(() => document.querySelector("#rows > tr").dataset.id === "elm");
});

browserTest("a posted signal is seen on the account's page within a second", { on, signedIn: true }, async ({ page, server, t }) => {
  await open(page, "/accounts/cedar");
  const ms = await seenAfter(page, server, { id: "live-2", account: "cedar", contact: "someone", kind: "demo.requested" });
  t.diagnostic(`seen ${ms} ms after the acknowledgement`);
  assert.ok(ms <= SEEN_MS, `seen ${ms} ms after the acknowledgement`);
});

browserTest("a paused page stays as it is, and catches up when it goes on", { on, signedIn: true }, async ({ page, server }) => {
  await open(page, "/board");
  await page.keyboard.press("p");
  await page.waitForSelector("#live[data-state=paused]");
  const row = page.locator("[data-id=dogwood]");
  const before = await row.textContent();
  await server.signal({ id: "live-3", account: "dogwood", contact: "someone", kind: "demo.requested" });
  // Another page sees it: whatever was to come over a stream has come.
  const other = await page.context().newPage();
  await open(other, "/board");
  assert.notEqual(await other.locator("[data-id=dogwood]").textContent(), before);
  assert.equal(await row.textContent(), before);
  await watch(page, "dogwood");
  await page.bringToFront();
  await page.keyboard.press("p");
  await within(5_000, "the row to catch up", () => page.evaluate(() => window.changedAt));
});

browserTest("without scripts the board shows a signal when it is asked again", { on, signedIn: true, scripts: false }, async ({ page, server }) => {
  await page.goto("/board");
  const row = page.locator("[data-id=fir]");
  const before = await row.textContent();
  await server.signal({ id: "live-4", account: "fir", contact: "someone", kind: "demo.requested" });
  await page.reload();
  assert.notEqual(await row.textContent(), before);
});

browserTest("two pages of a browser hold one stream, and both see a signal", { on, signedIn: true }, async ({ page, server }) => {
  const streams = [];
  page.context().on("request", (request) => {
    if (request.url().includes("/console/events")) streams.push(request.frame().page());
  });
  await open(page, "/board");
  const other = await page.context().newPage();
  await open(other, "/board?q=birch");
  await watch(page, "birch");
  await watch(other, "birch");
  await server.signal({ id: "live-5", account: "birch", contact: "someone", kind: "demo.requested" });
  for (const one of [page, other]) {
    await within(5_000, "both pages to change", () => one.evaluate(() => window.changedAt));
  }
  assert.equal(new Set(streams).size, 1, "the second page has a stream of its own");
});

browserTest("a row that left the view stays and says so", { on, signedIn: true }, async ({ page, server }) => {
  // Of its own: what other tests send must not have warmed it.
  await server.api("PUT", "/v1/accounts/ginkgo", { name: "ginkgo" });
  await server.api("PUT", "/v1/accounts/ginkgo/contacts/someone", { title: "Chief Financial Officer" });
  await open(page, "/board?band=cold");
  const row = page.locator("[data-id=ginkgo]");
  const before = await order(page);
  for (const number of [1, 2, 3, 4]) {
    await server.signal({ id: `left-${number}`, account: "ginkgo", contact: "someone", kind: "demo.requested" });
  }
  await row.locator(".nomatch").waitFor();
  assert.equal(await row.locator(".nomatch").textContent(), "no longer matches");
  assert.deepEqual(await order(page), before, "rows moved");
});
