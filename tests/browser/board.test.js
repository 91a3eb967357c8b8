// The heat board, as a person uses it.

import assert from "node:assert/strict";

import { browserTest } from "./harness.js";

const rows = (page) => page.locator("#rows > tr");

browserTest("a row's name opens its account", {}, async ({ page }) => {
  await page.goto("/board?q=northfold");
  await rows(page).getByRole("link", { name: "Northfold Logistics", exact: true }).click();
  await page.waitForURL("**/accounts/northfold-logistics?in=*");
  assert.equal(await page.locator("h1").textContent(), "Northfold Logistics");
});

browserTest("a filter changes the table and the address, and back undoes it", {}, async ({ page }) => {
  await page.goto("/board");
  const all = await rows(page).count();
  await page.locator("#filter summary").click();
  await page.locator("#filter input[name=band][value=burning]").check();
  await page.getByRole("button", { name: "Show", exact: true }).click();
  await page.waitForURL("**/board?band=burning");
  await page.waitForFunction((before) => document.querySelectorAll("#rows > tr").length < before, all);
  assert.ok((await rows(page).count()) > 0, "nobody is burning");
  await page.goBack();
  await page.waitForFunction((before) => document.querySelectorAll("#rows > tr").length === before, all);
});

browserTest("a filter works without scripts", { scripts: false }, async ({ page }) => {
  await page.goto("/board");
  const all = await rows(page).count();
  await page.locator("#filter summary").click();
  await page.locator("#filter input[name=band][value=burning]").check();
  await page.getByRole("button", { name: "Show", exact: true }).click();
  assert.match(page.url(), /\/board\?band=burning$/);
  const left = await rows(page).count();
  assert.ok(left > 0 && left < all, `${left} of ${all}`);
});

browserTest("J and K walk the rows, Enter opens one, slash finds", {}, async ({ page }) => {
  await page.goto("/board");
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  await page.keyboard.press("k");
  const first = rows(page).first();
  assert.equal(await first.getAttribute("aria-selected"), "true");
  await page.keyboard.press("/");
  assert.equal(await page.evaluate(() => document.activeElement.id), "find");
  await page.keyboard.press("Escape");
  await first.locator("th a").first().focus();
  await page.keyboard.press("Enter");
  await page.waitForURL("**/accounts/*");
});

browserTest("the theme is kept from page to page", { theme: "light" }, async ({ page, context }) => {
  await page.goto("/board");
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await ground();
  const answered = page.waitForResponse("**/console/theme");
  await page.getByRole("button", { name: "Switch to the dark theme" }).click();
  await answered;
  assert.notEqual(await ground(), light, "the page stayed light");
  await page.goto("/accounts/northfold-logistics");
  assert.equal(await page.locator("html").getAttribute("data-theme"), "dark");
  assert.equal((await context.cookies()).length, 1);
});

browserTest("the theme can be chosen without scripts", { scripts: false }, async ({ page }) => {
  await page.goto("/board");
  await page.getByRole("button", { name: "Switch to the dark theme" }).click();
  assert.match(page.url(), /\/board$/);
  assert.equal(await page.locator("html").getAttribute("data-theme"), "dark");
});

browserTest("space looks into a row from the side, escape goes back to it", {}, async ({ page }) => {
  await page.goto("/board");
  await page.keyboard.press("j");
  const name = await rows(page).first().locator("th .t a").textContent();
  await page.keyboard.press(" ");
  const sheet = page.locator("#sheet[open]");
  await sheet.locator("#peek").waitFor();
  assert.equal((await sheet.locator("h2").textContent()).trim(), name);
  assert.ok((await rows(page).count()) > 0, "the table went away");
  await page.keyboard.press("j");
  const second = await rows(page).nth(1).locator("th .t a").textContent();
  await page.waitForFunction((wanted) => document.querySelector("#sheet h2").textContent.trim() === wanted, second);
  // As a live value does that comes meanwhile.
  await rows(page).nth(1).locator("th").evaluate((head) => head.replaceChildren(...head.cloneNode(true).childNodes));
  await page.keyboard.press("Escape");
  await sheet.waitFor({ state: "detached" });
  assert.equal(await page.evaluate(() => document.activeElement.textContent), second);
});

browserTest("a look into an account is a page of its own without scripts", { scripts: false }, async ({ page }) => {
  await page.goto("/board");
  const link = rows(page).first().locator("a.peek");
  const where = await link.getAttribute("href");
  await page.goto(where);
  assert.match(await page.locator("#peek").textContent(), /Open the account/);
});

browserTest("columns are chosen in a form, without scripts too", { scripts: false }, async ({ page }) => {
  await page.goto("/board");
  await page.locator("#columns summary").click();
  await page.locator("#columns input[value=tier]").check();
  await page.locator("#columns input[value=fit]").uncheck();
  await page.locator("#columns").getByRole("button", { name: "Show", exact: true }).click();
  assert.match(page.url(), /cols=/);
  const heads = await page.locator(".board thead th").allTextContents();
  assert.ok(heads.includes("Tier") && !heads.includes("Fit"), heads.join());
});

browserTest("the view is a file of all its rows", {}, async ({ page }) => {
  await page.goto("/board?band=burning");
  const shown = await rows(page).count();
  const coming = page.waitForEvent("download");
  await page.locator("#export").click();
  const file = await coming;
  assert.match(file.suggestedFilename(), /^accounts-\d{4}-\d{2}-\d{2}\.csv$/);
  const stream = await file.createReadStream();
  let text = "";
  for await (const piece of stream) text += piece;
  assert.equal(text.trim().split("\r\n").length, shown + 1);
});

browserTest("single keys can be switched off", {}, async ({ page }) => {
  await page.goto("/shortcuts");
  await page.locator("#keys-on").uncheck();
  await page.goto("/board");
  await page.keyboard.press("j");
  assert.equal(await page.locator("tr[aria-selected=true]").count(), 0);
});

browserTest("a list is chosen in the head, and the summary is about it", {}, async ({ page }) => {
  await page.goto("/board?band=cold");
  const all = await page.locator("#summary .mx").allTextContents();
  await page.locator("#lists summary").click();
  await page.locator("#lists a", { hasText: "Nordics" }).click();
  await page.waitForURL("**/board?list=nordics&band=cold");
  assert.match(await page.locator("#lists summary").textContent(), /Nordics/);
  const here = await page.locator("#summary .mx").allTextContents();
  const sum = (cells) => cells.reduce((total, cell) => total + Number(cell), 0);
  assert.ok(sum(here) < sum(all), `${sum(here)} of ${sum(all)}`);
  assert.match(await page.locator("#summary .mx").first().getAttribute("href"), /list=nordics/);
  assert.equal(await page.locator("#view .bar a.chip", { hasText: "List" }).count(), 0);
});

browserTest("an account knows the list it was opened from: ] and [ walk it", {}, async ({ page }) => {
  await page.goto("/board?list=q3-target-accounts&sort=name");
  const names = await rows(page).locator(".t > a").allTextContents();
  await rows(page).nth(1).locator(".t > a").click();
  await page.waitForURL("**/accounts/*?in=*");
  const name = () => page.locator("h1").textContent();
  assert.equal(await name(), names[1]);
  await page.keyboard.press("]");
  await page.waitForFunction((wanted) => document.querySelector("h1").textContent === wanted, names[2]);
  await page.keyboard.press("[");
  await page.waitForFunction((wanted) => document.querySelector("h1").textContent === wanted, names[1]);
  await page.getByRole("link", { name: /^Before it/ }).click();
  await page.waitForFunction((wanted) => document.querySelector("h1").textContent === wanted, names[0]);
  assert.equal(await page.locator("a[rel=prev]").count(), 0, "the first has nobody before it");
});

const daysAgo = async (server, days) => {
  const { as_of: now } = await server.api("GET", "/v1/accounts?limit=1");
  return new Date(Date.parse(now) - days * 86_400_000).toISOString().slice(0, 10);
};

browserTest("a past day is chosen in the head, read while one waits, and left again", {}, async ({ page, server }) => {
  await page.goto("/board?band=hot,burning");
  const now = await rows(page).allTextContents();
  const day = await daysAgo(server, 45);
  await page.locator("#instant summary").click();
  await page.locator("#instant input[name=as_of]").fill(day);
  await page.locator("#instant").getByRole("button", { name: "Show", exact: true }).click();
  await page.waitForURL(`**/board?band=hot&band=burning&as_of=${day}`);
  await page.locator("#past").waitFor();
  assert.match(await page.locator("#live-text").textContent(), /^As of .*, 00:00 UTC$/);
  assert.equal(await page.locator("#live").getAttribute("data-state"), "past");
  assert.equal(await page.locator("#add").count(), 0);
  assert.notDeepEqual(await rows(page).allTextContents(), now);
  // What is pressed stays on that day.
  await page.locator(".tabs a").first().click();
  await page.waitForURL(`**/board?band=hot,burning&as_of=${day}`);
  await rows(page).first().locator("th .t a").click();
  await page.waitForURL(`**/accounts/*?as_of=${day}&in=*`);
  await page.locator(".pastbar").waitFor();
  await page.goBack();
  await page.locator("#past a.btn").click();
  await page.waitForURL("**/board?band=hot,burning");
  assert.equal(await page.locator("#past").count(), 0);
});

browserTest("a past day is read without scripts too", { scripts: false }, async ({ page, server }) => {
  const day = await daysAgo(server, 44);
  await page.goto(`/board?as_of=${day}`);
  // The page renews itself until all is read.
  await page.locator("#past").waitFor();
  assert.ok((await rows(page).count()) > 0, "nobody was there");
});

browserTest("a view is saved as a tab, renamed and deleted, without scripts too", { scripts: false }, async ({ page }) => {
  await page.goto("/board?band=burning&sort=name");
  const shown = await rows(page).count();
  await page.locator("#views summary").click();
  await page.locator("#views input[name=name]").fill("On fire");
  await page.locator("#views").getByRole("button", { name: "Save", exact: true }).click();
  await page.waitForURL("**/board?band=burning&sort=name");
  const tab = (name) => page.locator(".tabs a", { hasText: name });
  assert.equal(await tab("On fire").getAttribute("aria-current"), "page");
  assert.equal((await tab("On fire").locator(".n").textContent()).trim(), String(shown));
  await page.goto("/board");
  await tab("On fire").click();
  await page.locator("#views summary").click();
  await page.locator("#views input[name=name]").fill("Burning, by name");
  await page.locator("#views").getByRole("button", { name: "Rename" }).click();
  await tab("Burning, by name").waitFor();
  await page.locator("#views summary").click();
  await page.locator("#views").getByRole("button", { name: "Delete “Burning, by name”" }).click();
  await page.waitForURL("**/board");
  assert.equal(await tab("Burning, by name").count(), 0);
});

browserTest("a name that is taken is said beside the field, with scripts", {}, async ({ page, guard }) => {
  guard.forgive(/422/);
  await page.goto("/board?band=cold");
  await page.locator("#views summary").click();
  await page.locator("#views input[name=name]").fill("mqa");
  await page.locator("#views").getByRole("button", { name: "Save", exact: true }).click();
  assert.match(await page.locator("#views [role=alert]").textContent(), /The tab MQA is shipped/);
  assert.equal(await page.locator("#views input[name=name]").inputValue(), "mqa");
});
