import { unservedOf } from '../decide/need';
import type { Scene } from '../decide/scene';
import type { Targets } from '../decide/targets';
import type { PoolMemory } from '../model/pool';
import type { PoolSettings } from '../settings/settings';
import { confirmed, READINGS, runWhile } from './clocks';
import { isIdle, type Fleet } from './fleet';
import { bornAt, type FleetMemory } from './fleetMemory';
import { bootCredit } from './learnedBoot';
import { freeingOf } from './learnedRuns';
import type { CompleteReading } from './reading';
import { looksCut } from './verdicts';

interface Now {
  readonly settings: PoolSettings;
  readonly targets: Targets;
  readonly memory: PoolMemory;
  readonly tickId: string;
  readonly now: number;
}

interface Seen {
  readonly fleet: Fleet;
  readonly fleetMemory: FleetMemory;
  readonly waiting: number;
  readonly deducted: number;
  readonly drop: Scene['drop'];
}

const TRY_AGAIN_MINUTES = 60;

/** What a decision looks at, counted from one complete reading. Mutates the clock of starvation. */
export function setScene(given: Now, { group, state, operation }: CompleteReading, seen: Seen): Scene {
  const { fleet, fleetMemory, waiting, deducted } = seen;
  const { members } = fleet;
  const active = members.filter((member) => member.state === 'active').length;
  const boots = members.filter((member) => member.state === 'booting');
  const credit = bootCredit(given.settings, fleetMemory);
  const late = boots.filter(({ memory }) => given.now - bornAt(memory) > credit).length;
  const booting = boots.length - late + fleet.ordered;
  const present = members.filter((member) => member.state !== 'deleting');
  const idle = members.filter(isIdle).length;
  const tasksPerRunner = given.settings.tasksPerRunner ?? fleetMemory.tasksPerRunner;
  // Runners beyond a page's end: counting them as missing would order their number again and again.
  const unseen = looksCut(group) ? members.filter((member) => member.state === 'unjudged').length : 0;
  const base: Scene = {
    ...given,
    ...seen,
    group,
    state,
    operation,
    demand: waiting - deducted,
    tasksPerRunner,
    counted: active + booting + unseen,
    active,
    idle,
    freeing: freeingOf(given.settings, fleetMemory, members, tasksPerRunner, given.now),
    booting,
    late,
    live: present.length,
    undrained: present.filter((member) => member.record === undefined).length,
    unlowered: fleetMemory.deleteCredits.length,
    isStarving: false,
    untakenTry: false,
  };
  const { starvation, minute } = given.settings.durations;
  const clock = runWhile(unservedOf(base) > 0, fleetMemory.starving, given.now);
  if (clock === undefined) delete fleetMemory.starving;
  else fleetMemory.starving = clock;
  const isStarving = starvation > 0 && confirmed(clock, READINGS, starvation);
  const since = given.now - (fleetMemory.untaken.triedAt ?? given.now);
  const untakenTry = deducted > 0 && idle === 0 && booting + late === 0 && since >= TRY_AGAIN_MINUTES * minute;
  return { ...base, isStarving, untakenTry };
}
