import { startFakeApi } from './support/api';
import { chromiumPath, HOW_TO_RUN, launch } from './support/browser';
import { aDay } from './support/day';
import { builtPage } from './support/page';
import { aStatus } from './support/pool';

/** `npm run bench:dashboard`: how long a real Chromium takes to draw a day of 1,440 ticks and a fleet of 1,000 runners. */

const NOW = Date.UTC(2026, 2, 3, 14, 20);
const RUNS = 7;

interface Sample {
  /** From the last byte of the API to the frame in which everything is drawn, all runners shown. */
  readonly draw: number;
  /** From the address to that frame. */
  readonly total: number;
  /** Of the page's main thread until then: loading included, whatever else the machine does meanwhile. */
  readonly work: number;
}

/** In the page: shows all runners as soon as there are some, and notes the frame after which nothing changes any more. */
function watch(): void {
  const timings = window as unknown as { drawnAt?: number };
  new MutationObserver(() => {
    const rows = document.querySelectorAll('#runners tbody tr').length;
    const more = [...document.querySelectorAll<HTMLElement>('#runners button')].find(({ textContent }) => textContent === 'Show all');
    if (rows === 50) more?.click();
    if (rows === 1_000 && timings.drawnAt === undefined)
      requestAnimationFrame(() => setTimeout(() => (timings.drawnAt = performance.now())));
  }).observe(document, { childList: true, subtree: true });
}

async function main(): Promise<void> {
  if (chromiumPath === undefined) throw new Error(HOW_TO_RUN);
  const api = await startFakeApi(await builtPage(), aDay({ end: NOW, runners: 1_000 }), [aStatus(NOW)]);
  const browser = await launch();
  const samples: Sample[] = [];
  for (let run = 0; run < RUNS; run += 1) {
    const page = await browser.newPage({ viewport: { width: 1_440, height: 1_000 } });
    await page.addInitScript(watch);
    const session = await page.context().newCDPSession(page);
    await session.send('Performance.enable', { timeDomain: 'threadTicks' });
    await page.goto(`${api.url}/api/dashboard#pool=default&range=24h`);
    await page.waitForFunction(() => (window as unknown as { drawnAt?: number }).drawnAt !== undefined);
    const { metrics } = await session.send('Performance.getMetrics');
    const work = 1_000 * (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? NaN);
    const timed = await page.evaluate(() => {
      const { drawnAt } = window as unknown as { drawnAt: number };
      const answers = performance.getEntriesByType('resource') as PerformanceResourceTiming[];
      return { draw: drawnAt - Math.max(...answers.map(({ responseEnd }) => responseEnd)), total: drawnAt };
    });
    samples.push({ ...timed, work });
    await page.close();
  }
  const version = browser.version();
  await browser.close();
  await api.close();
  const [points, decisions] = [api.day.buckets.length, api.day.decisions.length];
  process.stdout.write(`Chromium ${version}, ${RUNS} runs: ${points} ticks, ${decisions} decisions, 1,000 runners in the list.\n`);
  const told = {
    draw: 'from the last answer to the last frame',
    total: 'from the address to the last frame',
    work: 'processor time of the page',
  };
  for (const name of ['draw', 'total', 'work'] as const) {
    const sorted = samples.map((sample) => Math.round(sample[name])).toSorted((a, b) => a - b);
    process.stdout.write(`${told[name]}: median ${sorted[Math.floor(RUNS / 2)]} ms, ${sorted[0]} to ${sorted.at(-1)} ms\n`);
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
