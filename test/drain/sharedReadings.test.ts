import { expect, test } from 'vitest';
import { sharedReadings, SINGLE_READS } from '../../src/drain/sharedReadings';
import { aRunner, createFakeRunnerService } from '../support/fakes/fakeRunnerService';
import { anInstance, createFakeScaleSet } from '../support/fakes/fakeScaleSet';

/** Time stands still until the test lets the gathering end. */
function setUp(ids: readonly string[]) {
  const runners = createFakeRunnerService();
  const scaleSet = createFakeScaleSet(
    {},
    ids.map((id) => anInstance(id)),
  );
  const calls = { group: 0, state: 0, list: 0, instance: 0 };
  const gatherings: (() => void)[] = [];
  const shared = sharedReadings(
    {
      runners: { ...runners, readGroup: () => (calls.group++, Promise.resolve({ ...runners.group })) },
      scaleSet: {
        ...scaleSet,
        readState: () => (calls.state++, scaleSet.readState()),
        listInstances: (state) => (calls.list++, scaleSet.listInstances(state)),
        readInstance: (mode, id) => (calls.instance++, scaleSet.readInstance(mode, id)),
      },
    },
    () => new Promise((resolve) => gatherings.push(resolve)),
  );
  const endGathering = (): void => gatherings.splice(0).forEach((end) => end());
  return { ...shared, fake: { runners, scaleSet }, calls, endGathering };
}

const many = Array.from({ length: SINGLE_READS + 1 }, (_, index) => String(index));

test('drains that ask together share one reading, and it begins after the last of them asked', async () => {
  const { runners, fake, calls, endGathering } = setUp([]);
  const first = runners.readGroup();
  const second = runners.readGroup();
  fake.runners.group = { ...fake.runners.group, runners: [aRunner('changed-meanwhile')] };
  endGathering();
  expect((await first).runners).toEqual([aRunner('changed-meanwhile')]);
  expect(await second).toBe(await first);
  expect(calls.group).toBe(1);
});

test('who asks once the reading has begun gets one of its own', async () => {
  const { runners, calls, endGathering } = setUp([]);
  const first = runners.readGroup();
  endGathering();
  await first;
  const second = runners.readGroup();
  endGathering();
  await second;
  expect(calls.group).toBe(2);
});

test.each([
  { asked: SINGLE_READS, list: 0, instance: SINGLE_READS },
  { asked: SINGLE_READS + 1, list: 1, instance: 0 },
])('$asked instances cost $list lists and $instance single reads', async ({ asked, list, instance }) => {
  const { scaleSet, calls, endGathering } = setUp(many);
  const state = scaleSet.readState();
  endGathering();
  await state;
  const read = many.slice(0, asked).map((id) => scaleSet.readInstance('Uniform', id));
  endGathering();
  expect((await Promise.all(read)).map((found) => found?.id)).toEqual(many.slice(0, asked));
  expect(calls).toMatchObject({ list, instance });
});

test('one that is missing from the list is looked at by itself before it counts as gone', async () => {
  const { scaleSet, calls, endGathering } = setUp(many);
  const state = scaleSet.readState();
  endGathering();
  await state;
  const read = [...many, 'gone'].map((id) => scaleSet.readInstance('Uniform', id));
  endGathering();
  expect((await Promise.all(read)).at(-1)).toBeUndefined();
  expect(calls).toMatchObject({ list: 1, instance: 1 });
});

test('a reading that fails, fails for all that share it, and the next one is read anew', async () => {
  const { scaleSet, fake, endGathering } = setUp(many);
  fake.scaleSet.readState = () => Promise.reject(new Error('away'));
  const both = [scaleSet.readState(), scaleSet.readState()].map((each) => each.catch((error: unknown) => String(error)));
  endGathering();
  expect(await Promise.all(both)).toEqual(['Error: away', 'Error: away']);
  fake.scaleSet.readState = () => Promise.resolve({ ...fake.scaleSet.state });
  const again = scaleSet.readState();
  endGathering();
  expect((await again).mode).toBe('Uniform');
});
