import { MINUTE, poolOf, type Judge } from './court';

/** A poll interval is at most two minutes; the keeper acts three minutes past the due time, and may itself be away for an hour. */
const CALM_MS = 12 * MINUTE;

export const I7: Judge = {
  invariant: 'I7',
  sentence: 'The loop never dies: while the app is up and no operator stopped it, each pool is polled.',
  watch: (court) => {
    const polled = new Map<string, number>();
    return {
      onRequest: (asked) => {
        const pool = poolOf(court.world, asked);
        if (asked.service === 'stackguardian' && asked.request.method === 'GET' && pool !== undefined) polled.set(pool.name, court.now());
      },
      onLook: () => {
        for (const pool of court.world.pools) {
          const silent = court.now() - Math.max(polled.get(pool.name) ?? pool.startedAt, court.lastChange());
          const bound = CALM_MS + 15 * court.slackMs;
          const isOff = court.touched(`stop ${pool.name}`, Infinity) || court.touched(`settings ${pool.name}`, Infinity);
          if (silent > bound && !isOff)
            court.report('I7', `pool ${pool.name} was not polled for ${String(Math.round(silent / MINUTE))} minutes`);
        }
      },
    };
  },
};
