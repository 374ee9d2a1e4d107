import { expect, test } from 'vitest';
import type { Fault, Message, Step } from '../../../src/local/host';
import { scenario, type Scenario } from './scenario';

/** What the durable engine may do to us: run an activity hours late, and let one fail. */
const HOUR = 3_600_000;

const endedScaleIns = (story: Scenario) =>
  (story.app.host()?.listInstances('scalein-') ?? []).filter(({ runtimeStatus }) => runtimeStatus === 'Completed');

test('an act that comes once more two hours late starts no old scale-in again', async () => {
  const begun: string[] = [];
  const repeated: string[] = [];
  const beforeStep = ({ kind, name, instance }: Step): Fault | undefined => {
    if (kind === 'orchestrator' && name === 'scaleIn') begun.push(instance);
    if (kind !== 'activity' || name !== 'act') return undefined;
    repeated.push(instance);
    return { duplicate: true, againMs: 2 * HOUR };
  };
  const story = await scenario({ flags: { initialRunners: 3 }, settings: { MIN_RUNNERS: '1' }, hooks: { beforeStep } });
  await story.pass(60);
  expect(endedScaleIns(story).length).toBeGreaterThan(0);
  expect(repeated.length).toBeGreaterThan(0);
  begun.splice(0);
  await story.pass(150);
  expect(begun).toEqual([]);
  expect(story.pool.vms.size).toBe(1);
});

test('an act that fails leaves the loop ticking, as the instance that it was', async () => {
  let isActing = false;
  let failed = 0;
  const keepers: string[] = [];
  const story = await scenario({
    flags: { initialRunners: 3 },
    settings: { MIN_RUNNERS: '1' },
    hooks: { beforeStep: ({ kind, name }) => void (isActing = kind === 'activity' && name === 'act') },
    onLog: ({ message }) => void (message.includes('"event":"keeper"') && keepers.push(message)),
  });
  story.hostile({
    onStore: (_operation, name) => {
      if (!isActing || failed >= 3 || !name.startsWith('owners/')) return undefined;
      failed += 1;
      return { kind: 'refused', code: 'store-unavailable', text: 'Blob storage did not answer.' };
    },
  });
  await story.pass(90);
  expect(failed).toBe(3);
  expect(keepers.filter((line) => !line.includes('no loop exists'))).toEqual([]);
  expect(story.app.host()?.status('autoscaler-default')?.runtimeStatus).toBe('Running');
  expect(story.pool.vms.size).toBe(1);
});

test('loop and drains call the entity and never signal it: a signal beside a call can hang the instance for good', async () => {
  const called = new Set<string>();
  const signalled: string[] = [];
  const onMessage = (message: Message): undefined => {
    if (message.queue !== 'entity') return;
    called.add(message.operation);
    if (message.isSignal) signalled.push(message.operation);
  };
  const story = await scenario({ flags: { initialRunners: 3 }, settings: { MIN_RUNNERS: '1' }, hooks: { onMessage } });
  story.jobs(8, 5);
  await story.pass(60);
  expect([...called]).toEqual(
    expect.arrayContaining(['admit', 'settle', 'drainAsk', 'drainCommit', 'drainDeregistered', 'deletionTurn', 'drainEnd']),
  );
  expect(signalled).toEqual([]);
});
