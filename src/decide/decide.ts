import { MAX_ACTS, type Act, type Decision } from '../model/decision';
import { planGrowth } from './growth';
import { newDrainsAreBarred } from '../persist/deletion';
import { planAdoptions, planRepairs } from './repair';
import { planScaleIn } from './scaleIn';
import { giveBacks, scaleOutRule, stepOf, unservedOf, type ScaleOutRule } from './scaleOut';
import type { Scene } from './scene';

/** One complete reading → what to do, with the name of the rule and one sentence. Pure but for the clocks of the fleet's memory. */
export function decide(scene: Scene): Decision {
  if (scene.drop?.holds === 'all')
    return {
      rule: 'hold/fleet-drop',
      reason: `Nothing is done: ${scene.drop.reason}; it is believed after three readings over three minutes.`,
      acts: [],
    };
  // Adoption and repair first: they only read the clocks, and their acts do not change what scale-out counts on this tick.
  const adoptions = planAdoptions(scene);
  const repairs = planRepairs(scene);
  const scaling = decideScaling(scene);
  const drained = new Set(scaling.acts.flatMap((act) => (act.kind === 'drain' ? [act.vmId] : [])));
  const others = [...adoptions, ...repairs].filter((act) => act.kind !== 'drain' || !drained.has(act.vmId));
  const acts = [...scaling.acts, ...unique(others)].slice(0, MAX_ACTS);
  if (scaling.acts.length > 0 || others.length === 0) return { ...scaling, acts };
  const first = others[0];
  const rule = first?.kind === 'drain' ? first.rule : `repair/${first?.kind === 'deregister' ? first.reason : 'records'}`;
  return { rule, reason: `${others.length} ${others.length === 1 ? 'repair' : 'repairs'}: ${describe(others)}.`, acts };
}

function unique(acts: readonly Act[]): readonly Act[] {
  const seen = new Set<string>();
  return acts.filter((act) => {
    if (act.kind !== 'drain') return true;
    const isNew = !seen.has(act.vmId);
    seen.add(act.vmId);
    return isNew;
  });
}

function describe(acts: readonly Act[]): string {
  const words = acts.map((act) => {
    if (act.kind === 'drain') return `${act.rule} ${act.runnerId ?? act.computerName}`;
    return act.kind === 'deregister' ? `${act.reason} entry ${act.runnerId}` : act.kind;
  });
  return words.slice(0, 5).join(', ');
}

function decideScaling(scene: Scene): Decision {
  const rule = scaleOutRule(scene);
  if (rule !== undefined) return decideScaleOut(scene, rule);
  const barred = newDrainsAreBarred(scene.memory) ? { waits: 'Azure refuses our deletes' } : undefined;
  const plan = barred ?? planScaleIn(scene);
  if (plan === undefined) return steady(scene, undefined);
  if ('waits' in plan) return steady(scene, plan.waits);
  return { rule: plan.rule, reason: plan.reason, acts: plan.acts };
}

function decideScaleOut(scene: Scene, rule: ScaleOutRule): Decision {
  const step = stepOf(scene, rule);
  const cause = causeOf(scene, rule);
  const back = scene.memory.flags.paused?.scaleOut === true ? { acts: [], idle: 0 } : giveBacks(scene, step);
  const given =
    back.acts.length === 0 ? '' : ` ${back.acts.length} draining ${back.acts.length === 1 ? 'runner is' : 'runners are'} given back.`;
  const wanted = step - back.idle;
  if (wanted <= 0) return { rule, reason: `${cause}.${given}`, acts: back.acts };
  const growth = planGrowth(scene, rule, wanted);
  if (growth.kind === 'wait')
    return { rule: back.acts.length > 0 ? rule : `${rule}/waits`, reason: `${cause}, but ${growth.reason}.${given}`, acts: back.acts };
  const { act } = growth;
  if (rule === 'scale-out/untaken-try') scene.fleetMemory.untaken.triedAt = scene.now;
  return {
    rule,
    reason: `${cause}: ordering ${act.add} ${act.add === 1 ? 'instance' : 'instances'}, capacity ${act.from} to ${act.to}.${given}`,
    acts: [...back.acts, act],
  };
}

function causeOf(scene: Scene, rule: ScaleOutRule): string {
  const { demand, counted, settings } = scene;
  switch (rule) {
    case 'scale-out/minimum':
      return `${counted} runners count, below MIN_RUNNERS ${settings.minRunners}`;
    case 'scale-out/from-zero':
      return `${jobs(demand)} and no runner counts`;
    case 'scale-out/threshold':
      return `${jobs(demand)} (${unservedOf(scene)} unserved), at least SCALE_OUT_THRESHOLD ${settings.scaleOutThreshold}`;
    case 'scale-out/starvation':
      return `${jobs(demand)} unserved for STARVATION_MINUTES`;
    case 'scale-out/untaken-try':
      return `${scene.deducted} jobs that no idle runner took still wait; one runner tries again`;
  }
}

const jobs = (count: number): string => `${count} ${count === 1 ? 'job waits' : 'jobs wait'}`;

function steady(scene: Scene, waits: string | undefined): Decision {
  const { demand, idle, active, booting } = scene;
  const fleet = `${active} runners (${idle} idle), ${booting} booting`;
  const reason = waits === undefined ? `${jobs(demand)}; ${fleet}: nothing to do.` : `${jobs(demand)}; ${fleet}: scale-in waits, ${waits}.`;
  return { rule: waits === undefined ? 'steady' : 'scale-in/waits', reason, acts: [] };
}
