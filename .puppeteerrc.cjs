// Puppeteer's settings: use a Chrome or Chromium that is installed, and never download one while npm installs (that
// fails the install where it is impossible). To get puppeteer's own: npx puppeteer browsers install chrome
const { existsSync, readFileSync, statSync } = require('node:fs');
const { join } = require('node:path');

const snapPath = '/snap/bin/chromium';

// The same list as in src/cli/browser.ts; test/cli/browser.test.ts compares them.
const installedPaths = {
  linux: [
    '/usr/bin/google-chrome-stable',
    '/usr/bin/google-chrome',
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/snap/bin/chromium',
    '/usr/bin/microsoft-edge',
  ],
  darwin: [
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
  ],
  win32: ['PROGRAMFILES', 'PROGRAMFILES(X86)', 'LOCALAPPDATA'].flatMap((variable) => {
    const root = process.env[variable] ?? 'C:\\Program Files';
    return [
      join(root, 'Google', 'Chrome', 'Application', 'chrome.exe'),
      join(root, 'Microsoft', 'Edge', 'Application', 'msedge.exe'),
    ];
  }),
};

// On Ubuntu a script may be there, which only asks for a snap that is not installed.
function isBrowserThere(path) {
  if (!existsSync(path)) return false;
  const isScript = statSync(path).size < 64 * 1024;
  return !isScript || existsSync(snapPath) || !readFileSync(path, 'utf8').includes(snapPath);
}

const named = [process.env.PUPPETEER_EXECUTABLE_PATH, process.env.CHROME_PATH].filter(
  (path) => path !== undefined,
);
const executablePath = [...named, ...(installedPaths[process.platform] ?? [])].find(isBrowserThere);

module.exports = {
  skipDownload: true,
  ...(executablePath === undefined ? {} : { executablePath }),
};
