import type { PoolState } from '../../world/state';
import { between, chance, episodes, every, HOUR, MINUTE } from './schedule';
import type { FaultContext, FaultKind } from './types';

/** Clocks that disagree, by minutes. */

const kind = (name: string, sentence: string, install: (context: FaultContext) => void): FaultKind => ({
  name,
  area: 'clock',
  sentence,
  install,
});

const signed = (context: FaultContext): number => (context.random.next() < 0.5 ? -1 : 1) * Math.round(between(context, 0.2, 4) * MINUTE);

const isDraining = (pool: PoolState): boolean => [...pool.entries.values()].some((entry) => entry.status === 'DRAINING');

/** The clock of a service is off for hours at a time: each time that it tells is. */
const skewed = (of: 'azure' | 'identity', sentence: string): FaultKind =>
  kind(`${of}-clock-skewed`, sentence, (context) => {
    let skew = 0;
    episodes(context, 12 * HOUR, [HOUR, 10 * HOUR], {
      begin: () => {
        skew = signed(context);
        context.count(`${String(Math.round(skew / 1_000))} s`);
      },
      end: () => void (skew = 0),
    });
    context.hook({ skewMs: (service) => (service === of ? skew : 0) });
  });

export const CLOCK_FAULTS: readonly FaultKind[] = [
  skewed('azure', 'Azure’s clock is minutes ahead or behind.'),
  kind(
    'stackguardian-clock-skewed',
    'StackGuardian’s clock is minutes off: a Retry-After that names a time is in the past or far ahead.',
    (context) => {
      const skewed = episodes(context, 12 * HOUR, [10 * MINUTE, 2 * HOUR]);
      let skew = 0;
      context.hook({
        onRequest: (service) => {
          if (service !== 'stackguardian' || !skewed.isOn() || !chance(context, 0.05)) return undefined;
          skew = skew === 0 ? signed(context) : skew;
          context.count(`${String(Math.round(skew / 1_000))} s`);
          return { status: 429, headers: { 'retry-after': new Date(context.clock.now() + skew + 10_000).toUTCString() }, body: '{}' };
        },
      });
    },
  ),
  skewed('identity', 'The token endpoint’s clock is minutes ahead or behind.'),
  kind('host-clock-jumps', 'The host’s clock jumps by minutes, never forward while a runner drains.', (context) => {
    const { hostSkew, world, clock, until } = context;
    if (hostSkew === undefined) return;
    let skew = 0;
    const set = (to: number): void => {
      if (to > skew && world.pools.some(isDraining)) return;
      skew = to;
      hostSkew(skew);
      context.count(`${String(Math.round(skew / 1_000))} s`);
    };
    every(context, 10 * HOUR, () => set(skew === 0 ? signed(context) : 0));
    // Right again at the end, whatever drains: a clock that is behind catches up only where nothing is confirmed.
    const right = (): void => {
      if (skew === 0) return;
      if (skew < 0 && world.pools.some(isDraining)) clock.at(clock.now() + MINUTE, right);
      else hostSkew((skew = 0));
    };
    clock.at(until, right);
  }),
];
