import type { Act, ActOutcome } from '../../model/decision';
import type { DoneAct, LineAct } from './line';

const MOST_TEXT = 160;

type Told = Act | ActOutcome['act'];

/** One act with what identifies it: what is needed to send it again is left out. */
export function lineActOf(act: Told): LineAct {
  switch (act.kind) {
    case 'setCapacity':
      return { kind: act.kind, rule: act.rule, add: act.add, from: act.from, to: act.to };
    case 'drain':
      return {
        ...{ kind: act.kind, target: act.target, rule: act.rule, vm: act.vmId },
        ...(act.runnerId === undefined ? {} : { runner: act.runnerId }),
        ...(act.adopted ? { adopted: true as const } : {}),
        ...(act.replaces === undefined ? {} : { replaces: act.replaces }),
      };
    case 'reactivate':
      return { kind: act.kind, runner: act.runnerId, drain: act.drainId };
    case 'deregister':
      return { kind: act.kind, runner: act.runnerId, reason: act.reason, ...(act.vmId === undefined ? {} : { vm: act.vmId }) };
    case 'protect':
      return { kind: act.kind, runner: act.runnerId, vm: act.vmId };
    case 'nudge':
      return { kind: act.kind, drain: act.drainId, reason: act.news };
    case 'inspect':
      return { kind: act.kind, drain: act.drainId };
    case 'forgetDrain':
      return { kind: act.kind, drain: act.drainId, reason: act.reason };
    case 'startScaleIn':
      return { kind: act.kind, drain: act.id };
  }
}

/** Nudges, protections and looks that went as they should are the hum of the loop: they would double the ledger and tell nothing. */
const HUM = new Set(['nudge', 'protect', 'inspect']);
const FINE = new Set(['done', 'alive', 'gone']);

export const worthTelling = ({ act, answer }: ActOutcome): boolean => !(HUM.has(act.kind) && FINE.has(answer));

export function doneActOf({ act, answer, code, text }: ActOutcome): DoneAct {
  return {
    ...{ act: lineActOf(act), answer },
    ...(code === undefined ? {} : { code }),
    ...(text === undefined ? {} : { text: text.slice(0, MOST_TEXT) }),
  };
}

export function besidesOf(acts: readonly Act[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { kind } of acts) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}
