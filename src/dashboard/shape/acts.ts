import type { Act, Decision } from '../data/answers';
import { plural, shortId } from './format';

/** What a decision asked for and what came of it, one phrase each. The loop's own housekeeping is not told. */
export function actsOf({ acts, done, dryRun }: Decision): readonly string[] {
  return acts.flatMap((act) => {
    const phrase = phraseOf(act);
    if (phrase === undefined) return [];
    if (dryRun) return [`would have ${phrase}`];
    const answered = done.find((each) => isSame(each.act, act));
    if (answered === undefined || answered.answer === 'done') return [phrase];
    return [`${phrase}: ${answered.answer}${answered.code === '' ? '' : ` (${answered.code})`}`];
  });
}

const isSame = (a: Act, b: Act): boolean => a.kind === b.kind && a.runner === b.runner && a.vm === b.vm;

function phraseOf(act: Act): string | undefined {
  const { kind, runner, vm, target, reason, add, from, to } = act;
  const who = shortId(runner ?? vm ?? 'one');
  switch (kind) {
    case 'setCapacity':
      return `ordered ${plural(add ?? 0, 'VM')} (capacity ${from ?? '?'} → ${to ?? '?'})`;
    case 'drain':
      return target === 'stray' || target === 'lost' ? `began to delete the ${target} VM ${who}` : `began to drain ${who}`;
    case 'reactivate':
      return `gave ${who} back to work`;
    case 'deregister':
      return `deregistered the ${reason === '' ? '' : `${reason} `}entry ${who}`;
    default:
      return undefined;
  }
}
