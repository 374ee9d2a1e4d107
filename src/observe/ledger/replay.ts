import { decide } from '../../decide/decide';
import type { PoolSettings } from '../../settings/settings';
import { lineActOf } from './acts';
import type { LineAct, TickLine } from './line';
import type { Ledger } from './read';
import { isObserved, sceneOf } from './restore';
import { settingsOf } from './settings';

export interface Verdict {
  readonly rule: string;
  readonly reason: string;
  readonly acts: readonly LineAct[];
}

export interface Difference {
  readonly line: TickLine;
  readonly before: Verdict;
  readonly today: Verdict;
  /** What differs: a reason alone is a matter of words. */
  readonly in: 'acts' | 'rule' | 'reason';
}

export interface Replayed {
  readonly decided: number;
  readonly same: number;
  readonly differences: readonly Difference[];
  /** The reading had failed: there was nothing to decide on. */
  readonly unread: number;
  /** The settings under which they were decided are told nowhere. */
  readonly withoutSettings: number;
  /** So many unusual members that the line does not tell each. */
  readonly cut: number;
  readonly lost: number;
}

/** Each recorded observation decided again by today's rules. */
export function replay(ledger: Ledger): Replayed {
  const differences: Difference[] = [];
  const counts = { decided: 0, same: 0, unread: 0, withoutSettings: 0, cut: 0 };
  const parsed = new Map<string, PoolSettings>();
  for (const { line } of ledger.ticks) {
    const told = ledger.settings.get(line.settingsVersion);
    if (!isObserved(line)) counts.unread += 1;
    else if (told === undefined) counts.withoutSettings += 1;
    else if (line.observation.cut !== undefined) counts.cut += 1;
    else {
      const settings = parsed.get(line.settingsVersion) ?? settingsOf(told);
      parsed.set(line.settingsVersion, settings);
      counts.decided += 1;
      const difference = compare(line, verdictOf(decide(sceneOf(line, settings))));
      if (difference === undefined) counts.same += 1;
      else differences.push(difference);
    }
  }
  return { ...counts, differences, lost: ledger.lost };
}

const verdictOf = ({ rule, reason, acts }: ReturnType<typeof decide>): Verdict => ({ rule, reason, acts: acts.map(lineActOf) });

function compare(line: TickLine, today: Verdict): Difference | undefined {
  const before = line.decision;
  const acts = (verdict: Verdict): string => JSON.stringify(verdict.acts.map((act) => Object.entries(act).toSorted()));
  const where =
    acts(before) !== acts(today)
      ? 'acts'
      : before.rule !== today.rule
        ? 'rule'
        : before.reason !== today.reason.slice(0, 600)
          ? 'reason'
          : undefined;
  return where === undefined ? undefined : { line, before, today, in: where };
}
