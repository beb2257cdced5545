// Serves the built page to a headless Chrome, for pictures and benches.
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import sirv from 'sirv';

const { executablePath } = createRequire(import.meta.url)('../.puppeteerrc.cjs');

/** A headless Chrome, as the commands find it. */
export async function launchChrome(flags = []) {
  const { launch } = await import('puppeteer');
  return await launch({
    ...(executablePath ? { executablePath } : {}),
    protocolTimeout: 0, // runs of large networks take minutes
    args: [...flags, ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])],
  });
}

/**
 * The built page and a browser with WebGPU.
 * @param {readonly string[]} flags further flags of the browser
 * @returns address of the page, the browser, and what closes both
 */
export async function openPage(flags = []) {
  const folder = fileURLToPath(new URL('../dist/page', import.meta.url));
  const files = sirv(folder, { dev: true });
  const server = createServer((request, response) =>
    files(request, response, () => {
      response.statusCode = 404;
      response.end();
    }),
  );
  await new Promise((resolve) => server.listen(0, 'localhost', resolve));
  const browser = await launchChrome(['--enable-unsafe-webgpu', ...flags]);
  const close = async () => {
    await browser.close();
    server.close();
  };
  return { url: `http://localhost:${server.address().port}/`, browser, close };
}
