import { mkdtempSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build, type BuildOptions, type Plugin } from 'esbuild';
import { beforeAll, expect, test } from 'vitest';
import { createStage, type Stage } from '../../src/local/simulate/stage';

/** A deploy while twenty drains are in flight: the older bundle to today's, back, and to one whose drain does not fit its history. */
const MINUTE = 60_000;
const DRAINS = 20;
const RELEASED = path.resolve('test/releases/0.1.0/app.js');
const TODAY = path.resolve('dist/app/index.js');
let changed: string;

beforeAll(async () => {
  changed = path.join(mkdtempSync(path.join(tmpdir(), 'changed-app-')), 'app.js');
  const { app } = (await import(path.resolve('.ci/bundle.mjs'))) as { readonly app: BuildOptions };
  await build({ ...app, outfile: changed, sourcemap: false, legalComments: 'none', plugins: [askTwice] });
});

/** A drain that asks the entity twice at its beginning: no history of today's fits it. */
const askTwice: Plugin = {
  name: 'ask-twice',
  setup: (setup) =>
    setup.onLoad({ filter: /orchestrators.drain\.ts$/ }, async (file) => {
      const source = await readFile(file.path, 'utf8');
      const contents = source.replace('  let word: DrainWord =', '  yield* way.ask();\n  let word: DrainWord =');
      if (contents === source) throw new Error('The first step of the drain is not where this test looks for it.');
      return { contents, loader: 'ts' };
    }),
};

interface Fleet {
  readonly stage: Stage;
  readonly deleted: string[];
}

/** Twice as many idle runners as are to go; all drains begin with one decision. */
async function fleetWith(entry: string): Promise<Fleet> {
  const deleted: string[] = [];
  const stage = await createStage({
    seed: 'deploy',
    pools: [{ name: 'default', initialRunners: 2 * DRAINS }],
    flags: { throttle: 0 },
    settings: { MIN_RUNNERS: String(DRAINS), MAX_RUNNERS: '100', SCALE_IN_STEP: String(DRAINS), PROTECT_INSTANCES: 'false' },
    onEvent: (event) => void (event.kind === 'vm-deleting' && deleted.push(event.vmId ?? '')),
    entry,
  });
  return { stage, deleted };
}

const drainsOf = (stage: Stage): readonly { readonly phase: string }[] => {
  const memory = stage.app.host()?.readEntity('pool', 'default') as
    { readonly drains: Record<string, { readonly phase: string }> } | undefined;
  return Object.values(memory?.drains ?? {});
};

const phases = ['draining', 'committed', 'deregistered', 'deleting'];

async function untilAllAre(stage: Stage, phase: string): Promise<void> {
  const reached = (): boolean => {
    const drains = drainsOf(stage);
    return drains.length === DRAINS && drains.every((drain) => phases.indexOf(drain.phase) >= phases.indexOf(phase));
  };
  for (let tries = 0; !reached(); tries += 1) {
    if (tries > 2_000)
      throw new Error(`The drains did not come to "${phase}": ${JSON.stringify(drainsOf(stage).map((drain) => drain.phase))}`);
    await stage.runUntil(stage.clock.now() + 2_000);
  }
}

async function expectAllWell({ stage, deleted }: Fleet): Promise<void> {
  await stage.runUntil(stage.clock.now() + 60 * MINUTE);
  expect(drainsOf(stage)).toEqual([]);
  expect(deleted).toHaveLength(DRAINS);
  expect(new Set(deleted).size).toBe(DRAINS);
  expect(stage.world.metrics()).toMatchObject({ jobsKilled: 0, orphanVms: 0, ghostRunners: 0 });
  expect(stage.world.pools[0]?.vms.size).toBe(DRAINS);
  const status = await statusOf(stage);
  expect(status).toMatchObject({ mode: 'running', counts: { active: DRAINS, draining: 0 } });
  await stage.stop();
}

async function statusOf(stage: Stage): Promise<unknown> {
  const asked = stage.app.request('GET', 'pools/default');
  await stage.runUntil(stage.clock.now() + 30_000);
  return (await asked).body;
}

const crossings = [
  { from: 'the release 0.1.0', to: 'today’s code', entries: [RELEASED, TODAY] },
  { from: 'today’s code', to: 'the release 0.1.0', entries: [TODAY, RELEASED] },
  { from: 'the release 0.1.0', to: 'today’s code and back', entries: [RELEASED, TODAY, RELEASED] },
] as const;

for (const phase of ['draining', 'deregistered']) {
  test.each(crossings)(`from $from to $to with 20 drains that are ${phase}: nothing is lost`, async ({ entries: [first, ...next] }) => {
    const fleet = await fleetWith(first);
    await untilAllAre(fleet.stage, phase);
    for (const entry of next) {
      await fleet.stage.app.crash({ entry });
      await fleet.stage.runUntil(fleet.stage.clock.now() + 20_000);
    }
    await expectAllWell(fleet);
  });
}

test('to a bundle whose drain does not fit: the drains fail, their runners are adopted anew, and each VM goes once', async () => {
  const fleet = await fleetWith(TODAY);
  await untilAllAre(fleet.stage, 'draining');
  await fleet.stage.app.crash({ entry: changed });
  await fleet.stage.runUntil(fleet.stage.clock.now() + 10 * MINUTE);
  const failed =
    fleet.stage.app
      .host()
      ?.listInstances('drain-')
      .filter((drain) => drain.runtimeStatus === 'Failed') ?? [];
  expect(failed).toHaveLength(DRAINS);
  expect(String(failed[0]?.output)).toContain('Non-Deterministic');
  // Their scale-in outlives them, and one failure hides no other.
  const scaleIn = fleet.stage.app.host()?.listInstances('scalein-')[0];
  expect(scaleIn?.runtimeStatus).toBe('Completed');
  expect(Object.values(scaleIn?.output as object)).toEqual(failed.map(() => ({ failed: expect.any(String) as string })));
  await expectAllWell(fleet);
});
