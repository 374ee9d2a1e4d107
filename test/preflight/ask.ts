import type { CheckItem } from '../../src/check/item';
import { createStage, type Stage, type StageOptions } from '../../src/local/simulate/stage';
import type { WorldFaults } from '../../src/local/world/faults';
import type { PoolState } from '../../src/local/world/state';

export const MINUTE = 60_000;

export interface Scenario {
  readonly mode?: 'Uniform' | 'Flexible';
  readonly settings?: Readonly<Record<string, string>>;
  readonly flags?: Readonly<Record<string, number>>;
  readonly faults?: WorldFaults;
  /** What is wrong with the world, done before the loop's first minutes. */
  readonly before?: (stage: Stage, pool: PoolState) => unknown;
  /** What goes wrong just before the question. */
  readonly then?: (stage: Stage, pool: PoolState) => unknown;
  readonly query?: string;
}

export interface Asked {
  readonly items: readonly CheckItem[];
  item(name: string): CheckItem | undefined;
  readonly stage: Stage;
}

/** The whole app over the simulated world, eight minutes on, asked POST check once. */
export async function ask(scenario: Scenario = {}): Promise<Asked> {
  const { faults } = scenario;
  const options: StageOptions = {
    seed: 3,
    pools: [{ name: 'default', mode: scenario.mode ?? 'Uniform', initialRunners: 2 }],
    settings: { MIN_RUNNERS: '2', MAX_RUNNERS: '5', ...scenario.settings },
    ...(scenario.flags === undefined ? {} : { flags: scenario.flags }),
    ...(faults === undefined ? {} : { worldFaults: faults }),
  };
  const stage = await createStage(options);
  const [pool] = stage.world.pools;
  if (pool === undefined) throw new Error('no pool');
  try {
    await scenario.before?.(stage, pool);
    await stage.runUntil(stage.startedAt + 8 * MINUTE);
    await scenario.then?.(stage, pool);
    const asked = stage.app.request('POST', `pools/default/check${scenario.query ?? ''}`);
    await stage.runUntil(stage.clock.now() + 2 * MINUTE);
    const answer = await asked;
    const { items } = answer?.body as { items: CheckItem[] };
    return { items, item: (name) => items.find((each) => each.name === name), stage };
  } finally {
    await stage.stop();
  }
}
