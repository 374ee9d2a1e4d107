import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Runner, RunnerService } from '../../src/ports/runnerService';

export interface RunnerServiceHarness {
  readonly service: RunnerService;
  /** Makes the group hold exactly these runners and counts. */
  set(group: { queued: number; pending: number; runners: readonly Runner[] }): void | Promise<void>;
  /** The next reading fails for good in this way. */
  failReading(code: string): void | Promise<void>;
  /** The next write is carried out or not, and its answer lost. */
  loseAnswer(): void | Promise<void>;
  close(): void | Promise<void>;
}

const runner = (runnerId: string, fields: Partial<Runner> = {}): Runner => ({
  runnerId,
  status: 'ACTIVE',
  connected: true,
  runningTasks: 0,
  pendingTasks: 0,
  computerName: `vm-${runnerId}`,
  ...fields,
});

/** What every {@link RunnerService} keeps. */
export function describeRunnerService(name: string, make: () => Promise<RunnerServiceHarness>): void {
  describe(`runner service: ${name}`, () => {
    let harness: RunnerServiceHarness;
    beforeAll(async () => {
      harness = await make();
    });
    afterAll(async () => harness.close());
    beforeEach(async () =>
      harness.set({ queued: 3, pending: 2, runners: [runner('a'), runner('b', { runningTasks: 1 }), runner('c', { connected: false })] }),
    );
    const find = async (id: string) => (await harness.service.readGroup()).runners?.find((each) => each.runnerId === id);

    it('reads counts and runners', async () => {
      const group = await harness.service.readGroup();
      expect(group).toMatchObject({ queued: 3, pending: 2, anonymous: 0 });
      expect(group.runners).toEqual([runner('a'), runner('b', { runningTasks: 1 }), runner('c', { connected: false })]);
    });

    it('keeps what is unknown unknown', async () => {
      await harness.set({
        queued: 0,
        pending: 0,
        runners: [runner('a', { runningTasks: undefined, connected: undefined, computerName: undefined })],
      });
      expect(await find('a')).toEqual(runner('a', { runningTasks: undefined, connected: undefined, computerName: undefined }));
    });

    it('reads an empty list as empty', async () => {
      await harness.set({ queued: 0, pending: 0, runners: [] });
      expect((await harness.service.readGroup()).runners).toEqual([]);
    });

    it('sets a runner DRAINING and ACTIVE again, and both again without harm', async () => {
      for (const status of ['DRAINING', 'DRAINING', 'ACTIVE', 'ACTIVE'] as const) {
        expect(await harness.service.setStatus('a', status)).toEqual({ kind: 'done' });
        expect((await find('a'))?.status).toBe(status);
      }
    });

    it('deregisters an idle runner; the second time it is gone', async () => {
      expect(await harness.service.deregister('a', false)).toEqual({ kind: 'done' });
      expect(await find('a')).toBeUndefined();
      expect(await harness.service.deregister('a', false)).toEqual({ kind: 'gone' });
      expect(await harness.service.setStatus('a', 'DRAINING')).toEqual({ kind: 'gone' });
    });

    it('is refused to deregister a runner with a task, unless forced', async () => {
      expect(await harness.service.deregister('b', false)).toMatchObject({ kind: 'refused' });
      expect((await find('b'))?.runningTasks).toBe(1);
      expect(await harness.service.deregister('b', true)).toEqual({ kind: 'done' });
      expect(await find('b')).toBeUndefined();
    });

    it('throws a reading error with its code, and reads again after', async () => {
      for (const code of ['sg-unauthorized', 'sg-forbidden', 'sg-not-found', 'sg-malformed']) {
        await harness.failReading(code);
        await expect(harness.service.readGroup()).rejects.toMatchObject({ name: 'ServiceError', code });
      }
      await expect(harness.service.readGroup()).resolves.toMatchObject({ queued: 3 });
    });

    it('reports a write whose answer was lost as unknown', async () => {
      await harness.loseAnswer();
      expect(await harness.service.setStatus('a', 'DRAINING')).toMatchObject({ kind: 'unknown', code: 'sg-unavailable' });
    });
  });
}
