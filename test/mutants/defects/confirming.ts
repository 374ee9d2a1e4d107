import type { Mutant } from '../defect';

const WINDOW = { file: 'src/drain/window.ts', check: { test: 'test/drain/window.test.ts' } };
const STEPS = { file: 'src/drain/steps.ts', check: { test: 'test/drain/deregister.test.ts' } };

/** From the first zero to the deregistration. */
export const confirming: readonly Mutant[] = [
  {
    name: 'an entry behind the end of a cut list is deregistered',
    danger: 'A lost answer counts as taken, and the VM of a runner in service is deleted.',
    ...STEPS,
    from: 'const known = isListed || !mayHide(group, fleet, [record.vmId]) ? runners : undefined;',
    to: 'const known = runners;',
  },
  {
    name: 'skip the confirming readings',
    danger: 'A runner whose job starts between two readings is deleted on its first zero.',
    ...WINDOW,
    from: 'return window.readings >= LEAST_READINGS && window.last - window.since >= needed;',
    to: 'return window.readings >= 1;',
  },
  {
    name: 'readings without minutes',
    danger: 'Three wakes within a second confirm a zero that is a stopping job.',
    ...WINDOW,
    from: ' && window.last - window.since >= needed',
    to: '',
  },
  {
    name: 'minutes without readings',
    danger: 'Two readings a minute apart confirm, whatever ran between them.',
    ...WINDOW,
    from: 'window.readings >= LEAST_READINGS && ',
    to: '',
  },
  {
    name: 'a window over a gap',
    danger: 'A zero before an outage of an hour and one after it count as an hour of zeros.',
    ...WINDOW,
    from: ' || seen.at - window.last > gapOf(rules)',
    to: '',
  },
  {
    name: 'a window over a change of the connection',
    danger: 'A runner that has just lost its agent is deleted on zeros that nobody updates any more.',
    ...WINDOW,
    from: 'window.connected !== connected || ',
    to: '',
  },
  {
    name: 'a disconnected runner confirms like a connected one',
    danger: 'An agent that reconnects after two minutes finds its VM deleted with the job on it.',
    ...WINDOW,
    from: 'Math.max(rules.confirm, rules.grace)',
    to: 'rules.confirm',
  },
  {
    name: 'a repeated activity counts as a reading',
    danger: 'A crash that runs one look three times confirms it.',
    ...WINDOW,
    from: 'if (window !== undefined && seen.at <= window.last)',
    to: 'if (window !== undefined && seen.at < window.last)',
  },
  {
    name: 'read running but not pending tasks, in the window',
    danger: 'A task that is pending on a draining runner starts, and dies with its VM.',
    ...WINDOW,
    from: ' || (seen.pending ?? 0) > 0',
    to: '',
  },
  {
    name: 'read running but not pending tasks, in every zero',
    danger: 'Rivals, strays and dead entries with a pending task count as idle.',
    file: 'src/poll/sighting.ts',
    from: 'return runner.runningTasks === 0 && runner.pendingTasks === 0;',
    to: 'return runner.runningTasks === 0;',
    check: { test: 'test/act/act.test.ts' },
  },
  {
    name: 'another living entry of the machine stops no commit',
    danger: 'A doubled registration at 0/0 takes the VM of its busy twin down.',
    ...WINDOW,
    from: "if (seen.rivals.length > 0) return 'rival';",
    to: '',
  },
  {
    name: 'an entry of an earlier machine may be drained',
    danger: 'A computer name used again leads the old entry to the new VM.',
    ...WINDOW,
    from: ' || seen.olderThanVm',
    to: '',
  },
  {
    name: 'no re-read in the deregistering activity',
    danger: 'A job that came since the last poll is cut off.',
    ...STEPS,
    from: 'const { window, verdict } = await sight(ports, record, certificate.window, timing);',
    to: "const { window } = certificate; const verdict = 'complete' as WindowVerdict;",
  },
  {
    name: 'force-deregister',
    danger: 'The platform’s own refusal to let a busy runner go is overruled.',
    ...STEPS,
    from: 'ports.runners.deregister(runnerId, false)',
    to: 'ports.runners.deregister(runnerId, true)',
  },
  {
    name: 'deregister before the certificate is stored',
    danger: 'A VM is deleted and nothing says why; after a crash nobody knows that its deregister was sent.',
    ...STEPS,
    from: 'await writeCertificate(ports.store, { ...certificate, window, sending: grant.attempt });',
    to: '',
  },
  {
    name: 'a give-back while the certificate is stored is overlooked',
    danger: 'A runner that is ACTIVE again, with a job, is deregistered.',
    ...STEPS,
    from: "if (!(await mayStillAct(ports, record, grant))) return say('late', 'late: nothing sent', { window });",
    to: '',
  },
  {
    name: 'an entry that is off the list counts as deregistered by us',
    danger: 'A reimage or a stale copy of the list deletes a living VM.',
    ...STEPS,
    from: "verdict === 'unlisted' && (await wasSent(ports, certificate, record, grant))",
    to: "verdict === 'unlisted'",
  },
];
