import type { Mutant } from '../defect';

const BATCH = { file: 'src/drain/deleteBatch.ts', check: { test: 'test/drain/deleteBatch.test.ts' } };
const OBSTACLE = { file: 'src/drain/deleteObstacle.ts', check: { test: 'test/drain/deleteBatch.test.ts' } };
const DELETION = { file: 'src/persist/deletion.ts', check: { test: 'test/persist/deletion.test.ts' } };
const OPERATIONS = { file: 'src/persist/drainOperations.ts', check: { test: 'test/persist/drainOperations.test.ts' } };

/** From the commit to the VM that is gone. */
export const deleting: readonly Mutant[] = [
  {
    name: 'a list that was cut shows that no other entry lives',
    danger: 'Above 100 runners a machine that registered again is deleted with its job.',
    ...BATCH,
    from: 'if (obstacle === undefined && isCut) answers',
    to: 'if (false) answers',
  },
  {
    name: 'how the last delete ended is asked for after the group was read',
    danger: 'A stray that registers meanwhile, and is given a job at once, is deleted with it.',
    ...BATCH,
    from: 'const last = await lastOperation(ports, grant.operation);\n    const ready = await judgeAll(ports, leader, batch, { ...standing, timing }, answers);',
    to: 'const ready = await judgeAll(ports, leader, batch, { ...standing, timing }, answers);\n    const last = await lastOperation(ports, grant.operation);',
  },
  {
    name: 'of many drains that wait each asks as often as of few',
    danger: 'The asks of three hundred runners that work on cost more than the ticks, and grow with the fleet.',
    file: 'src/model/drainPace.ts',
    check: { test: 'test/drain/many.test.ts' },
    from: 'return Math.min(MOST_SPREAD,',
    to: 'return Math.min(1,',
  },
  {
    name: 'an entry without a name belongs to no machine',
    danger: 'A machine that registered again is deleted with its job on a reading that lacks the name of its new entry.',
    ...OBSTACLE,
    from: "if (runners.some((runner) => isAlive(runner) && speaks(runner) === 'perhaps'))",
    to: 'if (false)',
  },
  {
    name: 'the drain’s own entry is known by its name alone',
    danger: 'A deregister that takes effect late, and a reading without the name: the VM goes before its runner.',
    ...OBSTACLE,
    from: "isOwn(runner) || speaks(runner) === 'yes'",
    to: "speaks(runner) === 'yes'",
  },
  {
    name: 'an entry without an id is never the drain’s own',
    danger: 'A deregister that takes effect late, and a reading without the id: the VM goes before its runner.',
    ...OBSTACLE,
    from: "kind !== 'runner' || (phase === 'deregistered'",
    to: "kind !== 'runner' || (false && phase === 'deregistered'",
  },
  {
    name: 'all that wait for a turn at deleting wait a minute longer',
    danger: 'A VM that is gone is seen a minute late, and what a batch leaves over goes a minute later, by the VM-minute.',
    ...DELETION,
    from: 'asksAtOnce(memory, record, ask.minute, now) ? until',
    to: 'false ? until',
  },
  {
    name: 'delete before deregister',
    danger: 'A job that the platform hands to the runner meanwhile dies with the VM.',
    ...OPERATIONS,
    from: "setPhase(record, 'committed', now);\n  return grant(record, 'deregister', now);",
    to: "setPhase(record, 'deregistered', now);\n  return grant(record, 'delete', now);",
  },
  {
    name: 'commit over a give-back',
    danger: 'A runner that was given back and works again is deleted.',
    ...OPERATIONS,
    from: "if (record.phase !== 'waiting') return askDrain(memory, ask, now);",
    to: '',
  },
  {
    name: 'commit while protected or paused',
    danger: 'An operator protects a runner, is told so, and loses it.',
    ...OPERATIONS,
    from: "const held = heldBy(memory) ?? protectedBy(memory, record);\n  if (held !== undefined) return hold(memory, held);\n  setPhase(record, 'committed', now);",
    to: "setPhase(record, 'committed', now);",
  },
  {
    name: 'a lost answer of the deregistration undoes the commit',
    danger: 'A runner that is off the list is given back: a VM that nobody uses and nobody deletes.',
    ...OPERATIONS,
    from: "if (ask.answer === 'unknown') record.deregisterSent = true;\n  else if",
    to: 'if',
  },
  {
    name: 'a committed runner can be given back',
    danger: 'Commit and give-back cross, and a reactivated runner is deleted.',
    file: 'src/persist/records.ts',
    from: "['committed', 'deregistered', 'deleting']",
    to: "['deregistered', 'deleting']",
    check: { test: 'test/persist/admit.test.ts' },
  },
  {
    name: 'no re-read in the deleting activity',
    danger: 'A VM that registered anew after its deregistration is deleted with its job.',
    ...BATCH,
    from: 'const obstacle = obstacleTo(record, instance, unreadable ? undefined : runners, (runner) => speaksFor(runner, machine, fleet, reading));',
    to: 'const obstacle = undefined as DeleteResult | undefined;',
  },
  {
    name: 'delete by instance id alone',
    danger: 'An id used again: the new VM is deleted in place of the old one.',
    ...BATCH,
    from: 'present.get(record.vmId)',
    to: '[...present.values()].find(({ id }) => id === record.instanceId)',
  },
  {
    name: 'delete given up after one preemption',
    danger: 'Azure preempts a delete in its result, and the VM runs and costs for ever.',
    ...BATCH,
    from: "!(last.isRunning && record.phase === 'deleting')",
    to: "record.phase !== 'deleting'",
  },
  {
    name: 'one lock stops the deletes of all',
    danger: 'A lock on one VM keeps every other drained VM running.',
    ...BATCH,
    from: 'if (!isOfOne(outcome) || due.length === 1) {',
    to: 'if (due.length > 0) {',
  },
  {
    name: 'a list that is missing means that no entry is alive',
    danger: 'StackGuardian answers without its list, and machines with living entries are deleted.',
    ...BATCH,
    from: '(await isListEmpty(ports, state, await readFleet(ports, poolOf(leader)), timing)) ? [] : undefined',
    to: '[]',
  },
  {
    name: 'a person’s protection does not hold a delete',
    danger: 'A VM tagged for an investigation is gone.',
    ...OBSTACLE,
    from: "if (instance.isProtected === true) return { answer: 'protected' };",
    to: '',
  },
  {
    name: 'one batch for two scale sets',
    danger: 'Ids of one scale set are deleted in another.',
    ...DELETION,
    from: 'other.scaleSet === record.scaleSet &&',
    to: '',
  },
  {
    name: 'two batches at once',
    danger: 'Azure refuses parallel deletes, and drains preempt each other for hours.',
    ...DELETION,
    from: 'deletion.batch.expiresAt > now) return',
    to: 'deletion.batch.expiresAt > Infinity) return',
  },
  {
    name: 'a missing right stops no new drains',
    danger: 'Runner after runner is drained and deregistered, and none of their VMs can be deleted.',
    ...DELETION,
    from: 'return refusals.some(({ right }) => right) || ',
    to: 'return ',
  },
];
