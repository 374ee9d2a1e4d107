import { expect, test } from 'vitest';
import { aftermath } from '../../src/local/simulate/aftermath';
import { type Bench, createBench } from '../../src/local/simulate/bench';
import { createStage, type Stage } from '../../src/local/simulate/stage';

const MINUTE = 60_000;

async function twoRunners(most: string): Promise<{ readonly bench: Bench; readonly stage: Stage }> {
  const bench = createBench(0, false);
  const stage = await createStage({
    seed: 1,
    pools: [{ name: 'default', initialRunners: 2 }],
    settings: { MIN_RUNNERS: '1', MAX_RUNNERS: most },
    onWorld: (world, now) => bench.sit(world, now),
  });
  bench.serve(stage.app);
  return { bench, stage };
}

/** Two machines that died with their jobs and fill MAX_RUNNERS, another job that waits, and what the last judge says of it. */
async function judged(change: (body: object) => object): Promise<readonly string[]> {
  const { bench, stage } = await twoRunners('2');
  const arrive = (count: number): void =>
    stage.world.addJobs(
      Array.from({ length: count }, () => ({ arrivalSeconds: 0, durationSeconds: 600 })),
      { from: stage.clock.now() },
    );
  arrive(2);
  await stage.runUntil(stage.startedAt + 5 * MINUTE);
  for (const vm of stage.world.pools[0]?.vms.values() ?? []) stage.world.mishaps().killAgent(vm.vmId);
  arrive(1);
  const app: Stage['app'] = {
    ...stage.app,
    request: async (...given) => {
      const { status, body } = await stage.app.request(...given);
      return { status, body: change(body as object) };
    },
  };
  await aftermath({ ...stage, app }, bench, (until) => stage.runUntil(until));
  await stage.stop();
  return bench.violations.map(({ invariant }) => invariant);
}

const LONG = 300_000;

test(
  'jobs may wait for good behind machines that no rule may take away, while the status says so',
  async () => {
    expect(await judged((body) => body)).toEqual([]);
  },
  LONG,
);

test.each(['at-max', 'drain-long'])(
  'and may not where it does not: without the alert %s',
  async (code) => {
    const without = (body: object): object => {
      const { alerts = [] } = body as { readonly alerts?: readonly { readonly code: string }[] };
      return { ...body, alerts: alerts.filter((alert) => alert.code !== code) };
    };
    expect(await judged(without)).toContain('liveness');
  },
  LONG,
);

test(
  'a drain that does not end is no drain that has just begun',
  async () => {
    const { bench, stage } = await twoRunners('3');
    void stage.app.request('POST', 'pools/default/pause', { scaleIn: true, scaleOut: false, reason: 'a planted wrong' });
    await stage.runUntil(stage.startedAt + MINUTE);
    const runner = [...(stage.world.pools[0]?.entries.keys() ?? [])][0] ?? '';
    stage.world.mishaps().setStatus(runner, 'DRAINING');
    await aftermath(stage, bench, (until) => stage.runUntil(until));
    await stage.stop();
    expect(bench.violations.map(({ what }) => what)).toContain(`pool default: 1 drains have not ended: ${runner}`);
  },
  LONG,
);
