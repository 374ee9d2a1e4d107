import { MINUTE } from './court';

/** When the app decided what it does now. An act may follow its decision by minutes, and a cooldown runs from the decision. */
export interface Decided {
  /** A line of the run's log, read at this time of the app's own clock. */
  note(line: string, at: number): void;
  /** That sku.capacity be so much; undefined where no decision of the last half hour says so. */
  growth(pool: string, capacity: number): number | undefined;
  /** That this runner drain by rule 3. */
  scaleIn(pool: string, runnerId: string): number | undefined;
}

interface Tick {
  readonly at: number;
  readonly pool: string;
  readonly tick: string;
  readonly rule: string;
  readonly reason: string;
  readonly acts: readonly string[];
}

/** An act expires five minutes after it was admitted, and is asked for again while its drain is held. */
const KEPT_MS = 30 * MINUTE;

/** From the app's log, one line a tick. It tells only how late an act is: an act that no line foretells counts as decided when it is done. */
export function decisionsOf(): Decided {
  let ticks: Tick[] = [];
  const seen = new Set<string>();
  const latest = (pool: string, fits: (tick: Tick) => boolean): number | undefined =>
    ticks.findLast((tick) => tick.pool === pool && fits(tick))?.at;
  return {
    note: (line, at) => {
      if (!line.includes('"event":"tick"') || !/"acts":\[[^\]]*"(?:setCapacity|drain)"/.test(line)) return;
      const told = JSON.parse(line.slice(line.indexOf('{'))) as Omit<Tick, 'at'>;
      // A poll that runs once more, hours later, decides nothing: its loop has long gone on.
      const id = `${told.pool} ${told.tick}`;
      if (seen.has(id)) return;
      seen.add(id);
      ticks = [...ticks.filter((tick) => at - tick.at < KEPT_MS), { ...told, at }];
    },
    growth: (pool, capacity) => latest(pool, ({ acts, reason }) => acts.includes('setCapacity') && orderOf(reason) === capacity),
    scaleIn: (pool, runnerId) =>
      latest(pool, ({ acts, rule, reason }) => acts.includes('drain') && rule.startsWith('scale-in/') && reason.includes(runnerId)),
  };
}

const orderOf = (reason: string): number => Number(/capacity \d+ to (\d+)/.exec(reason)?.[1]);
