import { aboveMaximum, reachableMinimum, roomFor } from '../../decide/bounds';
import { candidatesOf, mayDrain } from '../../decide/candidates';
import { planGrowth } from '../../decide/growth';
import { lackOfIdle, neededFor, surplusOf, unservedOf } from '../../decide/need';
import { planScaleIn } from '../../decide/scaleIn';
import { giveBacks, scaleOutRule, stepOf } from '../../decide/scaleOut';
import type { Scene } from '../../decide/scene';
import { SCALE_OUT } from '../../decide/strategies';
import { count } from '../../decide/words';
import { newDrainsAreBarred } from '../../persist/deletion';
import { minutesOf, span } from './words';

/** One rule or one bound, whether it held, and the numbers that say so. */
export interface Weighed {
  readonly name: string;
  readonly holds: boolean;
  readonly because: string;
}

/** The conditions of rule 2, each with its numbers. */
export function weighGrowth(scene: Scene): readonly Weighed[] {
  const { settings, targets, demand, counted, active, booting, idle, isStarving, tasksPerRunner } = scene;
  const minimum = reachableMinimum(scene);
  const unserved = unservedOf(scene);
  const sum = `${String(unserved)} unserved = ${String(demand)} waiting − (${String(idle)} idle + ${String(booting)} booting) × ${count(tasksPerRunner, 'task')} each`;
  const found: Weighed[] = [
    {
      name: 'scale-out/minimum',
      holds: counted < minimum,
      because: `${String(counted)} count (${String(active)} active, ${String(counted - active)} booting or ordered); MIN_RUNNERS asks for ${String(targets.minRunners)}`,
    },
    { name: 'scale-out/from-zero', holds: demand > 0 && counted === 0, because: `${count(demand, 'job')} and ${String(counted)} counting` },
  ];
  if (targets.minIdle > 0)
    found.push({
      name: 'scale-out/minimum-idle',
      holds: lackOfIdle(scene) > 0,
      because: `${String(targets.minIdle)} are to be ready beside the ${String(neededFor(scene))} that the waiting jobs take; ${String(idle)} idle and ${String(booting)} booting`,
    });
  if (settings.scaleOutStrategy === 'step')
    found.push({
      name: 'scale-out/threshold',
      holds: demand >= settings.scaleOutThreshold && unserved > 0,
      because: `${String(demand)} ${demand >= settings.scaleOutThreshold ? 'reaches' : 'is below'} SCALE_OUT_THRESHOLD ${String(settings.scaleOutThreshold)}; ${sum}`,
    });
  else
    found.push({
      name: 'scale-out/demand',
      holds: SCALE_OUT.demand.rule(scene) !== undefined,
      because: `${sum}${scene.freeing > 0 ? `; ${String(scene.freeing)} busy about to be free` : ''}${targets.extra > 0 ? `; SCALE_OUT_EXTRA ${String(targets.extra)}` : ''}`,
    });
  found.push({
    name: 'scale-out/starvation',
    holds: unserved > 0 && isStarving,
    because:
      settings.durations.starvation === 0
        ? 'STARVATION_MINUTES is 0: off'
        : `${String(unserved)} unserved, ${isStarving ? '' : 'not '}for STARVATION_MINUTES ${minutesOf(settings.durations.starvation, settings)} without a break`,
  });
  if (scene.deducted > 0)
    found.push({
      name: 'scale-out/untaken-try',
      holds: scene.untakenTry,
      because: `${count(scene.deducted, 'waiting job')} that no idle runner took ${scene.deducted === 1 ? 'is' : 'are'} not counted; one runner tries again each hour where none is idle`,
    });
  return found;
}

/** What stood in the way of growth, or would have. */
export function weighObstacles(scene: Scene): readonly Weighed[] {
  const { memory, settings, now } = scene;
  const { scaleOutAt } = memory.cooldowns;
  const left = (scaleOutAt ?? -Infinity) + settings.durations.scaleOutCooldown - now;
  const room = roomFor(scene);
  const found: Weighed[] = [
    {
      name: 'scale-out cooldown',
      holds: left > 0,
      because:
        scaleOutAt === undefined
          ? 'there was no scale-out yet'
          : `the last scale-out was ${span(now - scaleOutAt)} ago, SCALE_OUT_COOLDOWN_DURATION is ${minutesOf(settings.durations.scaleOutCooldown, settings)} min${left > 0 ? `: ${span(left)} left (the rules minimum, from-zero, minimum-idle and demand do not wait for it)` : ''}`,
    },
    {
      name: 'maximum',
      holds: room.left <= 0,
      because: `${count(scene.live, 'VM')} and ${String(scene.fleet.ordered)} ordered, at most ${String(room.most)} (${room.name})`,
    },
  ];
  if (memory.flags.paused?.scaleOut === true)
    found.push({ name: 'pause', holds: true, because: `scale-out is paused: ${memory.flags.paused.reason}` });
  if (scene.drop !== undefined) found.push({ name: 'fleet-drop', holds: true, because: scene.drop.reason });
  const failures = memory.growthFailures;
  if (failures !== undefined)
    found.push({
      name: 'failed growth',
      holds: now < failures.waitUntil,
      because: `${count(failures.count, 'growth')} in a row failed (${failures.code}), the next try ${now < failures.waitUntil ? `in ${span(failures.waitUntil - now)}` : 'is due'}`,
    });
  const { growth } = memory;
  if (growth !== undefined && growth.state !== 'over')
    found.push({
      name: 'capacity write under way',
      holds: scene.state.provisioningState.toLowerCase() === 'updating',
      because: `${String(growth.from)} to ${String(growth.to)}, asked for ${span(now - growth.at)} ago; the scale set is ${scene.state.provisioningState}`,
    });
  const { boots } = scene.fleetMemory;
  if (boots.incidentSince !== undefined)
    found.push({
      name: 'boot incident',
      holds: true,
      because: `${count(boots.failed, 'boot')} in a row failed: one VM at a time is tried`,
    });
  return found;
}

/** What the growth rule that held led to. Works on a scene of its own: the rules change clocks in it. */
export function growthOutcome(scene: Scene): string {
  const rule = scaleOutRule(scene);
  if (rule === undefined) return 'No rule called for growth.';
  const step = stepOf(scene, rule);
  const back = scene.memory.flags.paused?.scaleOut === true ? { acts: [], idle: 0 } : giveBacks(scene, step);
  const given = back.acts.length === 0 ? '' : `${count(back.acts.length, 'draining runner')} could be given back. `;
  const wanted = step - back.idle;
  if (wanted <= 0) return `${rule} called for ${count(step, 'instance')}. ${given}That was enough.`;
  const plan = planGrowth(scene, rule, wanted);
  const then =
    plan.kind === 'grow' ? `Nothing stood in the way: capacity ${String(plan.act.from)} to ${String(plan.act.to)}.` : `But ${plan.reason}.`;
  return `${rule} called for ${count(step, 'instance')}. ${given}${then}`;
}

/** The conditions of rule 3. */
export function weighScaleIn(scene: Scene): readonly Weighed[] {
  const { settings, targets, demand, memory, now, idle, active } = scene;
  const above = aboveMaximum(scene);
  const found: Weighed[] = [];
  if (settings.maxRunners !== undefined)
    found.push({
      name: 'scale-in/above-maximum',
      holds: above > 0,
      because: `${String(scene.undrained)} VMs without a drain, MAX_RUNNERS ${String(settings.maxRunners)}`,
    });
  if (settings.scaleInStrategy === 'step')
    found.push({
      name: 'scale-in/threshold',
      holds: demand <= settings.scaleInThreshold,
      because: `${String(demand)} waiting, SCALE_IN_THRESHOLD ${String(settings.scaleInThreshold)}`,
    });
  const surplus = surplusOf(scene);
  if (settings.scaleInStrategy === 'step')
    found.push({
      name: 'a busy one may be asked to go',
      holds: above > 0 || (demand === 0 && idle === 0 && targets.minIdle === 0),
      because: `only with no job waiting and none idle (${String(demand)} and ${String(idle)}), or above MAX_RUNNERS; it finishes its job first`,
    });
  found.push(
    {
      name: 'idle beyond need',
      holds: surplus > 0,
      because: `${String(idle)} idle − ${String(neededFor(scene))} for waiting jobs − ${String(targets.minIdle)} kept ready = ${String(surplus)}`,
    },
    {
      name: 'above MIN_RUNNERS',
      holds: active > targets.minRunners,
      because: `${String(active)} active, MIN_RUNNERS ${String(targets.minRunners)}`,
    },
  );
  if (settings.scaleInStrategy !== 'step') {
    const due = candidatesOf(scene, false).active.filter(({ runnerMemory }) => now - (runnerMemory?.idle?.since ?? now) >= targets.idleFor);
    found.push({
      name: 'idle for long enough',
      holds: due.length > 0,
      because: `${count(due.length, 'runner')} idle for ${minutesOf(targets.idleFor, settings)} min or longer`,
    });
  } else {
    const { scaleOutAt = -Infinity, scaleInAt = -Infinity, giveBackAt = -Infinity } = memory.cooldowns;
    const last = Math.max(scaleOutAt, scaleInAt, giveBackAt);
    const left = last + settings.durations.scaleInCooldown - now;
    found.push({
      name: 'scale-in cooldown over',
      holds: left <= 0,
      because:
        last === -Infinity
          ? 'there was no scaling yet'
          : `the last scale-in, scale-out or give-back was ${span(now - last)} ago, SCALE_IN_COOLDOWN_DURATION ${minutesOf(settings.durations.scaleInCooldown, settings)} min${left > 0 ? `: ${span(left)} left` : ''}`,
    });
  }
  return found;
}

/** What rule 3 came to, and whom it may not take. */
export function scaleInOutcome(scene: Scene): readonly string[] {
  const rule = scaleOutRule(scene);
  const lines: string[] = [];
  if (rule !== undefined && aboveMaximum(scene) === 0) lines.push(`Growth goes first: ${rule} held, so nobody was taken out.`);
  else if (newDrainsAreBarred(scene.memory)) lines.push('No drain was begun: Azure refuses our deletes.');
  else {
    const plan = planScaleIn(scene);
    if (plan === undefined) lines.push('Nobody was to go.');
    else if ('waits' in plan) lines.push(`It waited: ${plan.waits}.`);
    else lines.push(`${count(plan.acts.length, 'runner')} could go: ${plan.acts.map(({ runnerId }) => runnerId).join(', ')}.`);
  }
  const active = scene.fleet.members.filter(({ state }) => state === 'active');
  const fixed = active.filter((member) => !mayDrain(scene, member)).length;
  if (fixed > 0) lines.push(`${count(fixed, 'active runner')} may not be taken: protected, of a doubled computer name, or with a drain.`);
  const contested = active.filter(({ instance }) => scene.fleet.contested.has(instance.vmId)).length;
  if (contested > 0)
    lines.push(
      `${count(contested, 'runner')} ${contested === 1 ? 'has' : 'have'} another living entry on the machine: no drain could end well.`,
    );
  return lines;
}
