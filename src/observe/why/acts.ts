import type { DoneAct, LineAct } from '../ledger/line';

/** One act in words. */
export function tellAct(act: LineAct): string {
  const who = act.runner ?? act.vm ?? '';
  switch (act.kind) {
    case 'setCapacity':
      return `order ${String(act.add ?? '?')} (capacity ${String(act.from ?? '?')} to ${String(act.to ?? '?')}) by ${act.rule ?? '?'}`;
    case 'drain':
      return `${act.adopted === true ? 'adopt the drain of' : act.target === 'runner' ? 'drain' : `delete the ${act.target ?? ''} VM`} ${who} by ${act.rule ?? '?'}${act.replaces === undefined ? '' : ` (goes on with ${act.replaces})`}`;
    case 'reactivate':
      return `give ${who} back`;
    case 'deregister':
      return `deregister the ${act.reason ?? ''} entry ${who}`;
    case 'startScaleIn':
      return `start the drains (${act.drain ?? ''})`;
    case 'forgetDrain':
      return `drop the record of ${act.drain ?? ''}: ${act.reason ?? ''}`;
    case 'protect':
      return `protect ${who} from scale-in by others`;
    case 'inspect':
      return `look whether ${act.drain ?? ''} is alive`;
    case 'nudge':
      return `nudge ${act.drain ?? ''}`;
  }
}

const ANSWERS: Readonly<Record<string, string>> = {
  done: 'done',
  refused: 'refused, nothing happened',
  unknown: 'the answer was lost: it may have happened, the next readings tell',
  conflict: 'somebody had written since the reading, nothing was written',
  gone: 'it was gone already',
  late: 'it came too late and was not sent',
  notNow: 'it was not sent',
};

export function tellDone({ act, answer, code, text }: DoneAct): string {
  const detail = [code, text].filter((each) => each !== undefined).join(' ');
  return `${tellAct(act)}: ${ANSWERS[answer] ?? answer}${detail === '' ? '' : ` (${detail})`}`;
}
