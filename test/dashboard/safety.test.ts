import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { aDay } from './support/day';
import { builtPage } from './support/page';
import { aStatus } from './support/pool';
import { NOW, onStage, textOf } from './support/stage';

test('the page is one text without a host of others, and its policy lets only its own script and style run', async () => {
  const { html, policy } = await builtPage();
  expect(html.match(/<script/g)).toHaveLength(1);
  expect(html).not.toMatch(/<(?:script|img|iframe|object|link|source)[^>]+(?:src|href)=["'](?!data:)/);
  expect(html).not.toMatch(/@import|url\((?!["']?data:)/);
  expect(policy).toMatch(/^default-src 'none'; script-src 'sha256-[\w+/]{43}='; style-src 'sha256-[\w+/]{43}='; connect-src 'self';/);
  expect(policy).not.toMatch(/unsafe|https?:|\*/);
  for (const tag of ['script', 'style']) {
    const [, inside = ''] = new RegExp(`<${tag}>([^]*)</${tag}>`).exec(html) ?? [];
    expect(inside.length).toBeGreaterThan(10_000);
    expect(policy).toContain(`${tag}-src 'sha256-${createHash('sha256').update(inside).digest('base64')}'`);
  }
  expect(await builtPage()).toMatchObject({ html, policy });
});

test('no code of the page makes markup of texts', () => {
  const script = readFileSync('src/dashboard/view/dom.ts', 'utf8');
  expect(script).not.toMatch(/innerHTML|outerHTML|insertAdjacentHTML/);
});

onStage('what the API says stays text', (stage) => {
  const EVIL = `x"><img src=x onerror="window.hit=1"><svg/onload=window.hit=1>'--><script>window.hit=1</script>`;

  test('in runner ids, names, reasons, alerts, notes and refusals', async () => {
    const { api, open } = stage();
    const day = aDay({ end: NOW, ticks: 60, runners: 2 });
    const [runner] = day.runners;
    const [decision] = day.decisions;
    if (runner === undefined || decision === undefined) throw new Error('an empty day');
    api.day = {
      ...day,
      runners: [{ ...runner, runner: EVIL, computerName: EVIL, state: 'idle' }],
      decisions: [{ ...decision, rule: `scale-in/${EVIL}`, reason: EVIL, noticed: [EVIL], tick: EVIL }],
    };
    const drain = { id: EVIL, runner: EVIL, vm: EVIL, computerName: EVIL, phase: 'waiting', ageSeconds: 1, note: EVIL };
    const alert = { code: EVIL, since: new Date(NOW).toISOString(), text: EVIL, next: EVIL };
    const decided = { rule: EVIL, reason: EVIL };
    api.pools = [aStatus(NOW, { drains: [drain], alerts: [alert], warnings: [EVIL], decision: decided, version: EVIL, mode: EVIL })];
    const page = await open({ hash: '#range=1h' });
    const refused: string[] = [];
    page.on('console', (message) => message.type() === 'error' && refused.push(message.text()));
    await page.locator('#panel-decisions .u-over').hover();
    await page.click(`#drains >> text=Release…`);
    api.faults = [{ path: /release/, status: 409, body: JSON.stringify({ error: { message: EVIL } }) }];
    await page.locator('dialog').getByRole('button', { name: 'Release', exact: true }).click();
    await page.waitForSelector('dialog .problem:not([hidden])');
    for (const place of [
      '.sentence',
      '.alert-text',
      '.alert-next',
      '#drains .note',
      'dialog .detail',
      'dialog .problem',
      '#decisions tr p',
    ])
      expect(await page.locator(place).first().textContent(), place).toContain(EVIL);
    expect(await page.locator('#runners th[title]').getAttribute('title')).toBe(EVIL);
    expect(await page.evaluate(() => 'hit' in window)).toBe(false);
    expect(await page.locator('main img, main script, dialog img, dialog svg').count()).toBe(0);
    expect(refused.filter((text) => !text.includes('409'))).toEqual([]);
  });

  test('the policy stops markup, foreign scripts and foreign hosts, whatever the code would do', async () => {
    const page = await stage().open();
    const stopped = await page.evaluate(async () => {
      const tried: Record<string, boolean> = {};
      try {
        document.body.innerHTML = '<b>x</b>';
      } catch {
        tried['markup'] = true;
      }
      const inline = document.createElement('script');
      try {
        inline.textContent = 'window.hit = 1';
        document.body.append(inline);
      } catch {
        // Trusted types refuse the text already.
      }
      tried['inline'] = !('hit' in window);
      tried['host'] = await fetch('http://127.0.0.1:9/').then(
        () => false,
        (error: unknown) => error instanceof TypeError,
      );
      return tried;
    });
    expect(stopped).toEqual({ markup: true, inline: true, host: true });
  });

  test('every request goes to the app that served the page', async () => {
    const { api, open } = stage();
    const page = await open();
    const hosts = new Set<string>();
    page.on('request', (request) => hosts.add(new URL(request.url()).origin));
    await page.reload();
    await page.waitForSelector('#board', { state: 'visible' });
    expect([...hosts]).toEqual([api.url]);
    expect(await textOf(page, '#pool-name')).toBe('default');
  });
});
