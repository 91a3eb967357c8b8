// What a browser test is written with. A test gets a page of its own, watched from the first request on; see
// CONTRIBUTING.md, "Browser tests", for how to run and add one.

import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { after, test } from "node:test";

import { browser } from "./harness/chromium.js";
import { Guard } from "./harness/guard.js";
import { built, Quorate } from "./harness/quorate.js";

export { sidewaysScroll } from "./harness/layout.js";
export { accessibilityFaults } from "./harness/axe.js";
export { focusStops } from "./harness/keyboard.js";
export { within } from "./harness/deadline.js";

/** How long one test may take, its server's start included. */
const TEST_MS = 60_000;

// A file of tests has one demo and one server with keys, made when the first test asks. Tests that change what
// others see start their own: `Quorate.demo(..)`, `Quorate.serve()`, ended by `t.after`.
const shared = new Map();

/**
 * The file's demo: the usual companies, fewer of them, open to everybody, its clock running.
 *
 * @returns {Promise<Quorate>}
 */
export const demo = () => once("demo", () => Quorate.demo(["--accounts", "40"]));

/**
 * The file's server with keys, its data folder empty at first.
 *
 * @returns {Promise<Quorate>}
 */
export const serve = () => once("serve", () => Quorate.serve());

export { Quorate };

function once(name, start) {
  if (!shared.has(name)) shared.set(name, start());
  return shared.get(name);
}

after(async () => {
  for (const server of shared.values()) await (await server).stop();
  await browser.close();
});

/**
 * Declares a test with a page of its own. It fails by itself on whatever the guard forbids, and leaves a picture
 * and the page's HTML in `target/browser/`.
 *
 * @param {string} name  A sentence of behaviour.
 * @param {object} options
 * @param {(t: object) => Promise<Quorate>} [options.on]  The server; `demo` if none is given.
 * @param {boolean} [options.scripts]  Whether scripts run.
 * @param {"light"|"dark"} [options.theme]  What the system asks for.
 * @param {number} [options.width]
 * @param {number} [options.height]
 * @param {boolean} [options.still]  Whether the system asks for no motion: no flash, no transition.
 * @param {boolean} [options.signedIn]  Whether the first key opened a session already; for `serve`.
 * @param {(at: {page: import("playwright-core").Page, context: import("playwright-core").BrowserContext,
 *   server: Quorate, guard: Guard, t: object}) => Promise<void>} body
 */
export function browserTest(name, options, body) {
  const { on = demo, scripts = true, theme = "light", width = 1440, height = 900 } = options;
  const { still = false, signedIn = false } = options;
  test(name, { timeout: TEST_MS }, async (t) => {
    const server = await on(t);
    const context = await (await browser.get()).newContext({
      baseURL: server.url,
      colorScheme: theme,
      javaScriptEnabled: scripts,
      locale: "en-GB",
      timezoneId: "UTC",
      reducedMotion: still ? "reduce" : "no-preference",
      viewport: { width, height },
    });
    context.setDefaultTimeout(10_000);
    const guard = await Guard.over(context, server.url);
    const page = await context.newPage();
    try {
      if (signedIn) await signIn(context, server);
      await body({ page, context, server, guard, t });
      await guard.check();
    } catch (error) {
      error.message += await keep(name, page, guard);
      throw error;
    } finally {
      await context.close();
    }
  });
}

/**
 * Opens a session with the server's first key, without the page that asks for it.
 */
export async function signIn(context, server) {
  const answer = await context.request.post("/sign-in", {
    form: { key: server.key, then: "/board" },
    maxRedirects: 0,
  });
  if (answer.status() !== 303) throw new Error(`signing in answered ${answer.status()}`);
}

/** Keeps what the page looked like; returns words that say where. */
async function keep(name, page, guard) {
  const folder = path.join(built.target, "browser");
  const file = path.join(folder, name.replaceAll(/[^A-Za-z0-9]+/g, "-").slice(0, 100));
  const seen = guard.problems.length > 0 ? `\nthe page: ${guard.problems.join("\n          ")}` : "";
  try {
    await mkdir(folder, { recursive: true });
    await page.screenshot({ path: `${file}.png`, timeout: 5_000 });
    await writeFile(`${file}.html`, await page.content());
    return `${seen}\nat ${page.url()}; kept ${file}.png and .html`;
  } catch (error) {
    return `${seen}\nno picture could be kept: ${error.message}`;
  }
}
