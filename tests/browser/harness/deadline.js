// Waiting for a state, never for a time.

/**
 * Asks again and again until the answer is neither null, undefined nor false; returns it.
 *
 * @param {number} ms  How long at most.
 * @param {string} what  What is waited for, for the failure.
 * @param {() => Promise<any>} look
 */
export async function within(ms, what, look) {
  const end = Date.now() + ms;
  let seen = null;
  for (;;) {
    seen = await look();
    if (seen !== null && seen !== undefined && seen !== false) return seen;
    if (Date.now() > end) throw new Error(`waited ${ms} ms for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
