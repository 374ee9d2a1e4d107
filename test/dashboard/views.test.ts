import { expect, test } from 'vitest';
import type { Page } from 'playwright-core';
import type { FakeApi } from './support/api';
import { aStatus } from './support/pool';
import { NOW, onStage, readAgain, textOf } from './support/stage';

const iso = (at: number): string => new Date(at).toISOString();
const MINUTE = 60_000;

/** How many points of a chart are drawn in another colour than the card. */
const painted = (page: Page, panel: string): Promise<number> =>
  page.locator(`#panel-${panel} canvas`).evaluate((canvas: HTMLCanvasElement) => {
    const { data } = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height) ?? { data: [] };
    let count = 0;
    for (let at = 3; at < data.length; at += 4) if ((data[at] ?? 0) > 40) count += 1;
    return count;
  });

onStage('what the page shows', (stage) => {
  async function untilMore(page: Page, { requests }: FakeApi, before: number): Promise<void> {
    for (let look = 0; look < 300 && requests.length === before; look += 1) await page.waitForTimeout(10);
    expect(requests.length).toBeGreaterThan(before);
  }

  test('the head says mode, last decision with rule and reason, next tick and cooldowns', async () => {
    const page = await stage().open();
    const head = await textOf(page, '#head');
    for (const part of [
      'default',
      'Running',
      '5 jobs wait (3 unserved)',
      'Scale out',
      'scale-out/threshold',
      'Scale-out cooldown',
      '4 min left',
    ])
      expect(head).toContain(part);
    expect(head).toMatch(/Next tick in 4[78] s/);
  });

  test.each<[string, Record<string, unknown>, RegExp]>([
    [
      'a pause with its end and reason',
      {
        mode: 'paused',
        paused: { scaleOut: false, scaleIn: true, reason: 'audit', since: iso(NOW - MINUTE), until: iso(NOW + 5 * MINUTE) },
      },
      /Paused Resume Change pause… Wake Scale-in is paused since 14:19, until 14:25: audit\./,
    ],
    [
      'a stop',
      { mode: 'stopped', stopped: { since: iso(NOW - MINUTE), reason: 'upgrade', drainsHeld: false }, nextTick: iso(NOW) },
      /Stopped .*Stopped since 14:19: upgrade\. .*Next tick –/,
    ],
    [
      'what schedules and forecast ask for now',
      { asked: ['MIN_RUNNERS is 4 by the schedule "0 7 * * 1-5" (Europe/Berlin).', 'One runner is kept ready.'] },
      /MIN_RUNNERS is 4 by the schedule "0 7 \* \* 1-5" \(Europe\/Berlin\)\. One runner is kept ready\./,
    ],
    ['a dry run', { mode: 'dry-run' }, /Dry run .*changes nothing/],
    [
      'a pool before its first tick',
      { mode: 'not started', decision: null, lastTick: null, nextTick: null, counts: null },
      /Nothing was decided yet\./,
    ],
  ])('the head shows %s', async (_, more, expected) => {
    const { api, open } = stage();
    api.pools = [aStatus(NOW, more)];
    expect(await textOf(await open(), '#head')).toMatch(expected);
  });

  test('each alert says what is wrong and what to do; warnings of the settings stand below', async () => {
    const { api, open } = stage();
    api.pools = [aStatus(NOW, { warnings: ['SCALE_IN_THRESHOLD 3 is not below SCALE_OUT_THRESHOLD 3.'] })];
    const alerts = await textOf(await open(), '#alerts');
    expect(alerts).toMatch(
      /growth-failed since 14:13 \(7 min ago\) Azure did not grow .* Do: Check quota .* Note SCALE_IN_THRESHOLD 3 is not below/,
    );
  });

  test('the numbers of the moment, and the cost of the time shown by VM_HOURLY_COST', async () => {
    const { api, open } = stage();
    const page = await open({ hash: '#range=1h' });
    const inRange = api.day.buckets.filter(({ at }) => at >= iso(NOW - 60 * MINUTE + 15_000));
    const hours = inRange.reduce((sum, { instances }) => sum + (instances ?? 0), 0) / 60;
    const tiles = await textOf(page, '#tiles');
    expect(tiles).toContain('Jobs waiting 5 Busy 9 Idle 1 Booting 2 Draining 2 VMs 14 capacity 14');
    const [, shown, cost] = /VM-hours ([\d.]+) last hour Cost ([\d.]+) at 0\.096 a VM hour/.exec(tiles) ?? [];
    expect(Math.abs(Number(shown) - hours)).toBeLessThan(0.051);
    expect(Math.abs(Number(cost) - hours * 0.096)).toBeLessThan(0.0051);
  });

  test('no cost is shown where none is set', async () => {
    const { api, open } = stage();
    api.pools = [aStatus(NOW, { vmHourlyCost: null })];
    expect(await textOf(await open(), '#tiles')).not.toContain('Cost');
  });

  test('five charts are drawn on one time axis, and their legends follow the cursor together', async () => {
    const page = await stage().open({ hash: '#range=24h' });
    for (const panel of ['decisions', 'queue', 'runners', 'vms', 'waits']) expect(await painted(page, panel), panel).toBeGreaterThan(500);
    const plot = page.locator('#panel-queue .u-over');
    const box = await plot.boundingBox();
    await plot.hover({ position: { x: (box?.width ?? 0) / 2, y: 20 } });
    const at = await textOf(page, '#readout');
    expect(at).toMatch(/^(3 Mar )?02:2\d$/);
    const bucket = stage().api.day.buckets.find((each) => each.at === `2026-03-03T${at.slice(-5)}:00.000Z`);
    expect(await textOf(page, '#panel-runners .legend')).toBe(
      `busy ${bucket?.busy} idle ${bucket?.idle} booting ${bucket?.booting} draining ${bucket?.draining}`,
    );
    expect(await textOf(page, '#panel-vms .legend')).toBe(`listed ${bucket?.instances} capacity ${bucket?.capacity}`);
  });

  test('a decision on the axis tells its reason at the cursor, and a click brings it up in the list', async () => {
    const { api, open } = stage();
    const page = await open({ hash: '#range=24h' });
    const acted = api.day.decisions.filter(({ rule }) => rule.startsWith('scale-out/'));
    const [chosen] = acted.filter((each) =>
      acted.every((other) => other === each || Math.abs(Date.parse(other.at) - Date.parse(each.at)) > 20 * MINUTE),
    );
    const lane = page.locator('#panel-decisions .u-over');
    const box = await lane.boundingBox();
    const share = 1 - (NOW + MINUTE - Date.parse(chosen?.at ?? '')) / (1_440 * MINUTE);
    await lane.hover({ position: { x: (box?.width ?? 0) * share, y: 12 } });
    expect(await textOf(page, '.tip')).toContain(chosen?.reason);
    await lane.click({ position: { x: (box?.width ?? 0) * share, y: 12 } });
    expect(await textOf(page, '#decisions tr.picked')).toContain(chosen?.reason);
  });

  test('dragging over a chart shows that time alone, until it is reset', async () => {
    const page = await stage().open({ hash: '#range=24h' });
    await page.locator('#panel-vms').scrollIntoViewIfNeeded();
    const box = await page.locator('#panel-vms .u-over').boundingBox();
    const { x, y, width } = box ?? { x: 0, y: 0, width: 0 };
    await page.mouse.move(x + width * 0.25, y + 30);
    await page.mouse.down();
    await page.mouse.move(x + width * 0.5, y + 30, { steps: 4 });
    await page.mouse.up();
    await page.mouse.move(x + width * 0.5, y + 30);
    expect(await textOf(page, '#readout')).toMatch(/23:[12]\d/);
    await page.click('#unzoom');
    await page.mouse.move(x + width * 0.5, y + 31);
    expect(await textOf(page, '#readout')).toMatch(/02:2\d/);
    expect(await page.locator('#unzoom').isHidden()).toBe(true);
  });

  test('another time is shown whole, also where a part of the one before was', async () => {
    const page = await stage().open({ hash: '#range=24h' });
    const box = await page.locator('#panel-queue .u-over').boundingBox();
    const { x, y, width } = box ?? { x: 0, y: 0, width: 0 };
    await page.mouse.move(x + width * 0.25, y + 30);
    await page.mouse.down();
    await page.mouse.move(x + width * 0.5, y + 30, { steps: 4 });
    await page.mouse.up();
    expect(await page.locator('#unzoom').isVisible()).toBe(true);
    await page.locator('#ranges').getByLabel('Last hour').check({ force: true });
    await page.waitForSelector('#unzoom', { state: 'hidden' });
    await page.mouse.move(x + width * 0.5, y + 31);
    expect(await textOf(page, '#readout')).toMatch(/13:[45]\d/);
  });

  test('decisions are listed with rule, reason and what was done; those that did nothing when asked for', async () => {
    const { api, open } = stage();
    const page = await open();
    const [first] = api.day.decisions.filter(({ rule }) => rule.startsWith('scale-out/'));
    const row = await textOf(page, `#decisions tr[data-tick="${first?.tick}"]`);
    expect(row).toContain(`Scale out scale-out/threshold ${first?.reason} ordered 2 VMs`);
    expect(await page.locator('#decisions .kind.steady').count()).toBe(0);
    await page.uncheck('#only-acts');
    expect(await page.locator('#decisions .kind.steady').count()).toBeGreaterThan(0);
  });

  test('drains under way show phase, age and what they wait for; those that are over their outcome', async () => {
    const page = await stage().open();
    const drains = await textOf(page, '#drains');
    expect(drains).toMatch(/runners_000004 21 min Waits for its tasks Release… Protect… 1 task is running; the drain waits for it\./);
    expect(drains).toMatch(/Deleting the VM Over Ended Runner Outcome Took 14:12 \S+ VM deleted 4 min/);
    expect(await page.locator('.track').first().getAttribute('aria-label')).toBe('Step 2 of 5: Waits for its tasks');
  });

  test('runners are listed, those first that deserve a look, and can be searched', async () => {
    const page = await stage().open();
    expect(await textOf(page, '#runners')).toContain('14 VMs');
    expect(await textOf(page, '#runners tbody tr:first-child')).toContain('Disconnected');
    await page.fill('#runners input', 'booting');
    const states = await page.locator('#runners tbody .state').allInnerTexts();
    expect(new Set(states)).toEqual(new Set(['Booting']));
    expect(await textOf(page, '#runners .note')).toBe(`${states.length} of 14 VMs`);
  });

  test('the same numbers stand in a table, the newest first', async () => {
    const { api, open } = stage();
    const page = await open({ hash: '#range=1h' });
    await page.click('#numbers summary');
    const newest = api.day.buckets.at(-1);
    const cells = (await page.locator('#numbers tbody tr').first().innerText()).split('\t');
    expect(cells.slice(0, 6)).toEqual([
      '14:19',
      ...[newest?.waiting, newest?.busy, newest?.idle, newest?.booting, newest?.draining].map(String),
    ]);
    expect(await page.locator('#numbers tbody tr').count()).toBe(59);
  });

  test('another pool and another time are chosen, asked for and kept in the address', async () => {
    const { api, open } = stage();
    const page = await open();
    await page.selectOption('#pool', 'us');
    await page.waitForFunction(() => document.querySelector('#pool-name')?.textContent === 'us');
    await page.locator('#ranges').getByLabel('Last 7 days').check({ force: true });
    await page.waitForFunction(() => document.querySelector('#tiles')?.textContent?.includes('last 7 days'));
    expect(new URL(page.url()).hash).toBe('#pool=us&range=7d');
    expect(api.requests.some(({ url }) => url.startsWith('/api/pools/us/history?') && url.endsWith('resolution=600'))).toBe(true);
    expect(await page.locator('#alerts').isHidden()).toBe(true);
  });

  test('while another pool is read the page is dimmed, and what is confirmed goes to the pool on the screen', async () => {
    const { api, open } = stage();
    const page = await open();
    let go = (): void => {};
    const held = new Promise<void>((resolve) => (go = resolve));
    api.before = (url) => (/pools\/us(\/history.*)?$/.test(url) ? held : Promise.resolve());
    await page.selectOption('#pool', 'us');
    expect(await page.locator('#board').getAttribute('aria-busy')).toBe('true');
    await page.click('text=Wake');
    expect(await textOf(page, 'dialog')).toContain('Wake default?');
    go();
    await page.waitForFunction(() => document.querySelector('#board')?.getAttribute('aria-busy') === 'false');
    expect(await textOf(page, '#pool-name')).toBe('us');
    await page.locator('dialog').getByRole('button', { name: 'Wake now', exact: true }).click();
    await page.waitForSelector('dialog', { state: 'detached' });
    expect(api.sent()).toEqual([{ path: 'pools/default/wake', body: {} }]);
  });

  test('the history is read again only after another tick; the status each time', async () => {
    const { api, open } = stage();
    const page = await open();
    const histories = (): number => api.requests.filter(({ url }) => url.includes('/history')).length;
    await readAgain(page, api);
    expect(histories()).toBe(1);
    api.pools = [aStatus(NOW + MINUTE, { lastTick: { id: 't2', at: iso(NOW + MINUTE), ticks: 813, held: false } })];
    await readAgain(page, api);
    await page.waitForFunction(() => document.querySelector('#live')?.textContent?.includes('14:21'));
    expect(histories()).toBe(2);
  });

  test('a page that nobody sees asks for nothing, and reads at once when it is seen again', async () => {
    const { api, open } = stage();
    const page = await open({ hasClock: true });
    const started = api.requests.length;
    await page.clock.runFor(20_000);
    await untilMore(page, api, started);
    // While it is seen it reads on.
    const show = (isHidden: boolean): Promise<void> =>
      page.evaluate((hidden) => {
        Object.defineProperty(document, 'hidden', { configurable: true, get: () => hidden });
        document.dispatchEvent(new Event('visibilitychange'));
      }, isHidden);
    await show(true);
    const before = api.requests.length;
    await page.clock.runFor(60_000);
    expect(api.requests.length).toBe(before);
    await show(false);
    await untilMore(page, api, before);
  });

  test('a page whose updates are off asks for nothing', async () => {
    const { api, open } = stage();
    const page = await open({ hasClock: true });
    const started = api.requests.length;
    await page.clock.runFor(20_000);
    await untilMore(page, api, started);
    await page.click('#live');
    expect(await textOf(page, '#live')).toMatch(/^Updates off/);
    const before = api.requests.length;
    await page.clock.runFor(60_000);
    expect(api.requests.length).toBe(before);
    await page.click('#live');
    await untilMore(page, api, before);
  });

  test('what changes is announced, what is merely read again is not', async () => {
    const { api, open } = stage();
    const page = await open();
    await readAgain(page, api);
    expect(await page.locator('#announcements').innerText()).toBe('');
    api.pools = [aStatus(NOW, { decision: { rule: 'scale-in/threshold', reason: 'No job waits: draining 1.' } })];
    await readAgain(page, api);
    await page.waitForFunction(() => document.querySelector('#announcements')?.textContent !== '');
    expect(await page.locator('#announcements').innerText()).toBe('Scale in: No job waits: draining 1.');
  });
});
