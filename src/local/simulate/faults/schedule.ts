import type { Entry, PoolState, Vm } from '../../world/state';
import type { FaultContext } from './types';

export const SECOND = 1_000;
export const MINUTE = 60_000;
export const HOUR = 3_600_000;

export const isOver = ({ clock, until }: FaultContext): boolean => clock.now() >= until;

/** True once in a while: with this probability, while faults are on. */
export const chance = (context: FaultContext, share: number): boolean =>
  !isOver(context) && context.random.next() < share * context.intensity;

/** From `least` to `most`, rather short than long. */
export const between = ({ random }: FaultContext, least: number, most: number): number => least + (most - least) * random.next() ** 2;

/** Runs `deed` at random times, `mean` ms apart on average, until the faults cease. */
export function every(context: FaultContext, mean: number, deed: () => void): void {
  const { clock, random, until, intensity } = context;
  const arm = (): void => {
    const at = clock.now() - Math.log(1 - random.next()) * (mean / intensity);
    if (at >= until) return;
    clock.at(at, () => {
      deed();
      arm();
    });
  };
  arm();
}

export interface Episode {
  readonly isOn: () => boolean;
}

/** Times of trouble, `mean` ms from the end of one to the begin of the next; each lasts `least` to `most` and ends before the faults cease. */
export function episodes(
  context: FaultContext,
  mean: number,
  [least, most]: readonly [number, number],
  deeds: { readonly begin?: () => void; readonly end?: () => void } = {},
): Episode {
  const { clock, random, until, intensity } = context;
  let on = false;
  const arm = (): void => {
    const at = clock.now() - Math.log(1 - random.next()) * (mean / intensity);
    const end = Math.min(at + between(context, least, most), until - 1);
    if (at >= end) return;
    clock.at(at, () => {
      on = true;
      deeds.begin?.();
      clock.at(end, () => {
        on = false;
        deeds.end?.();
        arm();
      });
    });
  };
  arm();
  return { isOn: () => on };
}

export function pick<T>({ random }: FaultContext, from: readonly T[]): T | undefined {
  return from[random.below(from.length)];
}

export const anyPool = (context: FaultContext): PoolState | undefined => pick(context, context.world.pools);

export const livingVms = (pool: PoolState): Vm[] => [...pool.vms.values()].filter((vm) => vm.alive && vm.provisioningState === 'Succeeded');

export const entriesOf = (pool: PoolState): Entry[] => [...pool.entries.values()];
