import { unservedOf } from '../decide/scaleOut';
import type { Scene } from '../decide/scene';
import { confirmed, READINGS, runWhile } from './clocks';
import { isIdle, looksCut, type Fleet } from './fleet';
import type { FleetMemory } from './fleetMemory';
import type { Reading, TickInput } from './planTick';

/** What a decision looks at, counted from one complete reading. Mutates the clocks of starvation. */
export function setScene(
  input: TickInput,
  reading: Extract<Reading, { kind: 'complete' }>,
  fleetMemory: FleetMemory,
  fleet: Fleet,
  waiting: number,
  deducted: number,
  drop: Scene['drop'],
): Scene {
  const { settings, memory, now, tickId } = input;
  const { members } = fleet;
  const active = members.filter((member) => member.state === 'active').length;
  const booting = members.filter((member) => member.state === 'booting').length + fleet.ordered;
  const live = members.filter((member) => member.state !== 'deleting').length;
  const undrained = members.filter((member) => member.state !== 'deleting' && member.record === undefined).length;
  const idle = members.filter(isIdle).length;
  // Runners beyond a page's end: counting them as missing would order their number again and again.
  const unseen = looksCut(reading.group.runners ?? []) ? members.filter((member) => member.state === 'unjudged').length : 0;
  const base: Scene = {
    settings,
    memory,
    fleetMemory,
    fleet,
    group: reading.group,
    state: reading.state,
    tickId,
    now,
    demand: waiting - deducted,
    deducted,
    tasksPerRunner: fleetMemory.tasksPerRunner,
    counted: active + booting + unseen,
    active,
    idle,
    booting,
    live,
    undrained,
    drop,
    isStarving: false,
    untakenTry: false,
  };
  const { starvation, minute } = settings.durations;
  const clock = runWhile(unservedOf(base) > 0, fleetMemory.starving, now);
  if (clock === undefined) delete fleetMemory.starving;
  else fleetMemory.starving = clock;
  const isStarving = starvation > 0 && confirmed(clock, READINGS, starvation);
  const untakenTry = deducted > 0 && idle === 0 && booting === 0 && now - (fleetMemory.untaken.triedAt ?? 0) > 60 * minute;
  return { ...base, isStarving, untakenTry };
}
