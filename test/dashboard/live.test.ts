import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createReader } from '../../src/dashboard/data/reader';
import { createApi } from '../../src/dashboard/data/request';
import { rangeChoice, rangeOf } from '../../src/dashboard/shape/range';
import { chromiumPath, launch } from './support/browser';
import { textOf } from './support/stage';

/** `npm start` as it is built, on a port of its own: the page before the real routes. */

let child: ChildProcess;
let address = '';

beforeAll(async () => {
  child = spawn(process.execPath, ['dist/local/main.js', '--port', '0', '--speed', '120', '--set', 'VM_HOURLY_COST=0.1'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface({ input: child.stdout as NonNullable<ChildProcess['stdout']> })) {
    const found = /^Dashboard: (http:\/\/\S+)$/.exec(line);
    if (found === null) continue;
    address = found[1] ?? '';
    break;
  }
  child.stdout?.resume();
});

afterAll(async () => {
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGINT');
  await ended;
});

/** The first tick takes a moment. */
async function untilTicked(reader: ReturnType<typeof createReader>): Promise<Awaited<ReturnType<typeof reader.status>>> {
  for (;;) {
    const status = await reader.status('default');
    if (status.counts !== null) return status;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

test('the start line names the address, and the answers of the routes there are understood without a key', async () => {
  expect((await fetch(address)).headers.get('content-security-policy')).toContain("default-src 'none'");
  const reader = createReader(createApi(address.replace('/dashboard', ''), () => null, fetch));
  const status = await untilTicked(reader);
  expect(status).toMatchObject({ pool: 'default', mode: 'running', vmHourlyCost: 0.1 });
  const choice = rangeChoice('1h');
  const past = await reader.past('default', rangeOf(choice, status.now ?? 0), choice);
  expect(past.problem).toBeUndefined();
  expect(past.buckets?.some(({ instances }) => instances !== null)).toBe(true);
  expect(past.decisions?.length).toBeGreaterThan(0);
  expect(past.runners?.total).toBe(past.runners?.items.length);
});

describe.skipIf(chromiumPath === undefined)('in a browser', () => {
  test('the page shows the pool, and a pause that is asked for there is one', async () => {
    const browser = await launch();
    const page = await browser.newPage();
    await page.goto(address);
    await page.waitForSelector('#board', { state: 'visible' });
    expect(await page.locator('#door').isVisible()).toBe(false);
    await page.waitForFunction(() => document.querySelector('#tiles')?.textContent?.includes('at 0.10 a VM hour'));
    await page.click('text=Pause…');
    await page.locator('dialog').getByRole('button', { name: 'Pause', exact: true }).click();
    await page.waitForSelector('dialog', { state: 'detached' });
    await page.waitForFunction(() => document.querySelector('.pill')?.textContent === 'Paused');
    await page.getByRole('button', { name: 'Resume' }).click();
    await page.locator('dialog').getByRole('button', { name: 'Resume', exact: true }).click();
    await page.waitForFunction(() => document.querySelector('.pill')?.textContent === 'Running');
    expect(await textOf(page, '#head')).not.toContain('paused');
    await browser.close();
  });
});
