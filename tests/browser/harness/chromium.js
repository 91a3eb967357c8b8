// One Chromium a file of tests: the machine's own, never one that was downloaded.

import { existsSync } from "node:fs";
import { chromium } from "playwright-core";

const PLACES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

const FLAGS = [
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  // Nothing leaves the machine, whatever a page or the browser itself would like.
  "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
];

let running = null;

export const browser = {
  /** Returns the browser, started at the first call. */
  get() {
    running ??= chromium.launch({
      executablePath: executable(),
      args: FLAGS,
      // Its sandbox needs user namespaces, which root and most containers do not have; it sees our own pages only.
      chromiumSandbox: false,
    });
    return running;
  },

  async close() {
    if (running) await (await running).close();
  },
};

function executable() {
  const found = process.env.QUORATE_CHROMIUM || PLACES.find((place) => existsSync(place));
  if (!found) throw new Error("no Chromium: install it (apt-get install chromium) or set QUORATE_CHROMIUM");
  return found;
}
