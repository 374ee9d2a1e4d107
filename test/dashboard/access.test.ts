import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { aStatus } from './support/pool';
import { NOW, onStage, textOf } from './support/stage';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe-core finds, each as "rule: element". It is put in past the page's policy, as a browser extension is. */
async function violationsOf(page: Page): Promise<readonly string[]> {
  await page.evaluate(AXE);
  return page.evaluate(async () => {
    const { axe } = window as unknown as {
      axe: { run(): Promise<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }> };
    };
    const { violations } = await axe.run();
    return violations.map(({ id, impact, nodes }) => `${impact} ${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`);
  });
}

const focused = (page: Page): Promise<string> =>
  page.evaluate(() => {
    const element = document.activeElement;
    return element?.getAttribute('aria-label') ?? (element?.id === '' ? element.textContent : element?.id) ?? '';
  });

onStage('the page for everyone', (stage) => {
  describe.each(['light', 'dark'] as const)('axe-core finds nothing in %s', (colorScheme) => {
    test.each<[string, (page: Page) => Promise<void>]>([
      ['the whole board with an alert', async () => {}],
      ['the table of numbers', (page) => page.click('#numbers summary')],
      ['a dialog', (page) => page.click('text=Pause…')],
    ])('in %s', async (_, prepare) => {
      const { api, open } = stage();
      api.pools = [aStatus(NOW, { warnings: ['A note.'], mode: 'paused', protected: { runners: ['x'], instances: [] } })];
      const page = await open({ colorScheme, hash: '#range=1h' });
      await prepare(page);
      expect(await violationsOf(page)).toEqual([]);
    });

    test('where the key is asked for, and on a phone', async () => {
      const { api, open } = stage();
      api.key = 'k';
      const page = await open({ colorScheme, viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true });
      expect(await violationsOf(page)).toEqual([]);
      await page.fill('#key', 'k');
      await page.keyboard.press('Enter');
      await page.waitForSelector('#board', { state: 'visible' });
      expect(await violationsOf(page)).toEqual([]);
    });
  });

  test('the theme is that of the system until it is chosen, and the choice is kept', async () => {
    const page = await stage().open({ colorScheme: 'dark' });
    const background = (): Promise<string> => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const dark = await background();
    expect(await textOf(page, '#theme')).toBe('Theme: system');
    await page.click('#theme');
    expect(await textOf(page, '#theme')).toBe('Theme: light');
    const light = await background();
    expect(light).not.toBe(dark);
    await page.reload();
    await page.waitForSelector('#board', { state: 'visible' });
    expect(await background()).toBe(light);
    await page.click('#theme');
    expect(await background()).toBe(dark);
  });

  test('nothing is wider than a phone', async () => {
    const page = await stage().open({ viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
    await page.click('#numbers summary');
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
  });

  describe('by keyboard alone', () => {
    test('every control is reached in the order in which it is seen, and can be seen to have the focus', async () => {
      const page = await stage().open();
      const order: string[] = [];
      for (let step = 0; step < 60; step += 1) {
        await page.keyboard.press('Tab');
        const next = await focused(page);
        if (order[0] === next) break;
        order.push(next);
        const isSeen = await page.evaluate(() => {
          const element = document.activeElement as HTMLElement;
          const marked = element.matches('input[type=radio]') ? element.nextElementSibling : element;
          return element === document.body || getComputedStyle(marked as Element).outlineStyle !== 'none';
        });
        expect(isSeen, order.at(-1)).toBe(true);
      }
      const expected = [
        'Skip to content',
        'pool',
        'live',
        'theme',
        'Pause…',
        'Wake',
        'Last 6 hours',
        'Charts on one time axis',
        'only-acts',
        'Decisions',
      ];
      expect(order.filter((each) => expected.includes(each))).toEqual(expected);
      expect(order.some((each) => each.startsWith('Release arn:'))).toBe(true);
      expect(order).toContain('Filter runners');
    });

    test('a pause is made, and the focus comes back to where it was', async () => {
      const { api, open } = stage();
      const page = await open();
      await page.getByRole('button', { name: 'Pause…' }).focus();
      await page.keyboard.press('Enter');
      expect(await focused(page)).toBe('Scale-out');
      await page.keyboard.press('Space');
      for (let step = 0; step < 2; step += 1) await page.keyboard.press('Tab');
      expect(await focused(page)).toBe('pause-reason');
      await page.keyboard.type('audit');
      await page.keyboard.press('Enter');
      await page.waitForSelector('dialog', { state: 'detached' });
      expect(api.sent()).toEqual([{ path: 'pools/default/pause', body: { scaleOut: false, scaleIn: true, reason: 'audit' } }]);
      expect(await focused(page)).toBe('Pause…');
    });

    test('the focus stays where it is while the page reads on', async () => {
      const { api, open } = stage();
      const page = await open();
      await page
        .locator('#drains')
        .getByRole('button', { name: /^Release/ })
        .focus();
      const before = await focused(page);
      api.pools = [aStatus(NOW + 60_000, { lastTick: { id: 't2', at: new Date(NOW).toISOString(), ticks: 1, held: false } })];
      await page.evaluate(() => window.dispatchEvent(new Event('online')));
      await page.waitForFunction(() => document.querySelector('#live')?.textContent?.includes('14:21'));
      expect(await focused(page)).toBe(before);
    });

    test('arrows move through the time of the charts and tell what was then', async () => {
      const { api, open } = stage();
      const page = await open({ hash: '#range=24h' });
      await page.locator('#charts').focus();
      await page.keyboard.press('End');
      const last = api.day.buckets.at(-1);
      expect(await page.locator('#spoken').textContent()).toBe(
        `14:19: Queue jobs waiting ${last?.waiting}, Runners busy ${last?.busy}, Runners idle ${last?.idle}, Runners booting ${last?.booting}, ` +
          `Runners draining ${last?.draining}, VMs listed ${last?.instances}, VMs capacity ${last?.capacity}, Waits jobs unserved for ${(last?.unservedSeconds ?? 0) / 60} min.`,
      );
      await page.keyboard.press('Shift+ArrowLeft');
      expect(await page.locator('#spoken').textContent()).toMatch(/^14:09: /);
      await page.keyboard.press('ArrowRight');
      expect(await page.locator('#spoken').textContent()).toMatch(/^14:10: /);
      await page.keyboard.press('Home');
      expect(await page.locator('#spoken').textContent()).toMatch(/^2 Mar 14:2\d: /);
    });
  });
});
