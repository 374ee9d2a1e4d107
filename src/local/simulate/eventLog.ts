import { createHash } from 'node:crypto';

export interface EventLog {
  /** `at` in epoch milliseconds. */
  add(at: number, source: string, text: string): void;
  /** The last lines, oldest first. */
  tail(count?: number): readonly string[];
  readonly lines: number;
  /** Over every byte written so far. */
  digest(): string;
}

const KEPT = 4_000;

/** Everything that happens in a run, in order, one line each. Only the last lines are kept; the digest covers all. */
export function createEventLog(onLine?: (line: string) => void): EventLog {
  const hash = createHash('sha256');
  let kept: string[] = [];
  let lines = 0;
  return {
    add: (at, source, text) => {
      const line = `${new Date(at).toISOString()} ${source.padEnd(7)} ${text}`;
      hash.update(line).update('\n');
      lines += 1;
      kept.push(line);
      if (kept.length > 2 * KEPT) kept = kept.slice(-KEPT);
      onLine?.(line);
    },
    tail: (count = KEPT) => kept.slice(-count),
    get lines() {
      return lines;
    },
    digest: () => hash.copy().digest('hex'),
  };
}
