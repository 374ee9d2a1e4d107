import { mkdirSync } from 'node:fs';
import { startFakeApi } from './support/api';
import { chromiumPath, HOW_TO_RUN, launch } from './support/browser';
import { aDay, arnOf } from './support/day';
import { builtPage } from './support/page';
import { aStatus } from './support/pool';

/** `npm run screenshots`: the pictures of the README, of a made-up day, into docs/images. */

const NOW = Date.UTC(2026, 2, 3, 14, 18, 12);
const FOLDER = 'docs/images';

const PICTURES = [
  { name: 'dashboard', width: 1_280, height: 1_420, scheme: 'light', hash: '#pool=eu-prod&range=24h', isPhone: false },
  { name: 'dashboard-dark', width: 1_280, height: 1_420, scheme: 'dark', hash: '#pool=eu-prod&range=24h', isPhone: false },
  { name: 'dashboard-phone', width: 390, height: 1_420, scheme: 'light', hash: '#pool=eu-prod&range=6h', isPhone: true },
] as const;

async function main(): Promise<void> {
  if (chromiumPath === undefined) throw new Error(HOW_TO_RUN);
  const day = aDay({ end: NOW, seed: 3, runners: 14 });
  const { waiting, idle, busy, booting, instances, capacity } = day.buckets.at(-1) ?? {};
  const status = aStatus(NOW, {
    pool: 'eu-prod',
    decision: { rule: day.decisions[0]?.rule, reason: day.decisions[0]?.reason },
    counts: { demand: waiting, idle, busy, booting, draining: 2, unhealthy: 0, instances, capacity },
    alerts: [
      {
        ...{ code: 'drain-long', since: new Date(NOW - 21 * 60_000).toISOString() },
        text: `1 drain takes long, the oldest that of ${arnOf(1_004).split('/').at(-1)}: 1 task is running.`,
        next: 'Nothing, if its job is long; release gives the runner back.',
      },
    ],
  });
  const api = await startFakeApi(await builtPage(), day, [status, aStatus(NOW, { pool: 'us-prod', alerts: [] })]);
  const browser = await launch();
  mkdirSync(FOLDER, { recursive: true });
  for (const { name, width, height, scheme, hash, isPhone } of PICTURES) {
    const page = await browser.newPage({
      ...{ viewport: { width, height }, colorScheme: scheme, timezoneId: 'UTC' },
      ...(isPhone ? { isMobile: true, hasTouch: true, deviceScaleFactor: 1.5 } : {}),
    });
    await page.goto(`${api.url}/api/dashboard${hash}`);
    await page.waitForSelector('#runners tbody tr');
    if (!isPhone) {
      const box = await page.locator('#panel-queue .u-over').boundingBox();
      const acts = day.decisions.filter(({ acts: each }) => each.length > 0).map(({ at, rule }) => ({ at: Date.parse(at), rule }));
      const alone = acts.find(
        (each) =>
          each.rule === 'scale-out/threshold' && acts.every((other) => other === each || Math.abs(other.at - each.at) > 20 * 60_000),
      );
      const share = 1 - (NOW - (alone?.at ?? 0)) / 86_400_000;
      await page.mouse.move((box?.x ?? 0) + (box?.width ?? 0) * share, (box?.y ?? 0) + 60);
    }
    await page.waitForTimeout(300);
    await page.screenshot({ path: `${FOLDER}/${name}.png` });
    await page.close();
  }
  await browser.close();
  await api.close();
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
