/** Every number that shapes the simulated world, in one place: defaults, command line and README read this table. */
export interface WorldFlag {
  readonly name: string;
  /** On the command line, without its dashes. */
  readonly cli: string;
  readonly fallback: number;
  readonly least: number;
  readonly most: number;
  readonly meaning: string;
}

const DAY = 86_400;
const row = <N extends string>(name: N, fallback: number, most: number, meaning: string, least = 0) => ({
  name,
  cli: name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`),
  fallback,
  least,
  most,
  meaning,
});

export const WORLD_FLAGS = [
  row('bootSeconds', 90, DAY, 'from the request for a VM until it runs'),
  row('registerSeconds', 60, DAY, 'from then until its runner is registered'),
  row('deleteSeconds', 30, DAY, 'from an accepted delete until the VM is gone; its jobs die at once'),
  row('tasksPerRunner', 1, 100, 'tasks a runner holds at a time', 1),
  row('pendingSeconds', 0, 600, 'a task is pending on its runner before it starts'),
  row('stopSeconds', 10, 600, 'a task goes on stopping, while its runner already counts zero'),
  row('disconnectSeconds', 120, DAY, 'from the death of a VM until its runner reads as disconnected'),
  row('initialRunners', 0, 1000, 'runners that are there at the start'),
  row('pageSize', 100, 1000, 'VMs per page of a list', 1),
  row('updatingSeconds', 0, DAY, 'a growth keeps the scale set Updating; 0: as long as a VM boots'),
  row('deleteUpdates', 1, 1, '1: a scale set also reads Updating while it deletes'),
  row('acceptBusyDeregister', 0, 1, '1: a busy runner may be deregistered without force'),
  row('parallelDeletes', 0, 1, '1: a second delete is taken while one is under way (else 409)'),
  row('flexibleDeleteLowers', 0, 1, '1: deletes lower sku.capacity on Flexible too'),
  row('reuseIds', 1, 1, '1: Uniform gives the lowest free instance id again'),
  row('throttle', 1, 1, '0: Azure never answers 429'),
  row('pendingShare', 0, 1, 'share of the waiting jobs told as Pending instead of Queued'),
  row('maxRunners', 0, 10_000, 'MaxNumberOfRunners of a group; 0: not told'),
] as const;

export type WorldFlagName = (typeof WORLD_FLAGS)[number]['name'];
export type WorldFlags = Readonly<Record<WorldFlagName, number>>;

/** Defaults, and what was given over them. Throws a RangeError that names the flag. */
export function worldFlags(given: Readonly<Partial<Record<string, number>>> = {}): WorldFlags {
  for (const name of Object.keys(given)) {
    if (!WORLD_FLAGS.some((flag) => flag.name === name)) throw new RangeError(`The simulated world has no flag "${name}".`);
  }
  const entries = WORLD_FLAGS.map(({ name, cli, fallback, least, most }) => {
    const value = given[name] ?? fallback;
    if (!Number.isFinite(value) || value < least || value > most)
      throw new RangeError(`--${cli} takes a number from ${String(least)} to ${String(most)}, not ${String(value)}.`);
    return [name, value] as const;
  });
  return Object.fromEntries(entries) as WorldFlags;
}
