import { afterEach, expect, test } from 'vitest';
import type { Fault, Step } from '../../src/local/host';
import { spedUpFlags, spedUpTrace } from '../../src/local/spedUp';
import { createRandom } from '../../src/local/world/random';
import { MINUTE, startWholeApp, type WholeApp } from '../support/wholeApp';

let app: WholeApp;

afterEach(() => app.stop());

const SPEED = 60;
/** host.json's maxQueuePollingInterval: so late may each hop of an idle task hub be, whatever TRIAL_SPEED says. */
const LATEST_MS = 5_000;

test.each([1, 2])(
  'a trial at sixty times the speed on an engine that is as slow as ever: jobs are served, drains end, no loop is replaced (seed %i)',
  async (seed) => {
    const random = createRandom(seed).fork('lateness');
    const waiting = new Set<string>();
    // A step that was put off comes again: it runs then.
    const late = ({ kind, name, instance }: Step): Fault | undefined => {
      const step = `${kind} ${name} ${instance}`;
      if (waiting.delete(step)) return undefined;
      waiting.add(step);
      return { delayMs: random.below(LATEST_MS) };
    };
    app = await startWholeApp({
      env: { TRIAL_SPEED: String(SPEED) },
      world: { seed, flags: spedUpFlags({}, SPEED) },
      hooks: { beforeStep: (step) => (step.kind === 'timer' ? undefined : late(step)) },
    });
    const wave = (at: number) => Array.from({ length: 8 }, (_, index) => ({ arrivalSeconds: at + index * 20, durationSeconds: 600 }));
    app.world.addJobs(spedUpTrace([...wave(3_600), ...wave(14_400), ...wave(36_000)], SPEED));
    await app.pass(25 * MINUTE);
    expect(app.world.metrics()).toMatchObject({ jobs: 24, jobsDone: 24, jobsKilled: 0, orphanVms: 0, ghostRunners: 0 });
    const { body } = await app.request('GET', 'pools/default');
    expect(body).toMatchObject({
      mode: 'running',
      counts: { active: 1, draining: 0, lost: 0, stray: 0 },
      drains: [],
      alerts: [],
      growthFailures: null,
    });
    const keeper = app.logs
      .filter((text) => text.includes('"event":"keeper"'))
      .map((text) => (JSON.parse(text) as { action: string }).action);
    expect(keeper).toEqual(['start']);
    // A give-back that the drain itself was quicker to carry out is no lateness.
    const tooLate = app.logs.filter((text) => text.includes('"answer":"late"') && !text.includes('"kind":"reactivate"'));
    expect(tooLate).toEqual([]);
  },
);
