import type { Scene } from '../../decide/scene';
import type { Clock } from '../../poll/clocks';
import type { BootMemory } from '../../poll/fleetMemory';

/** What a decision writes into the fleet's memory, as it was before: a line tells what was decided on. */
export interface Before {
  readonly boots: BootMemory;
  readonly badTurns: readonly number[];
  readonly frozenSince: number | undefined;
  readonly triedAt: number | undefined;
  /** By vmId, of the members that are not active. */
  readonly members: ReadonlyMap<string, MemberBefore>;
  /** By runner id, of ghosts and stale registrations: when their deregistration was last asked for. */
  readonly asked: ReadonlyMap<string, number>;
}

export interface MemberBefore {
  readonly bare: Clock | undefined;
  readonly bootFailed: true | undefined;
  readonly turnedBad: true | undefined;
}

export function noteBefore({ fleet, fleetMemory }: Scene): Before {
  const { boots, badTurns, frozenSince, untaken, runners } = fleetMemory;
  const unusual = fleet.members.filter(({ state }) => state !== 'active');
  const entries = [...fleet.ghosts, ...fleet.stale.map(({ runner }) => runner)];
  return {
    boots: { ...boots },
    badTurns: [...badTurns],
    frozenSince,
    triedAt: untaken.triedAt,
    members: new Map(
      unusual.map(({ instance, memory: { bare, bootFailed, turnedBad } }) => [instance.vmId, { bare, bootFailed, turnedBad }]),
    ),
    asked: new Map(
      entries.flatMap(({ runnerId }) => {
        const at = runners[runnerId]?.deregisterAskedAt;
        return at === undefined ? [] : [[runnerId, at] as const];
      }),
    ),
  };
}
