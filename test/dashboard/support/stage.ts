import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, test } from 'vitest';
import { startFakeApi, type FakeApi } from './api';
import { chromiumPath, HOW_TO_RUN, launch } from './browser';
import { aDay } from './day';
import { builtPage } from './page';
import { aStatus } from './pool';

export const NOW = Date.UTC(2026, 2, 3, 14, 20);

interface Options extends BrowserContextOptions {
  /** Of the address. */
  readonly hash?: string;
  /** The timers of the page can be moved on: page.clock.runFor. */
  readonly hasClock?: boolean;
}

export interface Stage {
  readonly api: FakeApi;
  /** Opens the page and waits until it shows something; the time zone is UTC. */
  open(options?: Options): Promise<Page>;
}

/** The built page in a real Chromium, before a fake API that stands anew for each test; left out, with a word, where there is no Chromium. */
export function onStage(name: string, tests: (stage: () => Stage) => void): void {
  test.skipIf(chromiumPath !== undefined)(HOW_TO_RUN, (context) => context.skip());
  describe.skipIf(chromiumPath === undefined)(name, () => {
    let browser: Browser;
    let api: FakeApi;
    let page: Awaited<ReturnType<typeof builtPage>>;
    const day = aDay({ end: NOW });

    beforeAll(async () => {
      page = await builtPage();
      browser = await launch();
      api = await startFakeApi(page, day, []);
    });
    afterEach(() => Promise.all(browser.contexts().map((context) => context.close())));
    afterAll(async () => {
      await browser.close();
      await api.close();
    });

    tests(() => {
      Object.assign(api, {
        key: undefined,
        day,
        faults: [],
        before: async () => {},
        pools: [aStatus(NOW), aStatus(NOW, { pool: 'us', alerts: [], drains: [] })],
      });
      api.requests.length = 0;
      return { api, open: (options) => open(browser, api, options) };
    });
  });
}

async function open(browser: Browser, api: FakeApi, options: Options = {}): Promise<Page> {
  const { hash = '', hasClock = false, ...rest } = options;
  const context = await browser.newContext({ viewport: { width: 1_280, height: 900 }, timezoneId: 'UTC', ...rest });
  if (hasClock) await context.clock.install();
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  await page.goto(`${api.url}/api/dashboard${hash}`);
  await page.waitForSelector('#loading', { state: 'hidden' });
  return page;
}

/** Makes the page read at once; it does so when the network is back. */
export async function readAgain(page: Page, api: FakeApi): Promise<void> {
  const before = api.requests.length;
  await page.evaluate(() => window.dispatchEvent(new Event('online')));
  for (let look = 0; look < 300 && api.requests.length === before; look += 1) await page.waitForTimeout(10);
}

/** What a reader sees of an element, without line breaks. */
export async function textOf(page: Page, selector: string): Promise<string> {
  return (await page.locator(selector).innerText()).replaceAll(/\s+/g, ' ').trim();
}
