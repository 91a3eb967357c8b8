// Accounts come in: a file, its columns, its questions, and what became of it.

import assert from "node:assert/strict";
import { after } from "node:test";

import { browserTest, Quorate } from "./harness.js";

// These tests change lists and accounts: they have a server of their own.
let own = null;
const house = () => (own ??= Quorate.demo(["--accounts", "12"]));
after(async () => (await own)?.stop());

const FILE = [
  "Company thing,Web,Employees,Land",
  "Northfold Logistics,other-northfold.example,1850,Norway",
  "Tarn & Sons,tarn.example,12,Ireland",
  "Tarn Brothers,tarn.example,12,Ireland",
  "Vellum <b>Oak</b>,vellum.example,many,France",
  "Ironwell,ironwell.example,90,Austria",
].join("\n");

/** Goes from the file to the review. */
async function begin(page, list) {
  await page.goto("/imports/new");
  await page.locator("#f-file").setInputFiles({ name: "fair.csv", mimeType: "text/csv", buffer: Buffer.from(FILE) });
  await page.locator("#f-new").fill(list);
  await page.getByRole("button", { name: "Read the file" }).click();
  await page.waitForURL(/\/(columns|review)$/);
  // The same columns as an earlier file's are known, and nothing is to be said.
  if (page.url().endsWith("/review")) return;
  const chosen = await page.locator("select[name=c2]").inputValue();
  assert.equal(chosen, "employees", "a known header is preset");
  await page.locator("select[name=c0]").selectOption("name");
  await page.locator("select[name=c1]").selectOption("domains");
  await page.getByRole("button", { name: /^Review 5 rows/ }).click();
  await page.waitForURL("**/review");
}

const count = (page, what) => page.locator(".imcounts > div", { hasText: what }).locator(".num").textContent();

for (const scripts of [true, false]) {
  const how = scripts ? "" : ", without scripts too";

  browserTest(`a file becomes accounts by four steps${how}`, { on: house, scripts }, async ({ page }) => {
    const list = scripts ? "Fair" : "Second fair";
    if (scripts) {
      await begin(page, list);
    } else {
      // The same columns as before: what was chosen then is known, and nothing is to be said.
      await page.goto("/imports/new");
      await page.locator("#f-text").fill("Company thing,Web,Employees,Land\nPellworm,pellworm.example,,\nNorthfold Logistics,third-northfold.example,,Norway");
      await page.locator("#f-new").fill(list);
      await page.getByRole("button", { name: "Read the file" }).click();
      assert.match(page.url(), /\/review$/);
    }
    assert.equal(await count(page, "need you"), scripts ? "2" : "1");
    const question = page.locator("#questions tr").first();
    await question.getByRole("radio", { name: /^Skip/ }).check();
    await page.getByRole("button", { name: "Save answers" }).click();
    await page.waitForLoadState();
    await page.getByRole("link", { name: /^Answered/ }).click();
    assert.match(await page.locator("#questions").textContent(), /Stays out/);
    await page.getByRole("button", { name: /^Apply \d/ }).click();
    await page.waitForURL("**/result");
    if (!scripts) {
      for (let look = 0; look < 50 && (await page.getByRole("link", { name: "Look again" }).count()); look += 1) {
        await page.getByRole("link", { name: "Look again" }).click();
      }
    }
    await page.getByRole("heading", { name: /^Applied/ }).waitFor();
    await page.getByRole("link", { name: `Heat board of ${list}` }).click();
    await page.waitForSelector("#rows tr");
    const board = await page.locator("#rows").textContent();
    assert.match(board, scripts ? /Ironwell/ : /Pellworm/);
  });
}

browserTest("questions are answered by keys, and the rows that stay out are a file", { on: house }, async ({ page }) => {
  await begin(page, "Keys");
  await page.keyboard.press("j");
  await page.keyboard.press("2");
  assert.equal(await page.locator("#questions tr[aria-selected=true] :checked").getAttribute("value"), "new");
  await page.keyboard.press("u");
  assert.equal(await page.locator("#questions :checked").count(), 0);
  const coming = page.waitForEvent("download");
  await page.getByRole("link", { name: /stay out, as CSV/ }).click();
  const stream = await (await coming).createReadStream();
  let text = "";
  for await (const piece of stream) text += piece;
  assert.match(text, /Vellum <b>Oak<\/b>,vellum\.example,many,France,5,failed,/);
});

browserTest("a file that cannot be read says why", { on: house, scripts: false }, async ({ page, guard }) => {
  guard.forgive(/422/);
  await page.goto("/imports/new");
  await page.getByRole("button", { name: "Read the file" }).click();
  assert.match(await page.getByRole("alert").textContent(), /Choose a file, or paste its rows/);
  await page.locator("#f-text").fill("Name\n");
  await page.getByRole("button", { name: "Read the file" }).click();
  assert.match(await page.getByRole("alert").textContent(), /needs one for each account/);
});

browserTest("a list is made, filled by hand and deleted", { on: house, scripts: false }, async ({ page }) => {
  await page.goto("/lists");
  await page.getByLabel("New list").fill("By hand");
  await page.getByRole("button", { name: "Make the list" }).click();
  assert.match(page.url(), /\/lists\/by-hand$/);
  await page.getByLabel(/^Account to add/).fill("northfold");
  await page.locator("#add").getByRole("button", { name: "Find" }).click();
  await page.locator("#add input[type=checkbox]").first().check();
  await page.getByRole("button", { name: "Put those ticked on the list" }).click();
  assert.match(await page.getByRole("status").last().textContent(), /1 account put on the list/);
  await page.getByRole("link", { name: "Northfold Logistics", exact: true }).waitFor();
  await page.locator("table input[type=checkbox]").first().check();
  await page.getByRole("button", { name: "Take those ticked off the list" }).click();
  assert.match(await page.locator(".imcounts").textContent(), /0\s*accounts/);
  await page.getByText("Delete this list").click();
  await page.getByRole("button", { name: "Delete By hand" }).click();
  assert.match(page.url(), /\/lists$/);
  assert.equal(await page.getByRole("link", { name: "By hand" }).count(), 0);
});
