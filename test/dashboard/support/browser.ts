import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';

/** A browser that is installed here; playwright-core brings none. */
const PLACES = [
  process.env['CHROMIUM_PATH'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

export const chromiumPath: string | undefined = PLACES.find((path) => path !== undefined && existsSync(path));

export const HOW_TO_RUN =
  'No Chromium here, so the tests of the page itself are skipped. Install one (apt-get install chromium), or set CHROMIUM_PATH, then: npm test -- test/dashboard';

export const launch = (): Promise<Browser> => chromium.launch({ executablePath: chromiumPath ?? '', args: ['--no-sandbox'] });
