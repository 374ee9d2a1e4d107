import type { Mutant } from '../defect';

const ADMIT = 'src/persist/admit.ts';
const TICK = { file: 'src/poll/tick.ts', check: { test: 'test/poll/tick.test.ts' } };

/** What is remembered, and which of two memories counts. */
export const memory: readonly Mutant[] = [
  {
    name: 'an operation that failed leaves its half in the entity',
    danger: 'A torn plan binds the pool to another scale set, and what it knew of growth and refusals is gone.',
    file: 'src/functions/pool.ts',
    from: 'if (isDone) entity',
    to: 'entity',
    check: { test: 'test/app/badInput.test.ts' },
  },
  {
    name: 'an older hub keeps its flags',
    danger: 'A restored task hub undoes a stop, or holds a drain by a protection that was lifted.',
    file: 'src/persist/flags.ts',
    from: ' || isLater(given.flags, flags)',
    to: '',
    check: { test: 'test/persist/flagMirror.test.ts' },
  },
  {
    name: 'blob overwrites the entity’s later time',
    danger: 'An old stamp of the original ends a cooldown that has just begun.',
    file: ADMIT,
    from: 'Math.max(memory.cooldowns[key] ?? 0, Math.min(found, now))',
    to: 'Math.min(found, now)',
    check: { test: 'test/persist/admit.test.ts' },
  },
  {
    name: 'a late run takes a stamp back',
    danger: 'After a new task hub the cooldown of hours ago counts.',
    file: 'src/persist/cooldownBlobs.ts',
    from: 'if (standing !== undefined && standing >= at) continue;',
    to: '',
    check: { test: 'test/persist/cooldownBlobs.test.ts' },
  },
  {
    name: 'a scale-in stamps the other cooldown',
    danger: 'The fleet drains a step at every tick, and does not grow after it.',
    file: ADMIT,
    from: 'if (act.stamps) memory.cooldowns.scaleInAt = now;',
    to: 'if (act.stamps) memory.cooldowns.scaleOutAt = now;',
    check: { test: 'test/persist/admit.test.ts' },
  },
  {
    name: 'confirmations without minutes',
    danger: 'Three wakes within a second make strays, ghosts and lost ones of what flickers.',
    file: 'src/poll/clocks.ts',
    from: ' && clock.last - clock.since >= span',
    to: '',
    check: { test: 'test/decide/repair.test.ts' },
  },
  {
    name: 'confirmations without readings',
    danger: 'Two readings an outage apart confirm whatever they agree on.',
    file: 'src/poll/clocks.ts',
    from: 'clock.readings >= readings && ',
    to: '',
    check: { test: 'test/decide/scaleOut.test.ts' },
  },
  {
    name: 'a poll that runs again decides again',
    danger: 'One tick has two plans: what it admitted and what it remembers differ.',
    ...TICK,
    from: 'if (fleet?.lastTick?.id === request.tickId) return',
    to: 'if (fleet?.lastTick?.id === null) return',
  },
  {
    name: 'the fleet’s memory without its ETag',
    danger: 'A poll that runs hours late writes over all that was learned since.',
    ...TICK,
    from: 'etag === undefined ? { absent: true } : { etag }',
    to: 'undefined',
  },
  {
    name: 'an operation that fails leaves half of its work',
    danger: 'A defect in one step leaves a drain that is neither recorded nor free.',
    file: 'src/persist/poolEntity.ts',
    from: 'const memory = structuredClone(start);',
    to: 'const memory = start;',
    check: { test: 'test/persist/drainOperations.test.ts', named: 'an operation that fails' },
  },
  {
    name: 'a 412 counts as written',
    danger: 'A growth that never happened is waited for, and its cooldown stands.',
    file: 'src/act/answer.ts',
    from: "return { answer: 'conflict' };",
    to: "return { answer: 'done' };",
    check: { test: 'test/act/act.test.ts' },
  },
];
