// Who is let in, and how one leaves.

import assert from "node:assert/strict";

import { browserTest, serve } from "./harness.js";

const COOKIE = "quorate_session";

const session = async (context) => (await context.cookies()).find((cookie) => cookie.name === COOKIE);

async function enter(page, key) {
  await page.getByLabel("API key").fill(key);
  await page.getByRole("button", { name: "Sign in" }).click();
}

for (const scripts of [true, false]) {
  const how = scripts ? "" : ", without scripts too";

  browserTest(`a key lets in to the page that was asked for, and signing out ends it${how}`, { on: serve, scripts }, async ({ page, context, server, guard }) => {
    guard.forgive(/401 \(Unauthorized\)/);
    await page.goto("/board?band=hot");
    assert.match(page.url(), /\/sign-in\?then=/);

    await enter(page, "qk_000000000000_wrong");
    assert.match(await page.getByRole("alert").textContent(), /does not let you in/);
    assert.equal(await session(context), undefined, "a wrong key opened a session");

    await enter(page, server.key);
    assert.match(page.url(), /\/board\?band=hot$/);
    const cookie = await session(context);
    assert.equal(cookie.httpOnly, true);
    assert.match(cookie.sameSite, /^(Lax|Strict)$/);
    assert.equal(await page.evaluate(() => document.cookie.includes("quorate_session")), false);

    await page.getByRole("button", { name: "Sign out" }).click();
    assert.match(page.url(), /\/sign-in/);
    await context.addCookies([cookie]);
    await page.goto("/board");
    assert.match(page.url(), /\/sign-in/, "a session that was signed out lets in");
  });
}

browserTest("a form of another site signs nobody out", { on: serve, signedIn: true }, async ({ page, context, server }) => {
  await page.goto("/board");
  const token = await page.locator("input[name=form_token]").first().inputValue();
  const post = (form, headers) =>
    context.request.post("/sign-out", { form, headers, maxRedirects: 0 }).then((answer) => answer.status());
  assert.equal(await post({ form_token: token }, { "sec-fetch-site": "cross-site" }), 403);
  assert.equal(await post({ form_token: token }, { origin: "https://elsewhere.example" }), 403);
  assert.equal(await post({ form_token: "guessed" }, { origin: server.url }), 403);
  assert.equal(await post({}, { origin: server.url }), 403);
  await page.reload();
  assert.match(page.url(), /\/board$/, "the session is still open");
  assert.equal(await post({ form_token: token }, { origin: server.url }), 303);
});
