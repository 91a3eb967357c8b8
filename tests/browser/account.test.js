// An account's page, as a person uses it.

import assert from "node:assert/strict";

import { browserTest } from "./harness.js";

browserTest("the chart says in words and in a table what it draws", {}, async ({ page }) => {
  await page.goto("/accounts/northfold-logistics");
  const chart = page.locator("svg.chart");
  assert.match(await chart.getAttribute("aria-label"), /heat/i);
  const table = page.locator("details.astable table").first();
  assert.equal(await table.isVisible(), false);
  await page.getByText("Show as table").first().click();
  assert.ok(await table.isVisible());
  assert.ok((await table.locator("tbody tr").count()) > 10);
});

browserTest("its tabs are links, and history lists what happened", {}, async ({ page }) => {
  await page.goto("/accounts/northfold-logistics");
  await page.getByRole("navigation", { name: "Account" }).getByRole("link", { name: "History" }).click();
  await page.waitForURL("**/accounts/northfold-logistics/history");
  assert.ok((await page.locator("ol.log li").count()) > 10);
});

browserTest("an account nobody knows says so", {}, async ({ page, guard }) => {
  guard.forgive(/404 \(Not Found\)/);
  const answer = await page.goto("/accounts/nobody-is-called-this");
  assert.equal(answer.status(), 404);
  assert.equal(await page.locator("h1").count(), 1);
});
