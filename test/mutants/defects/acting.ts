import type { Mutant } from '../defect';

const ADMIT = { file: 'src/persist/admit.ts', check: { test: 'test/persist/admit.test.ts' } };
const ACT = { file: 'src/act/act.ts', check: { test: 'test/act/act.test.ts' } };

/** What the entity lets pass, and what is sent. */
export const acting: readonly Mutant[] = [
  {
    name: 'mark before the entity’s record',
    danger: 'The tick dies before its drain is recorded: a runner drains that nobody answers for.',
    file: 'src/poll/tick.ts',
    from: 'plan: await storeFleet(ports.store, input, etag, planTick(input)),',
    to: `plan: await storeFleet(ports.store, input, etag, planTick(input)).then(async (plan) => {
      for (const act of plan.decision.acts) if (act.kind === 'drain' && act.runnerId !== undefined) await ports.runners.setStatus(act.runnerId, 'DRAINING');
      return plan;
    }),`,
    check: { test: 'test/poll/tick.test.ts' },
  },
  {
    name: 'act for a drain without a record',
    danger: 'A late mark, deregister or delete is sent for a drain that ended.',
    file: 'src/drain/grant.ts',
    from: 'if (named === undefined) return false;',
    to: 'if (named === undefined) return true;',
    check: { test: 'test/drain/deregister.test.ts', named: 'the drain is over' },
  },
  {
    name: 'act for an attempt that is closed',
    danger: 'A second run of an activity, minutes later, marks a runner that was given back.',
    file: 'src/drain/grant.ts',
    from: '|| (named.attempts === number && named.attempt?.id !== grant.attempt)',
    to: '',
    check: { test: 'test/drain/deregister.test.ts' },
  },
  {
    name: 'a grant that never ends',
    danger: 'A step that was held up for an hour is carried out upon what was true before.',
    file: 'src/drain/grant.ts',
    from: 'if (ports.clock.now() > grant.expiresAt) return false;',
    to: '',
    check: { test: 'test/drain/deregister.test.ts' },
  },
  {
    name: 'an act that never grows old',
    danger: 'A capacity that was decided an hour ago is written now.',
    ...ACT,
    from: "act.kind !== 'inspect' && ports.clock.now() > act.expiresAt",
    to: "act.kind !== 'inspect' && ports.clock.now() < 0",
  },
  {
    name: 'no owner check before the loop’s acts',
    danger: 'Two apps grow and drain one scale set.',
    ...ACT,
    from: 'if (!(await ports.isOwner())) return',
    to: 'if (!ports.isOwner) return',
  },
  {
    name: 'no owner check in a drain’s steps',
    danger: 'The drains of an app that was replaced delete the new one’s VMs.',
    file: 'src/drain/grant.ts',
    from: 'return ports.isOwner();',
    to: 'return true;',
    check: { test: 'test/drain/deregister.test.ts' },
  },
  {
    name: 'a stranger’s scale set is claimed',
    danger: 'A deployment slot takes the scale set over beside the app that runs it.',
    file: 'src/persist/owner.ts',
    from: 'if (blob !== undefined && !isMine(blob, me) && !isSilent(blob, now)) return foreign(blob);',
    to: '',
    check: { test: 'test/persist/owner.test.ts' },
  },
  {
    name: 'a tick admitted twice acts twice',
    danger: 'A crash after the entity’s word orders the same growth again.',
    ...ADMIT,
    from: 'if (memory.tick?.id === plan.tickId) return {',
    to: 'if (memory.tick?.id === null) return {',
  },
  {
    name: 'a growth upon an outdated reading',
    danger: 'Two plans of one reading order the same VMs twice.',
    ...ADMIT,
    from: "return memory.growth?.attempt === act.after ? undefined : 'another growth was recorded since the reading';",
    to: 'return undefined;',
  },
  {
    name: 'two drains of one runner',
    danger: 'Two drains commit and delete on their own, and one of them meets a reactivated runner.',
    ...ADMIT,
    from: "if (standing !== undefined && standing.id !== act.replaces) return 'a drain of this instance is recorded';",
    to: '',
  },
  {
    name: 'growth stamps no cooldown',
    danger: 'Every tick orders another step while the first one boots.',
    ...ADMIT,
    from: "if (act.kind === 'setCapacity') stampGrowth(memory, act, now);",
    to: '',
    check: { test: 'test/decide/growth.test.ts' },
  },
  {
    name: 'DRY_RUN records drains',
    danger: 'A trial run beside another autoscaler drains runners.',
    ...ADMIT,
    from: "if (plan.dryRun) return { mode: 'run'",
    to: "if (plan.dryRun === null) return { mode: 'run'",
  },
  {
    name: 'the loop ticks on after a stop',
    danger: 'An operator stops the autoscaler and it goes on.',
    ...ADMIT,
    from: "if (memory.flags.stopped !== undefined) return { mode: 'stopped'",
    to: "if (memory.flags.stopped === null) return { mode: 'stopped'",
    check: { test: 'test/http/routes.test.ts', named: 'stop says that the loop has ended' },
  },
];
