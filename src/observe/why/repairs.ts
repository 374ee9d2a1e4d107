import { planAdoptions, planRepairs } from '../../decide/repair';
import type { Scene } from '../../decide/scene';
import { count } from '../../decide/words';
import { span } from './words';

/** What repair and adoption looked at; empty where there was nothing to look at. Works on a scene of its own. */
export function tellRepairs(scene: Scene): readonly string[] {
  const { fleet, fleetMemory, memory, now } = scene;
  const lines: string[] = [];
  for (const [state, means] of [
    ['unhealthy', 'unhealthy or disconnected for their grace'],
    ['stray', 'without a runner beyond the boot allowance (strays)'],
    ['lost', 'without the runner that they showed (lost)'],
    ['unjudged', 'without a verdict'],
    ['bare', 'whose runner is neither ACTIVE nor DRAINING'],
  ] as const) {
    const found = fleet.members.filter((member) => member.state === state);
    if (found.length === 0) continue;
    const names = found.slice(0, 5).map(({ instance }) => instance.computerName ?? instance.vmId);
    lines.push(`${count(found.length, 'VM')} ${means}: ${names.join(', ')}${found.length > 5 ? ', …' : ''}.`);
  }
  if (fleet.ghosts.length > 0) lines.push(`${count(fleet.ghosts.length, 'entry', 'entries')} of a VM that is gone (ghosts).`);
  if (fleet.stale.length > 0) lines.push(`${count(fleet.stale.length, 'stale registration')} beside a connected one.`);
  if (lines.length === 0) return [];
  if (fleetMemory.frozenSince !== undefined)
    lines.push(`Repairs had stopped ${span(now - fleetMemory.frozenSince)} before: too many turned bad at once.`);
  if (memory.flags.paused?.scaleIn === true) lines.push('Repairs were paused with scale-in.');
  const adopted = planAdoptions(scene);
  const repaired = planRepairs(scene);
  lines.push(
    adopted.length + repaired.length === 0
      ? 'None of them was due.'
      : `Due: ${[...adopted, ...repaired].map((act) => (act.kind === 'drain' ? `${act.rule} ${act.runnerId ?? act.computerName}` : act.kind)).join(', ')}.`,
  );
  return lines;
}
