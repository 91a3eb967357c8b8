// The heat board, as a person uses it.

import assert from "node:assert/strict";

import { browserTest } from "./harness.js";

const rows = (page) => page.locator("#rows > tr");

browserTest("a row's name opens its account", {}, async ({ page }) => {
  await page.goto("/board?q=northfold");
  await rows(page).getByRole("link", { name: "Northfold Logistics", exact: true }).click();
  await page.waitForURL("**/accounts/northfold-logistics");
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
