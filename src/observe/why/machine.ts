import type { Certificate } from '../../model/drain';
import type { Ledger, LedgerTick } from '../ledger/read';
import type { LineAct } from '../ledger/line';
import type { ObservedMember } from '../ledger/observed';
import { tellAct, tellDone } from './acts';
import { tellCertificate } from './certificate';
import { clockTime, span } from './words';

/** Which machine is asked for: by the id of its runner or by its vmId, or by the beginning of either. */
export interface Sought {
  readonly runner?: string;
  readonly vm?: string;
}

interface Machine {
  readonly runners: ReadonlySet<string>;
  readonly vms: ReadonlySet<string>;
}

/** All that the ledger tells of one runner and its VM, in the order of time. */
export function tellMachine(ledger: Ledger, certificates: ReadonlyMap<string, Certificate>, sought: Sought): readonly string[] {
  const found = machineOf(ledger, certificates, sought);
  const asked = sought.runner === undefined ? `VM ${sought.vm ?? ''}` : `runner ${sought.runner}`;
  if (typeof found === 'string') return [`${asked}: ${found}`];
  const own = [...certificates.values()].filter(
    ({ runnerId, vmId }) => found.vms.has(vmId) || (runnerId !== undefined && found.runners.has(runnerId)),
  );
  return [
    `Runner ${[...found.runners].join(', ') || '(none was shown)'} on VM ${[...found.vms].join(', ') || '(not known)'}`,
    '',
    ...timeline(ledger.ticks, found),
    '',
    ...(own.length === 0 ? ['No certificate of a drain of it lies beside the ledger.'] : ['Certificates', ...own.flatMap(tellCertificate)]),
    ...ending(ledger.ticks, found, own),
  ];
}

/** The whole ids that begin as asked, with the VM of a runner and the runners of a VM; a text where there is none, or more than one. */
function machineOf(ledger: Ledger, certificates: ReadonlyMap<string, Certificate>, { runner, vm }: Sought): Machine | string {
  const pairs: (readonly [string | undefined, string | undefined])[] = [
    ...ledger.ticks.flatMap(({ line, done }) => [
      ...(line.observation?.members.map((member) => [member.runner, member.vm] as const) ?? []),
      ...[...line.decision.acts, ...done.map(({ act }) => act)].map((act) => [act.runner, act.vm] as const),
    ]),
    ...[...certificates.values()].map(({ runnerId, vmId }) => [runnerId, vmId] as const),
  ];
  const key = runner ?? vm ?? '';
  const ids = new Set(pairs.flatMap(([own, machine]) => (runner === undefined ? machine : own) ?? []).filter((id) => id.startsWith(key)));
  const whole = ids.has(key) ? [key] : [...ids];
  if (whole.length > 1) return `${String(whole.length)} ids begin so: ${whole.slice(0, 5).join(', ')}.`;
  const [id] = whole;
  if (id === undefined)
    return 'the ledger names none. A line tells at most fifty runners one by one; another pool, another time, or a fleet larger than that may be why.';
  const mine = pairs.filter(([own, machine]) => (runner === undefined ? machine : own) === id);
  const vms = new Set(runner === undefined ? [id] : mine.flatMap(([, machine]) => machine ?? []));
  const runners = new Set(pairs.flatMap(([own, machine]) => (machine !== undefined && vms.has(machine) ? (own ?? []) : [])));
  if (runner !== undefined) runners.add(id);
  return { runners, vms };
}

function timeline(ticks: readonly LedgerTick[], machine: Machine): string[] {
  const lines: string[] = [];
  let before = '';
  const isOurs = (act: LineAct): boolean =>
    (act.vm !== undefined && machine.vms.has(act.vm)) || (act.runner !== undefined && machine.runners.has(act.runner));
  for (const { line, done } of ticks) {
    const member = line.observation?.members.find(({ vm }) => machine.vms.has(vm));
    const state = member === undefined ? before : stateOf(member);
    if (member !== undefined && state !== before) {
      const since = before === '' ? `, its boot began ${span(member.bornAge)} before` : '';
      lines.push(`${clockTime(line.at)}  seen ${state}${since}`);
    }
    before = state;
    for (const act of line.decision.acts.filter(isOurs))
      lines.push(`${clockTime(line.at)}  decided to ${tellAct(act)}: ${line.decision.reason}`);
    for (const outcome of done.filter(({ act }) => isOurs(act))) lines.push(`${clockTime(line.at)}  ${tellDone(outcome)}`);
  }
  return lines;
}

function stateOf(member: ObservedMember): string {
  const { state, tasks, record, connected } = member;
  const work =
    state !== 'active'
      ? ''
      : tasks === undefined
        ? ', tasks not told'
        : tasks === 0
          ? ', idle'
          : `, ${String(tasks)} ${tasks === 1 ? 'task' : 'tasks'}`;
  const drain = record === undefined ? '' : `, drain ${record.phase}${record.adopted === true ? ' (adopted)' : ''}`;
  const away = connected === false ? ', agent disconnected' : '';
  const kept = member.protected === true || member.kept === true ? ', protected' : '';
  return `${state}${work}${drain}${away}${kept}`;
}

/** Where it is not listed any more and nothing of ours took it out, that is said: it was somebody else. */
function ending(ticks: readonly LedgerTick[], { vms }: Machine, own: readonly Certificate[]): string[] {
  const seen = ticks.flatMap(({ line }) => (line.observation?.members.some(({ vm }) => vms.has(vm)) === true ? [line] : []));
  const last = seen.at(-1);
  if (last === undefined) return [];
  const later = ticks
    .map(({ line }) => line)
    .find((line) => line.at > last.at && line.observation !== undefined && line.observation.rest.length === 0);
  if (later === undefined) return [`It was last seen ${clockTime(last.at)}.`];
  if (own.some(({ outcome }) => outcome === 'deleted'))
    return [`From ${clockTime(later.at)} on it was not listed any more, as the certificate says.`];
  const noticed = ticks.flatMap(({ line }) =>
    line.at > last.at && line.at <= later.at + 600_000
      ? [...(line.noticed ?? []), ...(line.observation?.drop === undefined ? [] : [line.observation.drop.reason])]
      : [],
  );
  return [
    `From ${clockTime(later.at)} on it was not listed any more, and no certificate says that we deleted it: it went without our doing.`,
    ...[...new Set(noticed)].map((text) => `  noticed then: ${text}`),
  ];
}
