import { afterEach, expect, test } from 'vitest';
import { createStage, type Stage, type StageOptions } from '../../src/local/simulate/stage';
import type { WorldFaults } from '../../src/local/world/faults';

const HOUR = 3_600_000;
const HOURS = 4;
/** Half a dozen jobs an hour, all at once. */
const bursts = Array.from({ length: 6 * HOURS }, (_, index) => ({
  arrivalSeconds: Math.floor(index / 6) * 3_600 + (index % 6),
  durationSeconds: 600,
}));

/** Every third write's answer is lost on its way. */
function losing(): WorldFaults {
  let writes = 0;
  return {
    onRequest: (service, { method }) => (service === 'azure' && method !== 'GET' && ++writes % 3 === 0 ? { loseAnswer: true } : undefined),
  };
}

let stage: Stage | undefined;
afterEach(() => stage?.stop());

async function named(seed: number, options: Omit<StageOptions, 'seed'>, crashes: number): Promise<{ texts: string[]; open: Stage }> {
  const texts: string[] = [];
  const open = await createStage({
    seed,
    ...options,
    onLog: ({ message }) => {
      if (message.includes('"event":"second-writer"')) texts.push((JSON.parse(message) as { text: string }).text);
    },
  });
  stage = open;
  open.world.addJobs(bursts);
  for (let made = 1; made <= crashes; made += 1) {
    await open.runUntil(open.startedAt + (made * HOURS * HOUR) / (crashes + 1));
    await open.app.crash({ downMs: 60_000 });
  }
  await open.runUntil(open.startedAt + HOURS * HOUR);
  return { texts, open };
}

test.each([
  ['Uniform', 1, {}],
  ['Uniform', 2, { reuseIds: 0, deleteUpdates: 0 }],
  ['Flexible', 3, {}],
  ['Flexible', 4, { flexibleDeleteLowers: 1 }],
] as const)(
  '%s, seed %i: four hours of our own scaling, with crashes and lost answers, names no other writer',
  async (mode, seed, flags) => {
    const { texts, open } = await named(seed, { pools: [{ name: 'default', mode }], flags, worldFaults: losing() }, 3);
    expect(open.world.metrics().vmsRequested).toBeGreaterThan(5);
    expect(texts).toEqual([]);
  },
);
