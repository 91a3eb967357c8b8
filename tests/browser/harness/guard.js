// What no page may do, in any test: complain on the console, fail in a script, break its own policy, ask another
// host, or be answered by a server error.

/** Watches every page of a context. */
export class Guard {
  /**
   * @param {import("playwright-core").BrowserContext} context
   * @param {string} url  The only address that may be asked.
   */
  static async over(context, url) {
    const guard = new Guard(new URL(url).host);
    await context.exposeBinding("reportViolation", (_, what) => guard.#note(`policy broken: ${what}`));
    await context.addInitScript(() => {
      document.addEventListener("securitypolicyviolation", (event) => {
        window.reportViolation(`${event.effectiveDirective} ${event.blockedURI} ${event.sample}`);
      });
    });
    context.on("page", (page) => guard.#watch(page));
    context.on("request", (request) => guard.#ask(request.url()));
    context.on("response", (response) => {
      if (response.status() >= 500) guard.#note(`${response.url()} answered ${response.status()}`);
    });
    return guard;
  }

  constructor(host) {
    this.host = host;
    /** What was seen, in words. */
    this.problems = [];
    this.forgiven = [];
  }

  /** Says that a problem is part of the test, such as the browser's own line about an expected 401. */
  forgive(pattern) {
    this.forgiven.push(pattern);
  }

  /** Fails when something was seen that nobody forgave. */
  async check() {
    if (this.problems.length > 0) throw new Error("the page did what no page may");
  }

  #note(what) {
    if (!this.forgiven.some((pattern) => pattern.test(what))) this.problems.push(what);
  }

  #watch(page) {
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) {
        this.#note(`console ${message.type()}: ${message.text()} (${message.location().url})`);
      }
    });
    page.on("pageerror", (error) => this.#note(`script failed: ${error.stack ?? error}`));
    page.on("crash", () => this.#note("the page crashed"));
  }

  #ask(url) {
    const { protocol, host } = new URL(url);
    if (protocol === "data:" || protocol === "blob:") return;
    if (host !== this.host) this.#note(`asked another host: ${url}`);
  }
}
