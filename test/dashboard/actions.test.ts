import { describe, expect, test } from 'vitest';
import type { Page } from 'playwright-core';
import { arnOf } from './support/day';
import { aStatus } from './support/pool';
import { NOW, onStage, textOf } from './support/stage';

/** One action: what it is asked by, what the dialog says, and what is sent. */
interface Action {
  readonly name: string;
  readonly press: (page: Page) => Promise<void>;
  readonly says: RegExp;
  readonly confirm: string;
  readonly path: string;
  readonly body: unknown;
  readonly done: string;
  readonly status?: Record<string, unknown>;
}

const iso = (at: number): string => new Date(at).toISOString();
const PAUSED = { mode: 'paused', paused: { scaleOut: true, scaleIn: true, reason: 'x', since: iso(NOW), until: null } };
const DRAINING = arnOf(1_004);
const encoded = (runner: string): string => encodeURIComponent(runner);

const ACTIONS: readonly Action[] = [
  {
    ...{ name: 'wake', press: (page) => page.click('text=Wake'), says: /Wake default\? The loop ticks at once/, confirm: 'Wake now' },
    ...{ path: 'pools/default/wake', body: {}, done: 'The loop was woken.' },
  },
  {
    ...{
      name: 'pause',
      press: (page) => page.click('text=Pause…'),
      says: /Pause default\? .*Running jobs are not touched/,
      confirm: 'Pause',
    },
    ...{ path: 'pools/default/pause', body: { scaleOut: true, scaleIn: true }, done: 'The pool is paused.' },
  },
  {
    ...{ name: 'resume', press: (page) => page.click('text=Resume'), says: /Resume default\? The pause is lifted/, confirm: 'Resume' },
    ...{ path: 'pools/default/resume', body: {}, done: 'The pause is lifted.', status: PAUSED },
  },
  {
    ...{
      name: 'release',
      press: (page) => page.click('#drains >> text=Release…'),
      says: /Release .* takes jobs again/,
      confirm: 'Release',
    },
    ...{ path: `pools/default/runners/${encoded(DRAINING)}/release`, body: {}, done: 'The runner goes back to work.' },
  },
  {
    ...{
      name: 'protect of a draining runner',
      press: (page) => page.click('#drains >> text=Protect…'),
      says: /never drained until/,
      confirm: 'Protect',
    },
    ...{ path: `pools/default/runners/${encoded(DRAINING)}/protect`, body: {}, done: 'The runner is protected.' },
  },
  {
    ...{ name: 'protect of a runner of the list', says: /never drained until/, confirm: 'Protect' },
    press: (page) => page.click(`#runners [aria-label="Protect ${arnOf(1_005)}"]`),
    ...{ path: `pools/default/runners/${encoded(arnOf(1_005))}/protect`, body: {}, done: 'The runner is protected.' },
  },
  {
    ...{ name: 'taking a protection off', says: /may be drained again/, confirm: 'Take it off' },
    press: (page) => page.click(`#runners [aria-label="Unprotect ${arnOf(1_005)}"]`),
    ...{ path: `pools/default/runners/${encoded(arnOf(1_005))}/unprotect`, body: {}, done: 'The protection is taken off.' },
    status: { protected: { runners: [arnOf(1_005)], instances: [] } },
  },
  {
    ...{ name: 'acknowledge', press: (page) => page.click('text=Acknowledge…'), says: /Repairs that stopped/, confirm: 'Acknowledge' },
    ...{ path: 'pools/default/acknowledge', body: {}, done: 'Acknowledged.' },
    status: { alerts: [{ code: 'repair-frozen', since: iso(NOW), text: 'Repairs stopped.', next: 'Check the provider.' }] },
  },
];

onStage('what the page does', (stage) => {
  describe.each(ACTIONS)('$name', ({ press, says, confirm, path, body, done, status }) => {
    test('is asked first, sent once it is confirmed, said to be done, and the page reads anew', async () => {
      const { api, open } = stage();
      api.pools = [aStatus(NOW, status)];
      const page = await open();
      await press(page);
      expect(await textOf(page, 'dialog')).toMatch(says);
      await page.click('dialog >> text=Cancel');
      await page.waitForSelector('dialog', { state: 'detached' });
      await press(page);
      await page.keyboard.press('Escape');
      await page.waitForSelector('dialog', { state: 'detached' });
      expect(api.sent()).toEqual([]);
      await press(page);
      const before = api.requests.length;
      await page.locator('dialog').getByRole('button', { name: confirm, exact: true }).click();
      await page.waitForSelector('dialog', { state: 'detached' });
      expect(api.sent()).toEqual([{ path, body }]);
      expect(await textOf(page, '#toast')).toBe(done);
      expect(await page.locator('#announcements').innerText()).toBe(done);
      for (let look = 0; look < 300 && api.requests.length < before + 2; look += 1) await page.waitForTimeout(10);
      expect(api.requests.slice(before + 1).some(({ method }) => method === 'GET')).toBe(true);
    });
  });

  test.each(ACTIONS.filter(({ name }) => ['wake', 'release'].includes(name)))(
    '$name says in the dialog why it was refused, and can be tried again',
    async ({ press, confirm, path, status }) => {
      const { api, open } = stage();
      api.pools = [aStatus(NOW, status)];
      const page = await open();
      await press(page);
      const refusal = { error: { code: 'drain-committed', message: 'The drain is committed and can no longer be stopped.' } };
      api.faults = [{ path: new RegExp(`/${path.split('/').at(-1)}$`), status: 409, body: JSON.stringify(refusal) }];
      const button = page.locator('dialog').getByRole('button', { name: confirm, exact: true });
      await button.click();
      await page.waitForSelector('dialog .problem:not([hidden])');
      expect(await textOf(page, 'dialog .problem')).toBe('The drain is committed and can no longer be stopped.');
      api.faults = [];
      await button.click();
      await page.waitForSelector('dialog', { state: 'detached' });
      expect(api.sent()).toHaveLength(2);
    },
  );

  describe('a pause', () => {
    test('of one side, for some minutes, with its reason', async () => {
      const { api, open } = stage();
      const page = await open();
      await page.click('text=Pause…');
      await page.uncheck('dialog [aria-label="Scale-out"]');
      await page.fill('#pause-reason', ' night of the audit ');
      await page.fill('#pause-minutes', '90');
      await page.keyboard.press('Enter');
      await page.waitForSelector('dialog', { state: 'detached' });
      const body = { scaleOut: false, scaleIn: true, reason: 'night of the audit', forMinutes: 90 };
      expect(api.sent()).toEqual([{ path: 'pools/default/pause', body }]);
    });

    test('of nothing is not sent', async () => {
      const { api, open } = stage();
      const page = await open();
      await page.click('text=Pause…');
      await page.uncheck('dialog [aria-label="Scale-out"]');
      await page.uncheck('dialog [aria-label="Scale-in"]');
      await page.locator('dialog').getByRole('button', { name: 'Pause', exact: true }).click();
      expect(await textOf(page, 'dialog .problem')).toBe('Choose scale-out, scale-in or both.');
      expect(api.sent()).toEqual([]);
    });
  });

  test('a drain that is committed offers neither release nor protect', async () => {
    const { api, open } = stage();
    api.pools = [aStatus(NOW, { drains: [{ id: 'd', runner: 'r', vm: 'v', computerName: 'c', phase: 'committed', ageSeconds: 5 }] })];
    const page = await open();
    expect(await textOf(page, '.drain')).toBe('r c 5 s Committed');
  });
});
