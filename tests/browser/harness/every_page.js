// What holds for every page, whatever is on it.

import assert from "node:assert/strict";

import { accessibilityFaults, browserTest, demo, focusStops, serve, sidewaysScroll } from "../harness.js";

const LOOKS = [
  { theme: "light", width: 1440 },
  { theme: "dark", width: 1440 },
  { theme: "light", width: 390 },
  { theme: "dark", width: 390 },
];

const lines = (faults) => `\n  ${faults.join("\n  ")}`;

/**
 * Looks at each of these pages: in light and dark, narrow and wide, by keyboard and without scripts.
 */
export function lookAt(pages) {
  for (const page of pages) look(page);
}

function look({ name, path: where, shows, on }) {
  const pathOn = async (server) => (typeof where === "function" ? where(server) : where);
  // No motion: a colour half-way through a flash is neither of the two that are meant.
  const options = { on: on === "serve" ? serve : demo, still: true };

  browserTest(`${name}: can be read by everybody, in light and dark, wide and narrow`, options, async ({ page, server }) => {
    await page.goto(await pathOn(server));
    await page.waitForSelector(shows);
    const faults = [];
    for (const { theme, width } of LOOKS) {
      await page.emulateMedia({ colorScheme: theme });
      await page.setViewportSize({ width, height: 900 });
      const found = await accessibilityFaults(page);
      faults.push(...found.map((fault) => `${theme}, ${width} px: ${fault}`));
    }
    assert.equal(faults.length, 0, lines(faults));
  });

  browserTest(`${name}: never scrolls sideways, from 320 to 2560 px`, options, async ({ page, server }) => {
    await page.goto(await pathOn(server));
    await page.waitForSelector(shows);
    const found = await sidewaysScroll(page);
    assert.equal(found.length, 0, lines(found));
  });

  browserTest(`${name}: works without scripts`, { ...options, scripts: false }, async ({ page, server }) => {
    const answer = await page.goto(await pathOn(server));
    assert.equal(answer.status(), 200);
    assert.equal(await page.locator("h1").count(), 1, "one heading says what the page is");
    assert.ok(await page.locator(shows).first().isVisible(), `${shows} is not to be seen`);
  });

  browserTest(`${name}: every control is reached by keyboard, and seen where it is`, options, async ({ page, server }) => {
    await page.goto(await pathOn(server));
    await page.waitForSelector(shows);
    const { stops, missed, unseen } = await focusStops(page);
    assert.ok(stops > 1, `${stops} stops`);
    assert.equal(missed.length, 0, `not reached:${lines(missed)}`);
    assert.equal(unseen.length, 0, `the focus cannot be seen at:${lines(unseen)}`);
  });
}
