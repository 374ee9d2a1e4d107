import { existsSync, readFileSync } from 'node:fs';
import { ComputeManagementClient } from '@azure/arm-compute';
import { ManagedIdentityCredential } from '@azure/identity';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createScaleSet } from '../../../src/adapters/azure/scaleSet';
import { createRunnerService } from '../../../src/adapters/stackguardian/client';
import { trustCa } from '../../../src/local/world/certificate';
import { type RunningWorld, startWorld } from '../../../src/local/world/world';
import { type ManualClock, manualClock } from './manualClock';

/**
 * The app's own SDKs against the sockets: managed identity, HTTPS with the authority of this start, pages, ETags, operations. One world
 * a file: the identity SDK keeps endpoint and token for the whole process.
 */
export function describeSdks(mode: 'Uniform' | 'Flexible'): void {
  describe(`the real SDKs over HTTPS, ${mode}`, () => {
    let world: RunningWorld;
    let clock: ManualClock;
    let set: (name: string) => string;
    beforeAll(async () => {
      clock = manualClock(Date.now());
      world = await startWorld({ clock, seed: 3, mode, flags: { initialRunners: 5, pageSize: 2 } });
      trustCa(world.ca);
      set = (name) => world.settings[name] ?? '';
      vi.stubEnv('IDENTITY_ENDPOINT', set('IDENTITY_ENDPOINT'));
      vi.stubEnv('IDENTITY_HEADER', set('IDENTITY_HEADER'));
    });
    afterAll(async () => {
      vi.unstubAllEnvs();
      await world.stop();
      expect(existsSync(world.caFile)).toBe(false);
    });
    const adapter = () =>
      createScaleSet({
        subscriptionId: set('AZURE_SUBSCRIPTION_ID'),
        resourceGroup: set('AZURE_RESOURCE_GROUP_NAME'),
        vmssName: set('AZURE_VMSS_NAME'),
        endpoint: set('AZURE_RESOURCE_MANAGER_ENDPOINT'),
        credential: new ManagedIdentityCredential(),
      });

    it('the typed client reads the scale set with a token of the managed identity', async () => {
      expect(readFileSync(world.caFile, 'utf8')).toBe(world.ca);
      const endpoint = set('AZURE_RESOURCE_MANAGER_ENDPOINT');
      const client = new ComputeManagementClient(new ManagedIdentityCredential(), set('AZURE_SUBSCRIPTION_ID'), {
        endpoint,
        credentials: { scopes: [`${endpoint}/.default`] },
      });
      const found = await client.virtualMachineScaleSets.get(set('AZURE_RESOURCE_GROUP_NAME'), set('AZURE_VMSS_NAME'));
      expect(found).toMatchObject({ orchestrationMode: mode, uniqueId: world.pools[0]?.uniqueId, etag: '"1"', sku: { capacity: 5 } });
      expect(world.counters['identity token']).toBe(1);
    });

    it('the adapter lists over all pages, grows over its ETag, deletes by id and reads the operations', async () => {
      const scaleSet = adapter();
      const state = await scaleSet.readState();
      expect(state).toMatchObject({ mode, capacity: 5, provisioningState: 'Succeeded', limit: 1_000, surprises: [] });
      const listed = await scaleSet.listInstances(state);
      expect(listed).toHaveLength(5);
      expect(listed.every((each) => each.computerName !== undefined && each.power === 'running' && each.createdAt !== undefined)).toBe(
        true,
      );
      const grown = await scaleSet.setCapacity(6, state.etag);
      expect(await scaleSet.setCapacity(7, state.etag)).toEqual({ kind: 'conflict' });
      if (grown.kind !== 'accepted' || grown.operation === undefined) throw new Error('no operation');
      expect(await scaleSet.readOperation(grown.operation)).toEqual({ kind: 'running' });
      clock.pass(100);
      expect(await scaleSet.readOperation(grown.operation)).toEqual({ kind: 'succeeded' });
      const victim = listed[2];
      if (victim === undefined) throw new Error('no victim');
      expect(await scaleSet.deleteInstances([victim.id])).toMatchObject({ kind: 'accepted' });
      expect(await scaleSet.deleteInstances([victim.id])).toMatchObject({ kind: 'refused', status: 409 });
      expect(await scaleSet.readInstance(mode, victim.id)).toMatchObject({ vmId: victim.vmId, provisioningState: 'Deleting' });
      clock.pass(30);
      expect(await scaleSet.readInstance(mode, victim.id)).toBeUndefined();
      expect((await scaleSet.readState()).capacity).toBe(mode === 'Uniform' ? 5 : 6);
      expect(await scaleSet.listInstances(state)).toHaveLength(5);
    });

    it('the StackGuardian client reads, drains and deregisters', async () => {
      const service = createRunnerService({
        baseUri: set('SG_BASE_URI'),
        org: set('SG_ORG'),
        group: set('SG_RUNNER_GROUP'),
        apiKey: set('SG_API_KEY'),
      });
      const group = await service.readGroup();
      expect(group).toMatchObject({ queued: 0, pending: 0, running: 0, anonymous: 0 });
      expect(group.runners).toHaveLength(5);
      const runnerId = group.runners?.[0]?.runnerId ?? '';
      expect(await service.setStatus(runnerId, 'DRAINING')).toEqual({ kind: 'done' });
      expect((await service.readGroup()).runners?.[0]).toMatchObject({ runnerId, status: 'DRAINING', connected: true, runningTasks: 0 });
      expect(await service.deregister(runnerId, false)).toEqual({ kind: 'done' });
      expect(await service.deregister(runnerId, false)).toEqual({ kind: 'gone' });
    });
  });
}
