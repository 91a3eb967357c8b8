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

browserTest("a cell of the matrix opens the signals that add up to it", {}, async ({ page }) => {
  await page.goto("/accounts/northfold-logistics");
  const cell = page.locator(".matrix a.mv").first();
  const points = Number(await cell.textContent());
  await cell.click();
  await page.waitForURL("**/signals?person=*&kind=*");
  const total = Number.parseFloat(await page.locator(".sums dd").first().textContent());
  // The demo's clock runs: between the two pages some of it faded.
  assert.ok(Math.abs(total - points) <= 0.5, `${total} points behind a cell of ${points}`);
});

browserTest("what changed since an instant is told and leads to signals", { scripts: false }, async ({ page }) => {
  await page.goto("/accounts/northfold-logistics");
  await page.getByRole("link", { name: "30 days ago" }).click();
  assert.match(await page.locator(".changed p").first().textContent(), /heat went from \d+ to \d+/);
  assert.ok((await page.locator(".causes tbody tr").count()) > 1);
});

browserTest("a page of the past says so, offers no change, and leads back", {}, async ({ page }) => {
  const yesterday = new Date(Date.now() - 86_400_000).toISOString();
  await page.goto(`/accounts/northfold-logistics/history?as_of=${encodeURIComponent(yesterday)}`);
  assert.match(await page.locator(".pastbar").textContent(), /This is how it was/);
  assert.equal(await page.getByRole("link", { name: "Log a signal" }).count(), 0);
  assert.equal(await page.locator("[data-v]").count(), 0);
  await page.getByRole("link", { name: "Back to now" }).click();
  await page.waitForURL("**/accounts/northfold-logistics/history");
  assert.equal(await page.locator(".pastbar").count(), 0);
});

browserTest("a signal is logged by a plain form and stands on top of the list", { scripts: false }, async ({ page }) => {
  await page.goto("/accounts/ostara-grid");
  await page.getByRole("link", { name: "Log a signal" }).click();
  await page.getByLabel("What happened").selectOption({ label: "Phone call" });
  await page.getByLabel(/^About/).fill("Renewal terms");
  await page.getByRole("button", { name: "Log the signal" }).click();
  await page.waitForURL("**/accounts/ostara-grid/signals");
  assert.match(await page.locator(".sigs").first().textContent(), /Phone call/);
  assert.match(await page.locator(".sigs").first().textContent(), /Renewal terms/);
});

browserTest("an account nobody knows says so", {}, async ({ page, guard }) => {
  guard.forgive(/404 \(Not Found\)/);
  const answer = await page.goto("/accounts/nobody-is-called-this");
  assert.equal(answer.status(), 404);
  assert.equal(await page.locator("h1").count(), 1);
});

browserTest("arrows walk the edges of the committee graph, Enter opens a person, Esc returns to the list", {}, async ({ page }) => {
  await page.goto("/accounts/northfold-logistics/committee");
  const focused = () => page.evaluate(() => {
    const node = document.activeElement;
    return { number: [...node.classList].find((name) => /^n\d+$/.test(name))?.slice(1), marks: [...node.classList], href: node.getAttribute("href"), inList: node.closest("#list") !== null };
  });
  const nodes = page.locator("svg.graph a.nd");
  let walked = 0;
  for (let place = 0; place < (await nodes.count()); place += 1) {
    for (const key of ["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight"]) {
      await nodes.nth(place).focus();
      const before = await focused();
      await page.keyboard.press(key);
      const after = await focused();
      if (after.number === before.number) continue;
      walked += 1;
      assert.ok(after.marks.includes(`w${before.number}`), `${key} from ${before.number} came to ${after.number}, which is not related`);
    }
  }
  assert.ok(walked >= 4, `only ${walked} steps could be walked`);

  const person = page.locator('svg.graph a.nd[href*="/people/"]').first();
  const href = await person.getAttribute("href");
  await person.focus();
  await page.keyboard.press("Escape");
  assert.deepEqual({ ...(await focused()), marks: [], number: undefined }, { number: undefined, marks: [], href, inList: true });
  await person.focus();
  await page.keyboard.press("Enter");
  await page.waitForURL(`**${href}`);
});

browserTest("a gap about an element leads to its evidence form, and is closed by what is said there", { scripts: false }, async ({ page }) => {
  await page.goto("/gaps?gap=unproven_element");
  const link = page.getByRole("link", { name: /^Add evidence/ }).first();
  const href = await link.getAttribute("href");
  await link.click();
  await page.waitForURL(`**${href}`);
  const form = page.locator(`#${href.split("#")[1]}`);
  await form.getByLabel("What", { exact: true }).waitFor({ state: "visible" });
  await form.getByLabel("Level").selectOption("validated");
  await form.getByLabel("What", { exact: true }).fill("Shown in the meeting");
  await form.getByLabel(/What shows it/).fill("https://docs.example/minutes");
  await form.getByRole("button", { name: "Add evidence" }).click();
  await page.getByText("https://docs.example/minutes").waitFor();
});

browserTest("gaps are grouped, narrowed by an owner, and a file", {}, async ({ page }) => {
  await page.goto("/gaps");
  await page.locator('select[name="by"]').selectOption("account");
  await page.locator('select[name="owner"]').selectOption({ index: 1 });
  await page.getByRole("button", { name: "Show" }).click();
  await page.waitForURL("**/gaps?**by=account**");
  assert.ok((await page.locator('table.gapt th[scope="rowgroup"]').count()) > 1);
  assert.ok((await page.locator("table.gapt time").count()) > 0, "since when");
  const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "Export CSV" }).click()]);
  const { readFile } = await import("node:fs/promises");
  const lines = (await readFile(await file.path(), "utf8")).trim().split("\n");
  assert.match(lines[0], /account,name,owner/);
  assert.ok(lines.length > 5);
});
