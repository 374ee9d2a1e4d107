import type { Mutant } from '../defect';

const STEP = { file: 'src/decide/strategies/stepIn.ts', check: { test: 'test/decide/scaleIn.test.ts' } };
const IN = { file: 'src/decide/scaleIn.ts', check: { test: 'test/decide/scaleIn.test.ts' } };

/** Rules 3 and 4: who is drained, and when. */
export const shrinking: readonly Mutant[] = [
  {
    name: 'MIN off by one, shrinking',
    danger: 'A pool of one keeps none, and the next job waits for a boot.',
    ...STEP,
    from: 'scene.active - targets.minRunners',
    to: 'scene.active - targets.minRunners + 1',
  },
  {
    name: 'cooldown of the wrong direction, shrinking',
    danger: 'A runner that was ordered a minute ago is drained again: churn.',
    ...IN,
    from: 'Math.max(scaleOutAt, scaleInAt, giveBackAt)',
    to: 'Math.max(scaleInAt, giveBackAt)',
  },
  {
    name: 'a busy runner goes while jobs wait',
    danger: 'Capacity that works is taken out of a fleet that is short of it.',
    ...STEP,
    from: '(demand === 0 && !isAnyIdle && targets.minIdle === 0)',
    to: '(!isAnyIdle && targets.minIdle === 0)',
  },
  {
    name: 'idle runners go that waiting jobs are about to take',
    danger: 'A job is handed to a runner that is marked at the same moment, and waits for another.',
    ...STEP,
    file: 'src/decide/need.ts',
    from: 'scene.idle - neededFor(scene) - scene.targets.minIdle',
    to: 'scene.idle - scene.targets.minIdle',
  },
  {
    name: 'a protected runner is drained',
    danger: 'An operator protects a runner and loses it.',
    ...STEP,
    file: 'src/decide/candidates.ts',
    from: 'return runner !== undefined && !protectedRunners.includes(runner.runnerId);',
    to: 'return runner !== undefined;',
  },
  {
    name: 'a runner found draining is adopted at once',
    danger: 'One that an operator takes out for a minute is deleted.',
    file: 'src/decide/repair.ts',
    from: 'return confirmed(runnerMemory?.draining, READINGS, 5 * settings.durations.minute);',
    to: 'return runnerMemory?.draining !== undefined;',
    check: { test: 'test/decide/adoption.test.ts' },
  },
  {
    name: 'a drain whose instance died is forgotten',
    danger: 'A runner that was deregistered keeps its VM for ever.',
    file: 'src/decide/repair.ts',
    from: "if (!stands && !(runner?.status === 'DRAINING' && runner.runnerId === record.runnerId))",
    to: "if (!(runner?.status === 'DRAINING' && runner.runnerId === record.runnerId))",
    check: { test: 'test/decide/adoption.test.ts' },
  },
];
