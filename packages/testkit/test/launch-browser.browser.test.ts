import { launchBrowser } from '@greenwatch/testkit';

test('a real browser opens a page, runs its script, has WebGL and takes a screenshot', async () => {
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage({ viewport: { width: 390, height: 844 } });
    await page.setContent(
      '<h1></h1><canvas></canvas><script>document.querySelector("h1").textContent = 6 * 7</script>',
    );
    expect(await page.textContent('h1')).toBe('42');
    const webgl = await page.evaluate(
      "document.querySelector('canvas').getContext('webgl')?.getParameter(WebGLRenderingContext.VERSION)",
    );
    expect(webgl).toMatch(/^WebGL 1/);
    const png = await page.screenshot();
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([390, 844]);
    // A second context after the first was closed: the browser outlives its pages.
    await page.context().close();
    expect(await (await browser.newPage()).evaluate('1 + 1')).toBe(2);
  } finally {
    await browser.close();
  }
});
