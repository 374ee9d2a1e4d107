import { describe, expect, test } from 'vitest';
import { MachineIndex, sameMachine } from '../../src/poll/identity';

/** Wrong in one direction a living VM shows no runner, wrong in the other a runner speaks for a VM that is not its own. */
describe.each<[string, (entry: string | undefined, machine: string | undefined) => boolean]>([
  ['one entry and one machine', sameMachine],
  [
    'an entry among machines',
    (entry, machine) => {
      const index = new MachineIndex<string>();
      index.add('vmss-other', 'other');
      index.add(machine, 'sought');
      return index.find(entry).includes('sought');
    },
  ],
])('%s', (_name, isSame) => {
  test.each<[string | undefined, string | undefined, boolean]>([
    ['runner', 'runner', true],
    ['Runner', 'RUNNER', true],
    ['runner.corp.example', 'runner', true],
    ['RUNNER.corp', 'runner', true],
    ['runner1', 'runner', false],
    ['runner-1', 'runner', false],
    ['runner', 'runner1', false],
    ['runner.', 'runner', false],
    ['runner', 'runner.corp', false],
    ['runner', undefined, false],
    [undefined, 'runner', false],
    ['', '', false],
  ])('%s is the entry of %s: %s', (entry, machine, expected) => {
    expect(isSame(entry, machine)).toBe(expected);
  });
});
