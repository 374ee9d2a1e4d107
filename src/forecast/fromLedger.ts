import type { LedgerTick } from '../observe/ledger/read';
import { DAY_SECONDS, MOST_ARRIVALS, type PastDay } from './past';

/** A day of which less was seen would read as a quiet one. */
const LEAST_SEEN = 0.8;
/** A line comes every five minutes at least; where none came for longer the app did not look. */
const GAP_SECONDS = 30 * 60;

/** What the lines of one day tell of its jobs: the arrivals counted from line to line, and how long a job ran. Undefined where too little was seen. */
export function dayFromLedger(ticks: readonly LedgerTick[], day: number): PastDay | undefined {
  const lines = ticks.flatMap(({ line }) => (line.work === undefined ? [] : [{ at: line.at / 1_000 - day * DAY_SECONDS, ...line.work }]));
  const own = lines.filter(({ at }) => at >= 0 && at < DAY_SECONDS).toSorted((a, b) => a.at - b.at);
  const arrivals: number[] = [];
  let [seen, ran, came] = [0, 0, 0];
  for (const [index, line] of own.entries()) {
    const before = own[index - 1];
    if (before === undefined || line.at - before.at > GAP_SECONDS) continue;
    seen += line.at - before.at;
    ran += before.running * (line.at - before.at);
    // A memory that began anew counts from zero.
    const count = line.arrived >= before.arrived ? line.arrived - before.arrived : line.arrived;
    came += count;
    for (let left = Math.min(count, MOST_ARRIVALS - arrivals.length); left > 0; left -= 1) arrivals.push(Math.round(line.at));
  }
  if (seen < LEAST_SEEN * DAY_SECONDS) return undefined;
  return { day, arrivals, jobSeconds: came === 0 ? 0 : Math.min(DAY_SECONDS, Math.round(ran / came)) };
}
