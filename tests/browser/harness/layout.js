// Does it fit?

/** Widths a page is looked at: the narrowest phone, both sides of each change of layout, the widest screen. */
export const WIDTHS = [320, 390, 600, 768, 900, 901, 1024, 1180, 1240, 1241, 1440, 1920, 2560];

/**
 * Returns the widths at which the page scrolls sideways, with what sticks out; empty: none.
 *
 * @param {import("playwright-core").Page} page
 */
export async function sidewaysScroll(page) {
  const found = [];
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 900 });
    const fault = await page.evaluate(() => {
      const { scrollWidth, clientWidth } = document.documentElement;
      if (scrollWidth <= clientWidth) return null;
      const wide = Array.from(document.body.querySelectorAll("*"))
        .filter((element) => element.getBoundingClientRect().right > clientWidth + 0.5)
        .slice(0, 4)
        .map((element) => `${element.tagName.toLowerCase()}.${element.getAttribute("class") ?? ""}`);
      return `${scrollWidth} px of content: ${wide.join(", ")}`;
    });
    if (fault) found.push(`at ${width} px: ${fault}`);
  }
  return found;
}
