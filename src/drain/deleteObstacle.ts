import type { DrainRecord, DrainTiming } from '../model/drain';
import { STILL_LISTED, STILL_LISTED_MINUTES, type DeleteResult } from '../persist/deletion';
import { isAlive } from '../poll/sighting';
import type { speaksFor } from '../poll/speaksFor';
import type { Runner } from '../ports/runnerService';
import type { Instance } from '../ports/scaleSet';

/**
 * An entry without an id may be the living one of a machine whose own runner was never deregistered by us; or our runner's, for a
 * deregister that was accepted may take effect minutes later (seed 77404).
 */
export const mayStandWithoutId = ({ kind, phase, phaseAt }: DrainRecord, now: number, { minute }: Pick<DrainTiming, 'minute'>): boolean =>
  kind !== 'runner' || (phase === 'deregistered' && now - phaseAt < STILL_LISTED_MINUTES * minute);

/**
 * Why a machine must not be deleted now, by one reading; undefined: it may be. What an entry does not tell counts against us. `speaks`:
 * whether an entry is this machine's.
 */
export function obstacleTo(
  record: DrainRecord,
  instance: Instance,
  runners: readonly Runner[] | undefined,
  speaks: (runner: Runner) => ReturnType<typeof speaksFor>,
): DeleteResult | undefined {
  // A person's protection holds even a committed drain: it waits and asks again.
  if (instance.isProtected === true) return { answer: 'protected' };
  if (runners === undefined) return { answer: 'unknown', code: 'sg-list-missing' };
  const isOwn = (runner: Runner): boolean => runner.runnerId === record.runnerId;
  const entries = runners.filter((runner) => isOwn(runner) || speaks(runner) === 'yes');
  if (entries.some((runner) => runner.connected === true && !isOwn(runner))) return { answer: 'back' };
  const alive = entries.filter(isAlive);
  if (alive.length > 0) return { answer: 'rival', ...(alive.every(isOwn) ? { code: STILL_LISTED } : {}) };
  if (runners.some((runner) => isAlive(runner) && speaks(runner) === 'perhaps')) return { answer: 'unknown', code: 'sg-name-missing' };
  return undefined;
}
