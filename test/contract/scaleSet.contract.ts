import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Instance, ScaleSet } from '../../src/ports/scaleSet';

export interface ScaleSetHarness {
  readonly scaleSet: ScaleSet;
  readonly mode: 'Uniform' | 'Flexible';
  /** Makes the scale set hold exactly these VMs, with that capacity. */
  set(instances: readonly Pick<Instance, 'id' | 'vmId' | 'computerName' | 'power'>[]): void | Promise<void>;
  /** The next reading fails for good in this way. */
  failReading(code: string): void | Promise<void>;
  /** The next write's answer is lost. */
  loseAnswer(): void | Promise<void>;
  close(): void | Promise<void>;
}

/** What every {@link ScaleSet} keeps. */
export function describeScaleSet(name: string, make: () => Promise<ScaleSetHarness>): void {
  describe(`scale set: ${name}`, () => {
    let harness: ScaleSetHarness;
    let scaleSet: ScaleSet;
    beforeAll(async () => {
      harness = await make();
      scaleSet = harness.scaleSet;
    });
    afterAll(async () => harness.close());
    const vms = (count: number) =>
      Array.from({ length: count }, (_, at) => ({
        id: `vm_${String(at)}`,
        vmId: `vmid-${String(at)}`,
        computerName: `name-${String(at)}`,
        power: 'running',
      }));
    beforeEach(async () => harness.set(vms(3)));

    const list = async (): Promise<readonly Instance[]> => scaleSet.listInstances(await scaleSet.readState());

    it('reads its state', async () => {
      expect(await scaleSet.readState()).toMatchObject({
        mode: harness.mode,
        capacity: 3,
        provisioningState: 'Succeeded',
        limit: 1_000,
        surprises: [],
      });
    });

    it('lists every instance with its identity', async () => {
      await harness.set(vms(7));
      const found = await list();
      expect(found).toHaveLength(7);
      expect(found.find((each) => each.id === 'vm_6')).toMatchObject({
        vmId: 'vmid-6',
        computerName: 'name-6',
        power: 'running',
        provisioningState: 'Succeeded',
      });
    });

    it('reads one instance; undefined when there is none', async () => {
      expect(await scaleSet.readInstance(harness.mode, 'vm_1')).toMatchObject({ id: 'vm_1', vmId: 'vmid-1' });
      expect(await scaleSet.readInstance(harness.mode, 'vm_99')).toBeUndefined();
    });

    it('raises the capacity over the version that was read, once', async () => {
      const { etag } = await scaleSet.readState();
      const outcome = await scaleSet.setCapacity(5, etag);
      expect(outcome.kind).toBe('accepted');
      expect((await scaleSet.readState()).capacity).toBe(5);
      expect(await scaleSet.setCapacity(6, etag)).toEqual({ kind: 'conflict' });
      expect((await scaleSet.readState()).capacity).toBe(5);
    });

    it('deletes exactly the named instances, and tells how it ended', async () => {
      const outcome = await scaleSet.deleteInstances(['vm_0', 'vm_2']);
      expect(outcome.kind).toBe('accepted');
      expect((await list()).map((each) => each.id)).toEqual(['vm_1']);
      if (outcome.kind !== 'accepted' || outcome.operation === undefined) throw new Error('expected an operation');
      expect(await scaleSet.readOperation(outcome.operation)).toEqual({ kind: 'succeeded' });
      expect(await scaleSet.readOperation(`${outcome.operation}99`)).toEqual({ kind: 'forgotten' });
    });

    it('protects the instance of this vmId alone from scale-in, where the mode has it', async () => {
      if (harness.mode === 'Flexible') return;
      expect((await list()).map((each) => each.scaleInProtection ?? 'off')).toEqual(['off', 'off', 'off']);
      expect((await scaleSet.protectFromScaleIn('vm_1', 'vmid-1')).kind).toBe('accepted');
      expect((await list()).map((each) => each.scaleInProtection ?? 'off')).toEqual(['off', 'on', 'off']);
      expect(await scaleSet.protectFromScaleIn('vm_0', 'vmid-of-another')).toEqual({ kind: 'gone' });
      expect(await scaleSet.protectFromScaleIn('vm_99', 'vmid-99')).toEqual({ kind: 'gone' });
      expect((await list()).map((each) => each.scaleInProtection ?? 'off')).toEqual(['off', 'on', 'off']);
    });

    it('never sends a delete of nothing or of everything', async () => {
      for (const ids of [[], ['*'], ['vm_0', '*']]) {
        expect(await scaleSet.deleteInstances(ids)).toMatchObject({ kind: 'refused', code: 'azure-not-sent' });
      }
      expect(await list()).toHaveLength(3);
    });

    it('refuses an operation of another host', async () => {
      await expect(scaleSet.readOperation('https://elsewhere.example/operations/1')).rejects.toMatchObject({ code: 'azure-malformed' });
    });

    it('throws a reading error with its code, and reads again after', async () => {
      for (const code of ['azure-unauthorized', 'azure-forbidden', 'azure-not-found', 'azure-malformed']) {
        await harness.failReading(code);
        await expect(scaleSet.readState()).rejects.toMatchObject({ name: 'ServiceError', code });
      }
      await expect(scaleSet.readState()).resolves.toMatchObject({ capacity: 3 });
    });

    it('reports a write whose answer was lost as unknown', async () => {
      await harness.loseAnswer();
      expect(await scaleSet.deleteInstances(['vm_0'])).toMatchObject({ kind: 'unknown', code: 'azure-unavailable' });
    });
  });
}
