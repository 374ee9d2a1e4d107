import { expect, test } from 'vitest';
import { aftermath } from '../../src/local/simulate/aftermath';
import { type Bench, createBench } from '../../src/local/simulate/bench';
import { createStage, type Stage } from '../../src/local/simulate/stage';

const MINUTE = 60_000;

async function twoRunners(
  most: string,
  mode: 'Uniform' | 'Flexible' = 'Uniform',
): Promise<{ readonly bench: Bench; readonly stage: Stage }> {
  const bench = createBench(0, false);
  const stage = await createStage({
    seed: 1,
    pools: [{ name: 'default', mode, initialRunners: 2 }],
    settings: { MIN_RUNNERS: '1', MAX_RUNNERS: most },
    onWorld: (world, now) => bench.sit(world, now),
  });
  bench.serve(stage.app);
  return { bench, stage };
}

type Change = (body: object) => object;

const arrive = (stage: Stage, count: number): void =>
  stage.world.addJobs(
    Array.from({ length: count }, () => ({ arrivalSeconds: 0, durationSeconds: 600 })),
    { from: stage.clock.now() },
  );

/** What the last judge says, who is shown the app's answers as `change` makes them. */
async function judge(bench: Bench, stage: Stage, change: Change): Promise<readonly string[]> {
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

/** Two machines that died with their jobs and fill MAX_RUNNERS, and another job that waits. */
async function fullOfDead(change: Change): Promise<readonly string[]> {
  const { bench, stage } = await twoRunners('2');
  arrive(stage, 2);
  await stage.runUntil(stage.startedAt + 5 * MINUTE);
  for (const vm of stage.world.pools[0]?.vms.values() ?? []) stage.world.mishaps().killAgent(vm.vmId);
  arrive(stage, 1);
  return judge(bench, stage, change);
}

/** A Flexible scale set whose nominal capacity has come to its limit, without a VM, and a job that waits. */
async function wornOut(change: Change): Promise<readonly string[]> {
  const { bench, stage } = await twoRunners('20', 'Flexible');
  const pool = stage.world.pools[0];
  if (pool === undefined) throw new Error('no pool');
  await stage.runUntil(stage.startedAt + 5 * MINUTE);
  pool.capacity = 1_000;
  for (const vm of pool.vms.values()) stage.world.mishaps().deleteByHand(vm.vmId);
  arrive(stage, 1);
  return judge(bench, stage, change);
}

const without =
  (code: string): Change =>
  (body) => {
    const { alerts = [] } = body as { readonly alerts?: readonly { readonly code: string }[] };
    return { ...body, alerts: alerts.filter((alert) => alert.code !== code) };
  };

const LONG = 300_000;

test.each<[string, (change: Change) => Promise<readonly string[]>, readonly string[]]>([
  ['behind machines that no rule may take away', fullOfDead, ['at-max', 'drain-long']],
  ['where the nominal capacity is worn out', wornOut, ['capacity-drift']],
])(
  'jobs may wait for good %s, while the status says so',
  async (_where, judged, codes) => {
    expect(await judged((body) => body)).toEqual([]);
    for (const code of codes) expect(await judged(without(code))).toContain('liveness');
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
