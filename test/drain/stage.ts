import type { StepPorts } from '../../src/drain/steps';
import type { DrainRecord } from '../../src/model/drain';
import { BLOBS } from '../../src/names';
import { freshFleet, type FleetMemory } from '../../src/poll/fleetMemory';
import { Entity } from '../support/builders/drains';
import { aRunner, createFakeRunnerService } from '../support/fakes/fakeRunnerService';
import { anInstance, createFakeScaleSet } from '../support/fakes/fakeScaleSet';
import { createMemoryStore } from '../support/fakes/memoryStore';

/** One machine per record, its runner DRAINING and idle, under the fakes of the three ports and the real entity. */
export function stage(records: readonly DrainRecord[]) {
  const entity = new Entity(records);
  const runners = createFakeRunnerService({ runners: records.map(({ instanceId }) => aRunner(instanceId, { status: 'DRAINING' })) });
  const scaleSet = createFakeScaleSet(
    {},
    records.map(({ instanceId }) => anInstance(instanceId)),
  );
  const store = createMemoryStore();
  const owned = { isMine: true };
  const ports: StepPorts = {
    ...{ runners, scaleSet, store },
    clock: { now: () => entity.now },
    readMemory: () => Promise.resolve(structuredClone(entity.memory)),
    isOwner: () => Promise.resolve(owned.isMine),
  };
  const remember = (change: (fleet: FleetMemory) => void): void => {
    const fleet = freshFleet({ scaleSet: 'unique-1', group: 'group' }, 0);
    change(fleet);
    store.blobs.set(BLOBS.fleet('default'), { text: JSON.stringify(fleet), etag: '"f"' });
  };
  return { entity, runners, scaleSet, store, ports, owned, remember };
}

export type Stage = ReturnType<typeof stage>;
