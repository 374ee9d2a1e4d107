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
  readonly action?: string;
  readonly code?: string;
  readonly text?: string;
  readonly step?: string;
  readonly drain?: string;
  readonly runner?: string;
  readonly vm?: string;
}

/** `summary` is asked once per simulated hour that something was told in. */
export function createLive(now: () => number, print: (line: string) => void, summary?: () => string): Live {
  const counts: LiveCounts = { ticks: 0, heldTicks: 0, scaleOuts: 0, scaleIns: 0, drainsDone: 0 };
  const lastRule = new Map<string, string>();
  const deleting = new Set<string>();
  let hour: number | undefined;
  const stamp = (): string => new Date(now()).toISOString().slice(11, 19);

  function say(line: string): void {
    const current = Math.floor(now() / 3_600_000);
    if (hour !== undefined && hour !== current && summary !== undefined) print(`── ${stamp().slice(0, 5)} ── ${summary()}`);
    hour = current;
    print(`${stamp()}  ${line}`);
  }

  function tick(line: Line): void {
    counts.ticks += 1;
    if (line.held === true) counts.heldTicks += 1;
    const pool = line.pool ?? '';
    if (lastRule.get(pool) === line.rule) return;
    lastRule.set(pool, line.rule ?? '');
    const named = pool === 'default' ? '' : `${pool}: `;
    say(`${named}${shortened(line.reason ?? '')}${fleetOf(line)}`);
  }

  function act(line: Line): void {
    const { act: done, answer } = line;
    if (done?.kind === 'setCapacity' && answer === 'done') {
      counts.scaleOuts += 1;
      say(`  + capacity ${done.from ?? '?'} → ${done.to ?? '?'}`);
    } else if (done?.kind === 'startScaleIn') counts.scaleIns += 1;
    else if (answer !== 'done' && answer !== 'alive')
      say(`  ! ${done?.kind ?? 'act'}: ${String(answer)} ${line.code ?? ''} ${line.text ?? ''}`.trimEnd());
  }

  function drain(line: Line): void {
    const id = line.drain ?? '';
    const name = (line.runner ?? line.vm ?? id).slice(0, 8);
    if (line.step === 'close') {
      counts.drainsDone += 1;
      deleting.delete(id);
      const outcome = (line.answer as { line?: { answer?: string } } | null | undefined)?.line?.answer;
      return say(`  ✓ ${name} ${(outcome ?? 'over').replaceAll('-', ' ')}`);
    }
    if (line.step === 'delete') {
      // The deleting step looks again until the VM is gone: told once.
      if (!deleting.has(id)) say(`  - ${name} delete`);
      return void deleting.add(id);
    }
    const answer = (line.answer as { answer?: string } | null | undefined)?.answer ?? '';
    // The loop gave it back before its drain could.
    if (line.step === 'reactivate' && answer === 'late') return;
    say(`  - ${name} ${line.step ?? ''}${answer === 'done' ? '' : `: ${answer}`}`);
  }

  return {
    counts,
    take(message): void {
      const line = parse(message);
      if (line?.event === 'tick') tick(line);
      else if (line?.event === 'act') act(line);
      else if (line?.event === 'drain') drain(line);
      else if (line?.event === 'alert' || line?.event === 'error' || line?.event === 'second-writer')
        say(`  ! ${line.code ?? line.event}: ${line.text ?? ''}`);
      else if (line?.event === 'keeper') say(`  · keeper: ${line.action ?? ''} (${line.reason ?? ''})`);
    },
  };
}

/** Runner ids are long; eight characters name one well enough for the eye. */
const shortened = (text: string): string => text.replaceAll(/\b([0-9a-f]{8})[0-9a-f-]{20,}\b/g, '$1');

function fleetOf({ counts }: Line): string {
  if (counts === undefined) return '';
  const { demand, idle, busy, booting, draining, unhealthy } = counts;
  const parts = [
    `queue ${demand ?? '?'}`,
    `busy ${busy ?? 0}`,
    `idle ${idle ?? 0}`,
    ...(booting ? [`booting ${booting}`] : []),
    ...(draining ? [`draining ${draining}`] : []),
    ...(unhealthy ? [`unhealthy ${unhealthy}`] : []),
  ];
  return `  [${parts.join(' · ')}]`;
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
