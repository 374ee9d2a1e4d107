import { bodyOf, inService, MINUTE, pathOf, poolOf, type Judge } from './court';

const HAND_MS = 3 * MINUTE;
/** A silent owner may be taken over after so long. */
const SILENCE_MS = 10 * MINUTE;

export const I5: Judge = {
  invariant: 'I5',
  sentence: 'One owner per scale set; a runner that was given back is never deregistered or deleted without draining anew.',
  watch: (court) => {
    const lastWrite = new Map<string, Map<number, number>>();
    return {
      onRequest: (asked) => {
        const { request, service, app } = asked;
        const pool = poolOf(court.world, asked);
        if (request.method === 'GET' || pool === undefined) return;
        const writes = lastWrite.get(pool.name) ?? new Map<number, number>();
        lastWrite.set(pool.name, writes);
        const isGivenFree = [pool.name, `stop ${pool.name}`, `removed ${pool.name}`].some((hand) => court.touched(hand, SILENCE_MS));
        for (const [other, at] of writes) {
          if (other !== app && court.now() - at < SILENCE_MS - MINUTE && !isGivenFree)
            court.report('I5', `apps ${String(other)} and ${String(app)} both wrote to pool ${pool.name} within ten minutes`);
        }
        writes.set(app, court.now());
        if (service !== 'stackguardian' || !pathOf(request).endsWith('/deregister/')) return;
        const id = String(bodyOf(request)['RunnerId']);
        const entry = pool.entries.get(id);
        if (entry?.status !== 'ACTIVE' || inService(entry.vm) !== entry || court.touched(id, HAND_MS)) return;
        court.report('I5', `runner ${id} was ACTIVE and in service when its deregistration was sent`);
      },
    };
  },
};
