// Takes the pictures of the documentation anew, from the demo: `npm run pictures`, or some of them by name.
//
// The demo makes the same companies each time; its dates follow the day it is started on.

import path from "node:path";

import { browser } from "./harness/chromium.js";
import { built, Quorate } from "./harness/quorate.js";

const PICTURES = [
  { name: "board", where: "/board", shows: "#live[data-state=live]", theme: "light", width: 1440, height: 900 },
  { name: "account", where: "/accounts/northfold-logistics", shows: "svg.chart", theme: "light", width: 1440, height: 1000 },
  { name: "committee", where: "/accounts/northfold-logistics/committee", shows: "svg.graph", theme: "light", width: 1440, height: 900 },
];

const asked = process.argv.slice(2);
const wanted = PICTURES.filter(({ name }) => asked.length === 0 || asked.includes(name));
if (wanted.length === 0) {
  console.error(`no such picture; there are: ${PICTURES.map(({ name }) => name).join(", ")}`);
  process.exit(2);
}

const demo = await Quorate.demo();
try {
  for (const { name, where, shows, theme, width, height } of wanted) {
    const context = await (await browser.get()).newContext({
      baseURL: demo.url,
      colorScheme: theme,
      locale: "en-GB",
      reducedMotion: "reduce",
      viewport: { width, height },
    });
    const page = await context.newPage();
    await page.goto(where);
    await page.waitForSelector(shows);
    await page.evaluate(() => document.fonts.ready);
    const file = path.join(built.root, "docs", "images", `${name}.png`);
    await page.screenshot({ path: file });
    console.log(file);
    await context.close();
  }
} finally {
  await demo.stop();
  await browser.close();
}
