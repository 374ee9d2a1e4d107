import type { Certificate } from '../../model/drain';
import { count } from '../../decide/words';
import type { Ledger, LedgerTick } from '../ledger/read';
import { isObserved, sceneOf, type ObservedTick } from '../ledger/restore';
import { settingsOf } from '../ledger/settings';
import { tellAct, tellDone } from './acts';
import { tellCertificate } from './certificate';
import { tellRepairs } from './repairs';
import { growthOutcome, scaleInOutcome, weighGrowth, weighObstacles, weighScaleIn, type Weighed } from './weigh';
import { clockTime, span, timeOfDay } from './words';

const QUIET_MS = 10 * 60_000;
const AFTER_MS = 30 * 60_000;
const MOST_AFTER = 8;
const MOST_DONE = 12;

/** The story of what was decided at `at` (epoch ms), as paragraphs of lines. `certificates`: those that lie beside the ledger, by drain id. */
export function tellTime(ledger: Ledger, certificates: ReadonlyMap<string, Certificate>, at: number): readonly string[] {
  const index = ledger.ticks.findLastIndex(({ line }) => line.at <= at);
  const tick = ledger.ticks[index];
  const first = ledger.ticks[0];
  if (tick === undefined)
    return [`The ledger begins ${first === undefined ? 'nowhere' : clockTime(first.line.at)}: nothing is told of ${clockTime(at)}.`];
  const { line } = tick;
  return [
    `${clockTime(line.at)} UTC, pool ${line.pool}, tick ${line.tick}, version ${line.version === '' ? '?' : line.version}${line.at === at ? '' : ` (the last one told before ${clockTime(at)})`}`,
    ...silence(ledger, index, at),
    '',
    ...section('Decided', [
      `${line.decision.rule}: ${line.decision.reason}`,
      ...(line.dryRun === true ? ['DRY_RUN was on: nothing of it was done.'] : []),
    ]),
    ...(isObserved(line) ? tellObserved(ledger, line) : tellHeld(ledger, index)),
    ...section('Alerts that stood', line.alerts.length === 0 ? [] : [line.alerts.join(', ')]),
    ...section('What others changed', line.noticed ?? []),
    ...section('What came of it', outcomeOf(tick)),
    ...section('Certificates', certificatesOf(tick, certificates)),
    ...section('How it went on', tellAfter(ledger, index)),
  ];
}

const section = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : [title, ...lines.map((line) => `  ${line}`), ''];

/** A long time without a line has a reason of its own: the loop did not tick, or its lines were lost. */
function silence(ledger: Ledger, index: number, at: number): string[] {
  const line = ledger.ticks[index]?.line;
  const next = ledger.ticks[index + 1]?.line;
  if (line === undefined) return [];
  const until = next?.at ?? at;
  const lasts = Math.max(QUIET_MS, line.nextAt - line.at + QUIET_MS);
  if (Math.min(at, until) - line.at <= lasts) return [];
  const end = next === undefined ? 'and nothing after it' : `and the next one ${clockTime(next.at)}`;
  return [
    `Then nothing is told for ${span(until - line.at)}, ${end}: the loop was stopped or did not run, its settings were invalid, or the ledger could not be written. See the log of that time for "keeper" and "error".`,
  ];
}

function tellHeld(ledger: Ledger, index: number): string[] {
  let first = index;
  while (ledger.ticks[first - 1]?.line.held === true) first -= 1;
  const since = ledger.ticks[first]?.line.at ?? 0;
  const before = ledger.ticks[first - 1]?.line;
  const here = ledger.ticks[index]?.line.at ?? 0;
  const reading = before?.counts;
  return section('What it saw', [
    `No complete reading, so nothing could be decided; it was so ${here === since ? 'for the first time' : `since ${clockTime(since)} (${span(here - since)})`}.`,
    ...(before === undefined || reading === undefined
      ? []
      : [
          `Before, at ${clockTime(before.at)}: ${count(reading.demand ?? 0, 'job')} waiting, ${String(reading.idle)} idle, ${String(reading.busy)} busy, ${String(reading.booting)} booting, ${count(reading.instances, 'VM')}.`,
        ]),
  ]);
}

function tellObserved(ledger: Ledger, line: ObservedTick): string[] {
  const told = ledger.settings.get(line.settingsVersion);
  const saw = section('What it saw', seenOf(line));
  if (told === undefined)
    return [
      ...saw,
      ...section('Rules', [`No line tells the settings of version ${line.settingsVersion}: their numbers cannot be weighed.`]),
    ];
  const settings = settingsOf(told);
  // The rules change clocks in a scene: each asks one of its own.
  const scene = () => sceneOf(line, settings);
  if (scene().drop?.holds === 'all')
    return [...saw, ...section('Rules', ['None was asked: half of the fleet or more was missing without our doing.'])];
  return [
    ...saw,
    ...section('Asked for', [
      `MIN_RUNNERS ${String(scene().targets.minRunners)}, MIN_IDLE_RUNNERS ${String(scene().targets.minIdle)}, strategies ${settings.scaleOutStrategy} out and ${settings.scaleInStrategy} in.`,
      ...scene().targets.because,
    ]),
    ...section('For and against growth', [
      ...weighGrowth(scene()).map(ruleLine),
      ...weighObstacles(scene()).map(obstacleLine),
      growthOutcome(scene()),
    ]),
    ...section('For and against taking runners out', [...weighScaleIn(scene()).map(ruleLine), ...scaleInOutcome(scene())]),
    ...section('Repairs', tellRepairs(scene())),
  ];
}

const ruleLine = ({ name, holds, because }: Weighed): string => `${holds ? 'yes' : 'no '}  ${name}: ${because}`;
const obstacleLine = ({ name, holds, because }: Weighed): string => `${holds ? 'BAR' : 'ok '}  ${name}: ${because}`;

function seenOf({ observation: seen, memory, counts, unservedSeconds = 0 }: ObservedTick): string[] {
  const besides = [
    ['draining', counts?.draining],
    ['unhealthy', counts?.unhealthy],
    ['stray', counts?.stray],
    ['lost', counts?.lost],
    ['without a verdict', counts?.unjudged],
  ].flatMap(([what, many]) => (typeof many === 'number' && many > 0 ? [`${String(many)} ${String(what)}`] : []));
  const ordered = seen.ordered > 0 ? ` (${String(seen.ordered)} ordered and not listed yet)` : '';
  return [
    `${count(seen.waiting, 'job')} waiting${seen.deducted > 0 ? `, of which ${String(seen.deducted)} that no idle runner takes` : ''}${unservedSeconds > 0 ? `; more than could be served for ${span(unservedSeconds * 1_000)}` : ''}.`,
    `${count(seen.active, 'runner')} could take jobs (${String(seen.idle)} idle, ${String(seen.active - seen.idle)} busy), ${String(seen.booting)} booting${ordered}${besides.length === 0 ? '' : `, ${besides.join(', ')}`}.`,
    `${count(seen.live, 'VM')} listed and not being deleted, capacity ${String(seen.scaleSet.capacity)} of at most ${String(seen.scaleSet.limit)}, ${seen.scaleSet.mode}, ${seen.scaleSet.state}; ${count(memory.drains, 'drain')} recorded.`,
    ...(seen.drop === undefined ? [] : [`${seen.drop.reason}.`]),
  ];
}

/** The answers, and of the acts without one that they have none. */
function outcomeOf({ line, done }: LedgerTick): string[] {
  const { acts } = line.decision;
  if (line.dryRun === true) return [];
  const told = done.slice(0, MOST_DONE).map(tellDone);
  if (done.length > MOST_DONE) told.push(`… and ${String(done.length - MOST_DONE)} more.`);
  if (acts.length > 0 && done.length === 0)
    told.push(
      ...acts
        .slice(0, MOST_DONE)
        .map(
          (act) => `${tellAct(act)}: no answer is told. It was refused before it was sent (a command came between), or the line was lost.`,
        ),
    );
  return told;
}

function certificatesOf({ line }: LedgerTick, certificates: ReadonlyMap<string, Certificate>): string[] {
  return [...certificates.values()].filter(({ drain }) => drain.split('-').at(-2) === line.tick).flatMap(tellCertificate);
}

function tellAfter({ ticks }: Ledger, index: number): string[] {
  const here = ticks[index]?.line;
  if (here === undefined) return [];
  let rule = here.decision.rule;
  const lines: string[] = [];
  for (const { line } of ticks.slice(index + 1)) {
    if (line.at - here.at > AFTER_MS || lines.length >= MOST_AFTER) break;
    if (line.pool !== here.pool || (line.decision.rule === rule && line.decision.acts.length === 0)) continue;
    rule = line.decision.rule;
    lines.push(`${timeOfDay(line.at)}  ${rule}: ${line.decision.reason}`);
  }
  return lines.length === 0 ? [`For ${span(AFTER_MS)} nothing else was decided.`] : lines;
}
