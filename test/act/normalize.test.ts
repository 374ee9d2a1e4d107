import { expect, test } from 'vitest';
import { writeNominal } from '../../src/act/normalize';
import { emptyMemory, type Growth, type PoolMemory } from '../../src/model/pool';
import { anInstance, createFakeScaleSet } from '../support/fakes/fakeScaleSet';

/** The one write that lowers a capacity: with a VM left it would delete it. */
const growth = (state: Growth['state']): Growth => ({ attempt: 't1', at: 0, add: 1, from: 4, to: 5, rule: 'scale-out/threshold', state });
const memoryWith = (order: Growth | undefined): PoolMemory => ({ ...emptyMemory('default', 0), growth: order });

test.each([
  ['Flexible, no VM, nothing ordered', 'Flexible', 0, undefined, true],
  ['what was ordered is over', 'Flexible', 0, growth('over'), true],
  ['one VM is left', 'Flexible', 1, undefined, false],
  ['a growth was asked for', 'Flexible', 0, growth('asked'), false],
  ['a growth is on its way', 'Flexible', 0, growth('accepted'), false],
  ['Uniform, no VM, nothing ordered', 'Uniform', 0, undefined, true],
  ['Uniform, one VM is left', 'Uniform', 1, undefined, false],
] as const)('%s', async (_name, mode, vms, order, isWritten) => {
  const instances = Array.from({ length: vms }, (_, id) => anInstance(String(id)));
  const scaleSet = createFakeScaleSet({ mode, capacity: 5, etag: '"7"' }, instances);
  const { look, outcome } = await writeNominal({ scaleSet, readMemory: () => Promise.resolve(memoryWith(order)) });
  expect(outcome?.kind).toBe(isWritten ? 'accepted' : undefined);
  expect(look.obstacle === undefined).toBe(isWritten);
  expect(scaleSet.script.calls.filter(({ method }) => method === 'setCapacity').map(({ args }) => args)).toEqual(
    isWritten ? [[0, '"7"']] : [],
  );
});
