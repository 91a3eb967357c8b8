// The guard itself: each thing no page may do, done.

import assert from "node:assert/strict";

import { browserTest, within } from "./harness.js";

const FORBIDDEN = [
  ["a line of complaint", (page) => page.evaluate(() => console.error("lost")), /console error: lost/],
  ["a script that fails", (page) => page.evaluate(() => setTimeout(() => nobodyKnowsThis())), /script failed: .*nobodyKnowsThis/],
  [
    "another host",
    (page) => page.goto("about:blank").then(() => page.setContent("<img src='http://elsewhere.example/pixel.png'>")),
    /asked another host: http:\/\/elsewhere\.example/,
  ],
  [
    "a style the policy forbids",
    (page) => page.evaluate(() => document.body.setAttribute("style", "color: red")),
    /policy broken: style-src-attr/,
  ],
  [
    "a server error",
    async (page) => {
      await page.route("**/board", (route) => route.fulfill({ status: 500, body: "down" }));
      await page.goto("/board");
    },
    /answered 500/,
  ],
];

for (const [name, act, words] of FORBIDDEN) {
  browserTest(`the guard sees ${name}`, {}, async ({ page, guard }) => {
    await page.goto("/board");
    await act(page);
    await within(5_000, `${words}, not ${guard.problems}`, async () => guard.problems.some((problem) => words.test(problem)));
    await assert.rejects(guard.check());
    guard.problems.length = 0;
    // The browser tells some of it twice, on its console too.
    guard.forgive(/./);
  });
}
