import { describe, expect, test } from 'vitest';
import { aStatus } from './support/pool';
import { NOW, onStage, readAgain, textOf } from './support/stage';

onStage('what goes wrong is shown', (stage) => {
  describe('the key', () => {
    test('is not asked for where the app answers without one', async () => {
      const { api, open } = stage();
      const page = await open();
      expect(await page.locator('#door').isVisible()).toBe(false);
      expect(await page.locator('#board').isVisible()).toBe(true);
      expect(api.requests.every(({ key }) => key === undefined)).toBe(true);
    });

    test('is asked for after a 401, sent as a header alone, and kept for this tab only', async () => {
      const { api, open } = stage();
      api.key = 'geheim/+=';
      const page = await open();
      expect(await page.locator('#board').isVisible()).toBe(false);
      expect(await page.evaluate(() => document.activeElement?.id)).toBe('key');
      await page.keyboard.type('geheim/+=');
      await page.keyboard.press('Enter');
      await page.waitForSelector('#board', { state: 'visible' });
      expect(api.requests.at(-1)?.key).toBe('geheim/+=');
      for (const { url } of api.requests) expect(decodeURIComponent(url)).not.toContain('geheim');
      expect(page.url()).not.toContain('geheim');
      const kept = await page.evaluate(() => [JSON.stringify(sessionStorage), JSON.stringify(localStorage), document.cookie]);
      expect(kept.map((each) => each.includes('geheim'))).toEqual([true, false, false]);
      await page.reload();
      await page.waitForSelector('#board', { state: 'visible' });
      await page.click('#forget-key');
      await page.waitForSelector('#door', { state: 'visible' });
      expect(await page.evaluate(() => sessionStorage.length)).toBe(0);
    });

    test('that is wrong is said to be, and forgotten', async () => {
      const { api, open } = stage();
      api.key = 'right';
      const page = await open();
      await page.fill('#key', 'wrong');
      await page.keyboard.press('Enter');
      await page.waitForSelector('#door-why.refused');
      expect(await textOf(page, '#door-why')).toMatch(/^The app refused this key\./);
      expect(await page.evaluate(() => sessionStorage.length)).toBe(0);
      await page.fill('#key', 'right');
      await page.keyboard.press('Enter');
      await page.waitForSelector('#board', { state: 'visible' });
      expect(await page.locator('#door').isVisible()).toBe(false);
    });

    test('that is renewed while the page is open is asked for anew', async () => {
      const { api, open } = stage();
      const page = await open();
      api.key = 'new';
      await readAgain(page, api);
      await page.waitForSelector('#door', { state: 'visible' });
      expect(await page.locator('#board').isVisible()).toBe(false);
    });
  });

  test.each<[string, { status: number; body: string }, RegExp]>([
    ['404 of another app', { status: 404, body: '' }, /no such route \(404\)\. A pool may have left the settings/],
    ['500', { status: 500, body: 'Internal Server Error' }, /failed to answer \(500\)\. Look at the log stream/],
    [
      '502 with its reason',
      { status: 502, body: '{"error":{"code":"x","message":"Storage cannot be reached."}}' },
      /^Storage cannot be reached\./,
    ],
    ['no network', { status: 0, body: '' }, /cannot be reached\. Check your connection/],
    ['an answer that is no JSON', { status: 200, body: '<html>Sign in</html>' }, /not JSON\. Is this address/],
    [
      'an answer of another shape',
      { status: 200, body: '{"pools":[{"name":"x"}]}' },
      /is not understood: The status has no "pool"\. Reload/,
    ],
  ])('%s at the first reading', async (_, fault, message) => {
    const { api, open } = stage();
    api.faults = [{ path: /./, ...fault }];
    const page = await open();
    expect(await textOf(page, '#problem')).toMatch(message);
    expect(await page.locator('#problem').getAttribute('role')).toBe('alert');
    api.faults = [];
    await readAgain(page, api);
    await page.waitForSelector('#problem', { state: 'hidden' });
    expect(await page.locator('#board').isVisible()).toBe(true);
  });

  test('a failure later on leaves what was read, and says since when', async () => {
    const { api, open } = stage();
    const page = await open();
    api.faults = [{ path: /./, status: 0, body: '' }];
    await readAgain(page, api);
    await page.waitForSelector('#problem', { state: 'visible' });
    expect(await textOf(page, '#live')).toBe('Not read since 14:20:00');
    expect(await textOf(page, '#pool-name')).toBe('default');
  });

  test('a pool that left the settings gives way to those that there are', async () => {
    const { api, open } = stage();
    const page = await open({ hash: '#pool=gone' });
    expect(await textOf(page, '#pool-name')).toBe('default');
    expect(api.requests.every(({ url }) => !url.includes('gone'))).toBe(true);
  });

  test.each<[string, string, { status: number; body: string }, RegExp]>([
    ['history', '/history', { status: 500, body: '' }, /The history is not complete\. The app failed to answer \(500\)/],
    ['decisions', '/decisions', { status: 404, body: '' }, /no such route \(404\)\. .*the app is older/],
    ['drains', '/drains', { status: 200, body: '[]' }, /not understood: The drains should be an object/],
    ['runners', '/runners', { status: 0, body: '' }, /cannot be reached/],
  ])('where %s cannot be read, the rest is shown all the same', async (_, path, fault, message) => {
    const { api, open } = stage();
    api.faults = [{ path: new RegExp(path), ...fault }];
    const page = await open();
    await page.waitForSelector('#history-problem', { state: 'visible' });
    expect(await textOf(page, '#history-problem')).toMatch(message);
    expect(await textOf(page, '#head')).toContain('5 jobs wait');
    if (path !== '/runners') expect(await textOf(page, '#runners')).toContain('14 VMs');
    expect(await page.locator('#problem').isVisible()).toBe(false);
  });

  test('settings that cannot be used are told in the words of the app', async () => {
    const { api, open } = stage();
    const body = { mode: 'invalid settings', error: { code: 'settings-invalid', message: 'SG_ORG: not set; it is required.' }, pools: [] };
    api.faults = [{ path: /pools$/, status: 200, body: JSON.stringify(body) }];
    const page = await open();
    expect(await textOf(page, '#problem')).toBe('The settings cannot be used, so nothing scales. SG_ORG: not set; it is required.');
    api.faults = [];
    api.pools = [aStatus(NOW)];
    await readAgain(page, api);
    await page.waitForSelector('#problem', { state: 'hidden' });
  });
});
