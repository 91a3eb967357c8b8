// Can everything be reached by Tab, and is it seen where one is?

const PRESSES_MAX = 600;

/**
 * Walks the page by Tab, from its start around to its start.
 *
 * Returns `{ stops, missed, unseen }`: how many stops there were, what can be clicked and was not reached, and
 * where nothing showed the focus.
 *
 * @param {import("playwright-core").Page} page
 */
export async function focusStops(page) {
  await page.evaluate(() => {
    // From the top, wherever the page put the focus itself.
    document.body.tabIndex = -1;
    document.body.focus();
    document.body.removeAttribute("tabindex");
    window.reached = new Set();
    window.reachedNames = new Set();
    window.controls = () => {
      const all = document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex='0']");
      return Array.from(all).filter(
        (element) =>
          !element.disabled &&
          element.type !== "hidden" &&
          // One of a group of radio buttons is a stop; arrows go on from there.
          element.type !== "radio" &&
          element.tabIndex >= 0 &&
          element.checkVisibility({ visibilityProperty: true, contentVisibilityAuto: true }),
      );
    };
    window.nameOf = (element) => {
      const words = (element.getAttribute("aria-label") ?? element.textContent).trim().replaceAll(/\s+/g, " ");
      const name = element.id || element.getAttribute("href") || element.name || element.className;
      return `${element.tagName.toLowerCase()} ${name} "${words.slice(0, 40)}"`;
    };
    // All by which the focus may show: on the element, its pseudo-elements, or what is around it.
    window.looksOf = (element) => {
      const looks = [];
      for (let around = element, depth = 0; around && depth < 5; around = around.parentElement, depth += 1) {
        for (const part of [null, "::before", "::after"]) {
          const style = getComputedStyle(around, part);
          looks.push(style.outlineStyle, style.outlineWidth, style.boxShadow, style.borderColor, style.backgroundColor);
        }
      }
      return looks.join();
    };
    window.atFirst = new Set(window.controls().map(window.nameOf));
  });
  const unseen = [];
  for (let presses = 0; presses < PRESSES_MAX; presses += 1) {
    await page.keyboard.press("Tab");
    const at = await page.evaluate(() => {
      const element = document.activeElement;
      // A date has a stop for each of its parts, all on one element.
      if (element === window.lastStop) return { shown: true };
      if (!element || element === document.body || window.reached.has(element)) return { around: true };
      window.lastStop = element;
      const name = window.nameOf(element);
      window.reached.add(element);
      window.reachedNames.add(name);
      const focused = window.looksOf(element);
      const box = element.getBoundingClientRect();
      const inside = box.bottom > 0 && box.top < innerHeight && box.width > 0 && box.height > 0;
      element.blur();
      const shown = inside && window.looksOf(element) !== focused;
      element.focus({ preventScroll: true, focusVisible: true });
      return { shown, name };
    });
    if (at.around) break;
    if (!at.shown) unseen.push(at.name);
  }
  const { stops, missed } = await page.evaluate(() => {
    // By name: a cell that changed meanwhile has a new element. What came meanwhile may stand before where we were.
    const missed = window.controls().map(window.nameOf);
    return {
      stops: window.reached.size,
      missed: missed.filter((name) => window.atFirst.has(name) && !window.reachedNames.has(name)),
    };
  });
  return { stops, missed, unseen };
}
