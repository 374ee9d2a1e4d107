import { MAX_ACTS, type Act, type Decision } from '../model/decision';
import { aboveMaximum } from './bounds';
import { planGrowth } from './growth';
import { newDrainsAreBarred } from '../persist/deletion';
import { planAdoptions, planRepairs } from './repair';
import { planScaleIn } from './scaleIn';
import { lackOfIdle, unservedOf } from './need';
import { giveBacks, scaleOutRule, stepOf, type ScaleOutRule } from './scaleOut';
import type { Scene } from './scene';
import { count, jobsWait } from './words';

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
  // Above MAX_RUNNERS nothing can grow or be given back: only the way down is left, whatever waits.
  const scaleIn = scaleInOf(scene);
  if (aboveMaximum(scene) > 0 && scaleIn.acts.length > 0) return scaleIn;
  const rule = scaleOutRule(scene);
  return rule === undefined ? scaleIn : decideScaleOut(scene, rule);
}

function scaleInOf(scene: Scene): Decision {
  const plan = newDrainsAreBarred(scene.memory) ? { waits: 'Azure refuses our deletes' } : planScaleIn(scene);
  if (plan === undefined) return steady(scene, undefined);
  if ('waits' in plan) return steady(scene, plan.waits);
  return { rule: plan.rule, reason: plan.reason, acts: plan.acts };
}

function decideScaleOut(scene: Scene, rule: ScaleOutRule): Decision {
  const step = stepOf(scene, rule);
  const cause = causeOf(scene, rule);
  const back = scene.memory.flags.paused?.scaleOut === true ? { acts: [], idle: 0 } : giveBacks(scene, step);
  const many = back.acts.length;
  const given = many === 0 ? '' : ` ${count(many, 'draining runner')} ${many === 1 ? 'is' : 'are'} given back.`;
  const wanted = step - back.idle;
  const growth = wanted > 0 ? planGrowth(scene, rule, wanted) : undefined;
  const acts = growth?.kind === 'grow' ? [...back.acts, growth.act] : back.acts;
  if (rule === 'scale-out/untaken-try' && acts.length > 0) scene.fleetMemory.untaken.triedAt = scene.now;
  if (growth === undefined) return { rule, reason: `${cause}.${given}`, acts };
  if (growth.kind === 'wait') return { rule: many > 0 ? rule : `${rule}/waits`, reason: `${cause}, but ${growth.reason}.${given}`, acts };
  const { add, from, to } = growth.act;
  return { rule, reason: `${cause}: ordering ${count(add, 'instance')}, capacity ${from} to ${to}.${given}`, acts };
}

function causeOf(scene: Scene, rule: ScaleOutRule): string {
  const { demand, counted, settings, targets } = scene;
  switch (rule) {
    case 'scale-out/minimum':
      return `${count(counted, 'runner')} ${counted === 1 ? 'counts' : 'count'}, below MIN_RUNNERS ${targets.minRunners}`;
    case 'scale-out/from-zero':
      return `${waitingOf(scene)} and no runner counts`;
    case 'scale-out/threshold':
      return `${waitingOf(scene)} (${unservedOf(scene)} unserved), ${demand === settings.scaleOutThreshold ? 'at' : 'above'} SCALE_OUT_THRESHOLD ${settings.scaleOutThreshold}`;
    case 'scale-out/minimum-idle':
      return `${waitingOf(scene)}, ${scene.idle} idle, ${scene.booting} booting: ${lackOfIdle(scene)} short of MIN_IDLE_RUNNERS ${targets.minIdle}`;
    case 'scale-out/demand':
      return `${waitingOf(scene)} (${unservedOf(scene)} unserved${soonFree(scene)})${targets.extra > 0 ? `, and ${targets.extra} more ${targets.extra === 1 ? 'is' : 'are'} kept ahead` : ''}`;
    case 'scale-out/starvation':
      return `${waitingOf(scene)}, and ${unservedOf(scene)} went unserved for STARVATION_MINUTES`;
    case 'scale-out/untaken-try':
      return `${jobsWait(scene.deducted)} that no idle runner took; one runner tries again`;
  }
}

/** The demand of the rules; jobs that nobody takes are named beside it. */
const waitingOf = ({ demand, deducted }: Scene): string =>
  deducted === 0 ? jobsWait(demand) : `${jobsWait(demand)} beside ${deducted} that no idle runner took`;

/** Named where it keeps an order back. */
const soonFree = ({ freeing, demand }: Scene): string => (freeing === 0 || demand === 0 ? '' : `, ${freeing} about to be free`);

function steady(scene: Scene, waits: string | undefined): Decision {
  const { idle, active, booting } = scene;
  const fleet = `${count(active, 'runner')} (${idle} idle${soonFree(scene)}), ${booting} booting`;
  const reason = waits === undefined ? 'nothing to do' : `scale-in waits, ${waits}`;
  return { rule: waits === undefined ? 'steady' : 'scale-in/waits', reason: `${waitingOf(scene)}; ${fleet}: ${reason}.`, acts: [] };
}
