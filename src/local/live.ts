/** Turns the app's structured log lines into the live view of `npm start`: one line per tick that changes something, drains by name. */

export interface LiveCounts {
  ticks: number;
  heldTicks: number;
  scaleOuts: number;
  scaleIns: number;
  drainsDone: number;
}

export interface Live {
  readonly counts: LiveCounts;
  take(message: string): void;
}

interface Line {
  readonly event?: string;
  readonly pool?: string;
  readonly rule?: string;
  readonly reason?: string;
  readonly held?: boolean;
  readonly counts?: Record<string, number | undefined>;
  readonly act?: { readonly kind?: string; readonly from?: number; readonly to?: number };
  readonly answer?: unknown;
  readonly code?: string;
  readonly text?: string;
  readonly step?: string;
  readonly drain?: string;
  readonly runner?: string;
}

export function createLive(now: () => number, print: (line: string) => void): Live {
  const counts: LiveCounts = { ticks: 0, heldTicks: 0, scaleOuts: 0, scaleIns: 0, drainsDone: 0 };
  const lastRule = new Map<string, string>();
  const stamp = (): string => new Date(now()).toISOString().slice(5, 19).replace('T', ' ');

  function tick(line: Line): void {
    counts.ticks += 1;
    if (line.held === true) counts.heldTicks += 1;
    const pool = line.pool ?? '';
    if (lastRule.get(pool) === line.rule) return;
    lastRule.set(pool, line.rule ?? '');
    const { demand, active, idle, busy, booting, draining } = line.counts ?? {};
    const fleet =
      line.counts === undefined
        ? ''
        : `  [queue ${demand ?? '?'} · active ${active ?? 0} (idle ${idle ?? 0}, busy ${busy ?? 0}) · booting ${booting ?? 0} · draining ${draining ?? 0}]`;
    print(`${stamp()}  ${line.rule ?? ''}: ${line.reason ?? ''}${fleet}`);
  }

  function act(line: Line): void {
    if (line.act?.kind === 'setCapacity' && line.answer === 'done') {
      counts.scaleOuts += 1;
      print(`${stamp()}  + capacity ${line.act.from ?? '?'} → ${line.act.to ?? '?'}`);
    } else if (line.act?.kind === 'startScaleIn') counts.scaleIns += 1;
    else if (line.answer !== 'done' && line.answer !== 'alive')
      print(`${stamp()}  ! ${line.act?.kind ?? 'act'}: ${String(line.answer)} ${line.code ?? ''} ${line.text ?? ''}`);
  }

  function drain(line: Line): void {
    const answer = line.answer as { answer?: string } | null | undefined;
    if (line.step === 'close') {
      counts.drainsDone += 1;
      print(`${stamp()}  ✓ drain of ${line.runner ?? line.drain ?? ''} is over`);
    } else print(`${stamp()}  - ${line.step ?? ''} ${line.runner ?? ''}: ${answer?.answer ?? 'sent'}`);
  }

  return {
    counts,
    take(message): void {
      const line = parse(message);
      if (line?.event === 'tick') tick(line);
      else if (line?.event === 'act') act(line);
      else if (line?.event === 'drain') drain(line);
    },
  };
}

function parse(message: string): Line | undefined {
  if (!message.startsWith('{')) return undefined;
  try {
    return JSON.parse(message) as Line;
  } catch {
    // Not one of ours: the SDKs log free text.
    return undefined;
  }
}
