import fc from 'fast-check';
import { expect, test } from 'vitest';
import { narrowing } from '../../src/poll/narrow';
import { sightingOf } from '../../src/poll/sighting';
import { anyPool } from '../decide/anyPool';

test('what a drain sees of its own few entries is what it would see in the whole lists', () => {
  fc.assert(
    fc.property(anyPool, ({ group, instances, fleet, now }) => {
      const narrow = narrowing(group, instances);
      for (const { id, vmId, computerName = '' } of instances) {
        for (const sought of [
          { runnerId: id, vmId, instanceId: id, computerName },
          { runnerId: '1', vmId, instanceId: '0', computerName: 'VM-0.corp' },
          { runnerId: undefined, vmId: 'gone', instanceId: id, computerName: 'VM-0' },
        ]) {
          const near = narrow(sought);
          expect(sightingOf(sought, near.group, near.instances, fleet, now)).toEqual(sightingOf(sought, group, instances, fleet, now));
        }
      }
    }),
    { numRuns: 200 },
  );
});
