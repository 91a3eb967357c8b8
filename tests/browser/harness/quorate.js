// The built binary as a process: started on a free port, asked over HTTP, ended by its own id.

import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

import { within } from "./deadline.js";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../../..");
const target = path.resolve(root, process.env.CARGO_TARGET_DIR || "target");

/** Where things were built, and what is started. */
export const built = {
  root,
  target,
  binary: process.env.QUORATE_BINARY || path.join(target, "debug", "quorate"),
};

const START_MS = 30_000;
const STOP_MS = 5_000;

/** A running server. */
export class Quorate {
  /**
   * Starts `quorate demo`.
   *
   * @param {string[]} args  Further arguments.
   */
  static demo(args = []) {
    return Quorate.#start(["demo", ...args], null);
  }

  /** Starts `quorate serve` over an empty folder; `key` is its first key. */
  static async serve(args = []) {
    const data = await mkdtemp(path.join(tmpdir(), "quorate-browser-"));
    return Quorate.#start(["serve", "--data", data, ...args], data);
  }

  static async #start(args, data) {
    if (!existsSync(built.binary)) {
      throw new Error(`${built.binary} is not there: run cargo build first, or set QUORATE_BINARY`);
    }
    const server = new Quorate(args, data);
    try {
      await within(START_MS, "the server's address and readiness", () => server.#look());
    } catch (error) {
      await server.stop();
      throw new Error(`${error.message}; log:\n${server.log}`);
    }
    return server;
  }

  constructor([command, ...rest], data) {
    this.log = "";
    this.url = null;
    this.data = data;
    // The machine's own settings are no part of a test.
    const env = Object.entries(process.env).filter(([name]) => !name.startsWith("QUORATE_"));
    this.child = spawn(built.binary, [command, "--listen", "127.0.0.1:0", ...rest], {
      env: { ...Object.fromEntries(env), NO_COLOR: "1" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream.setEncoding("utf8");
      stream.on("data", (text) => {
        this.log += text;
      });
    }
    this.ended = new Promise((resolve) => {
      this.child.on("error", (error) => resolve(`could not be started: ${error.message}`));
      this.child.on("exit", (code, signal) => resolve(`ended with ${code ?? signal}`));
    });
    this.ended.then((how) => {
      this.how = how;
    });
    this.kill = () => this.child.kill("SIGKILL");
    process.once("exit", this.kill);
  }

  async #look() {
    if (this.how) throw new Error(`the server ${this.how}`);
    const [url] = this.log.match(/http:\/\/127\.0\.0\.1:\d+/) ?? [];
    if (!url) return null;
    const ready = await fetch(`${url}/readyz`).catch(() => null);
    if (!ready?.ok) return null;
    this.url = url;
    return this;
  }

  /** The key that the first start printed. */
  get key() {
    const [key] = this.log.match(/qk_\w+/) ?? [];
    if (!key) throw new Error(`no key was printed:\n${this.log}`);
    return key;
  }

  /** Asks the API, with the first key if there is one; returns what it answered as JSON. */
  async api(method, where, body) {
    const headers = { "content-type": "application/json" };
    if (this.data) headers.authorization = `Bearer ${this.key}`;
    const answer = await fetch(this.url + where, { method, headers, body: body && JSON.stringify(body) });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${where} answered ${answer.status}: ${text}`);
    return text ? JSON.parse(text) : null;
  }

  /** Posts one signal and sees that it was accepted. */
  async signal(signal) {
    const answer = await this.api("POST", "/v1/signals", signal);
    if (answer.accepted !== 1) throw new Error(`not accepted: ${JSON.stringify(answer)}`);
  }

  /** Ends the server and takes its folder away. */
  async stop() {
    if (!this.how) {
      this.child.kill("SIGTERM");
      const hurry = setTimeout(this.kill, STOP_MS);
      await this.ended;
      clearTimeout(hurry);
    }
    process.off("exit", this.kill);
    if (this.data) await rm(this.data, { recursive: true, force: true });
  }
}
