import type { Mutant } from '../defect';

const STEP = { file: 'src/decide/strategies/stepIn.ts', check: { test: 'test/decide/scaleIn.test.ts' } };
const IN = { file: 'src/decide/scaleIn.ts', check: { test: 'test/decide/scaleIn.test.ts' } };

const IDLE = { file: 'src/decide/strategies/idle.ts', check: { test: 'test/decide/scaleInStrategies.test.ts' } };

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
    from: '(demand === 0 && !isAnyIdle && !isKept)',
    to: '(!isAnyIdle && !isKept)',
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
  {
    name: 'a runner goes before its idle time is over',
    danger: 'The next job waits for a boot that was paid for a minute ago.',
    ...IDLE,
    from: 'idleTime(member, now) >= targets.idleFor',
    to: 'idleTime(member, now) >= 0',
  },
  {
    name: 'the newest idle runners go first',
    danger: 'Those that were to be kept go, and those that nobody used stay.',
    ...IDLE,
    from: 'idleTime(b, now) - idleTime(a, now)',
    to: 'idleTime(a, now) - idleTime(b, now)',
  },
  {
    name: 'the strategies by idle time pass MIN_RUNNERS',
    danger: 'A pool that must keep two keeps none at night.',
    ...IDLE,
    from: 'Math.min(scene.active - targets.minRunners, surplusOf(scene))',
    to: 'surplusOf(scene)',
  },
  {
    name: 'the warm spare goes',
    danger: 'MIN_IDLE_RUNNERS orders a VM and scale-in takes it, round and round.',
    ...IDLE,
    file: 'src/decide/need.ts',
    from: 'scene.idle - neededFor(scene) - scene.targets.minIdle',
    to: 'scene.idle - neededFor(scene)',
  },
  {
    name: 'a drain that was given back keeps its idle time',
    danger: 'The runner that a job was meant for is drained again at once.',
    ...IDLE,
    file: 'src/poll/observe.ts',
    from: "runner.status === 'ACTIVE' && record === undefined && isZero(runner)",
    to: 'isZero(runner)',
  },
];
