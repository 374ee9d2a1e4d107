import type { Mutant } from '../defect';

const REPAIR = { file: 'src/decide/repair.ts', check: { test: 'test/decide/repair.test.ts' } };
const FLEET = { file: 'src/poll/fleet.ts', check: { test: 'test/decide/repair.test.ts' } };

/** Rule 5: identity, strays, lost ones, ghosts. */
export const repairing: readonly Mutant[] = [
  {
    name: 'prefix name matching',
    danger: 'The entry of "runner1" is read as that of the machine "runner", and the wrong VM goes.',
    file: 'src/poll/identity.ts',
    from: "return entry === machine || (entry.startsWith(machine + '.') && entry.length > machine.length + 1);",
    to: 'return entry.startsWith(machine);',
    check: { test: 'test/drain/deregister.test.ts', named: 'its name is another' },
  },
  {
    name: 'prefix name matching, in the list',
    danger: 'A runner speaks for a machine whose name is the beginning of its own.',
    file: 'src/poll/identity.ts',
    from: 'return machinesOf(entryName).flatMap((name) => this.#byName.get(name) ?? []);',
    to: "return [...this.#byName].flatMap(([name, items]) => ((entryName ?? '').toLowerCase().startsWith(name) ? items : []));",
    check: { test: 'test/poll/identity.test.ts' },
  },
  {
    name: 'a lost instance treated as a stray',
    danger: 'A list that forgets a busy runner deletes its VM.',
    ...FLEET,
    from: "if (hasShown || predates) return 'lost';",
    to: '',
  },
  {
    name: 'lost memory makes strays',
    danger: 'The state blob is lost, and every VM whose runner is not listed at that moment is deleted.',
    ...FLEET,
    from: "if (hasShown || predates) return 'lost';",
    to: "if (hasShown) return 'lost';",
  },
  {
    name: 'verdicts on a cut list',
    danger: 'A list that ends at 100 entries makes strays of all runners beyond.',
    file: 'src/poll/verdicts.ts',
    from: 'if (looksCut(group)) return',
    to: 'if (listedIn(group) < 0) return',
    check: { test: 'test/decide/repair.test.ts' },
  },
  {
    name: 'verdicts while more jobs run than the listed runners have',
    danger: 'The VM of a runner that the list leaves out is deleted with its job.',
    file: 'src/poll/verdicts.ts',
    from: 'return group.running > tasks ?',
    to: 'return group.running < 0 ?',
    check: { test: 'test/decide/repair.test.ts' },
  },
  {
    name: 'boot clock by instance id',
    danger: 'An id used again: a VM that boots counts as overdue, is no capacity, and is deleted as a stray.',
    file: 'src/poll/observe.ts',
    from: '{ id: instance.id, firstSeen,',
    to: '{ id: instance.id, firstSeen: Object.values(fleet.instances).find(({ id }) => id === instance.id)?.firstSeen ?? firstSeen,',
    check: { test: 'test/decide/repair.test.ts' },
  },
  {
    name: 'a flap is a disconnection',
    danger: 'Agents drop their connection several times an hour: healthy runners are drained.',
    file: 'src/poll/fleet.ts',
    from: 'return runner.connected === true || !confirmed(memory?.disconnected, READINGS, grace);',
    to: 'return runner.connected === true;',
    check: { test: 'test/decide/repair.test.ts' },
  },
  {
    name: 'a ghost without a direct look',
    danger: 'A list of VMs that lacks one takes its living runner off the group.',
    ...REPAIR,
    from: 'instance?.checkedAbsent !== true || ',
    to: 'instance === undefined || ',
  },
  {
    name: 'repairs without their limit',
    danger: 'A wrong reading of the provider removes a whole fleet in one tick.',
    ...REPAIR,
    from: '.slice(0, settings.repairMaxPerTick)',
    to: '',
  },
  {
    name: 'no breaker',
    danger: 'An incident of the provider is answered by deleting half the fleet.',
    ...REPAIR,
    from: 'if (recent.length >= 3 &&',
    to: 'if (recent.length >= Infinity &&',
  },
  {
    name: 'a stray goes at the first look',
    danger: 'A runner that registers a second after its allowance is deleted.',
    ...REPAIR,
    from: 'confirmed(bare, 2, 5 * minute)',
    to: 'bare !== undefined',
  },
];
