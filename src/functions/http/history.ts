import { readFleet } from '../../drain/steps';
import type { Certificate, DrainRecord } from '../../model/drain';
import { findCertificates } from '../../observe/history/certificates';
import { runnersNow } from '../../observe/history/runners';
import { seriesOf } from '../../observe/history/series';
import type { BriefTick } from '../../observe/ledger/days';
import { engineOf } from '../engine';
import { clock, ledgerDays, poolSettings, store } from '../environment';
import { json } from './answer';
import type { DecisionRow, DecisionsAnswer, DrainRow, DrainsAnswer, HistoryAnswer, RunnersAnswer } from './historyAnswers';
import { cursorOf, limitOf, only, rangeOf, resolutionOf, type Range } from './historyQuery';
import { route } from './route';
import { poolOf } from './run';

const DAY = 86_400_000;
/** Days of the ledger that one answer reads: a page is over with them, whatever it found. */
const DAYS_A_PAGE = 7;

const iso = (at: number): string => new Date(at).toISOString();
const dayOf = (at: number): number => Math.floor(at / DAY) * DAY;

/** GET /api/pools/{pool}/history?from&to&resolution: how the pool stood, in buckets. */
route('poolHistory', 'pools/{pool}/history', ['GET'], async (request) => {
  only(request, ['from', 'to', 'resolution', 'cursor']);
  const pool = poolOf(request);
  const asked = rangeOf(request, clock.now());
  const resolution = resolutionOf(request, asked);
  const step = resolution * 1_000;
  const from = Math.floor(asked.from / step) * step;
  const begin = Math.max(from, Math.floor(Number(cursorOf(request, /^\d{1,15}$/) ?? from) / step) * step);
  const whole = Math.ceil(asked.to / step) * step;
  // Within the page's last day a bucket ends, for each resolution divides a day.
  const end = Math.min(whole, dayOf(begin) + DAYS_A_PAGE * DAY);
  const ticks: BriefTick[] = [];
  let lost = 0;
  // How it stood at the beginning is told by a line of up to a quarter of an hour before.
  for (let day = dayOf(begin - DAY / 96); day < end; day += DAY) {
    const read = await ledgerDays().day(pool, day);
    ticks.push(...read.ticks);
    lost += read.lost;
  }
  const buckets = seriesOf(ticks, begin, end, step).map((bucket) => ({ ...bucket, at: iso(bucket.at) }));
  const next = end < whole ? String(end) : null;
  return json(200, { pool, from: iso(from), to: iso(whole), resolution, buckets, next, lost } satisfies HistoryAnswer);
});

/** GET /api/pools/{pool}/decisions?from&to&limit&cursor: what was decided and what came of it, newest first. */
route('poolDecisions', 'pools/{pool}/decisions', ['GET'], async (request) => {
  only(request, ['from', 'to', 'limit', 'cursor']);
  const pool = poolOf(request);
  const range = rangeOf(request, clock.now());
  const limit = limitOf(request, 100, 500);
  const [before, tick = ''] = cursorOf(request, /^\d{1,15}\.[0-9a-z]{0,40}$/)?.split('.') ?? [];
  const until = before === undefined ? range.to : Math.min(range.to, Number(before) + 1);
  const isLater = ({ line }: BriefTick): boolean =>
    before !== undefined && (line.at > Number(before) || (line.at === Number(before) && line.tick >= tick));
  const found = await decisionsOf(pool, { from: range.from, to: until }, limit + 1, isLater);
  const page = found.ticks.slice(0, limit);
  const last = page.at(-1)?.line;
  const hasMore = found.ticks.length > limit;
  const next =
    hasMore && last !== undefined ? `${String(last.at)}.${last.tick}` : found.readFrom > range.from ? `${String(found.readFrom)}.` : null;
  const decisions = page.map(rowOf);
  return json(200, { pool, from: iso(range.from), to: iso(range.to), decisions, next, lost: found.lost } satisfies DecisionsAnswer);
});

/** Newest first, day by day until there are `most` or the page's days are over. */
async function decisionsOf(
  pool: string,
  { from, to }: Range,
  most: number,
  isLater: (tick: BriefTick) => boolean,
): Promise<{ readonly ticks: readonly BriefTick[]; readonly lost: number; readonly readFrom: number }> {
  const ticks: BriefTick[] = [];
  let lost = 0;
  let day = dayOf(to - 1);
  for (let read = 0; read < DAYS_A_PAGE && day + DAY > from && ticks.length < most; read += 1, day -= DAY) {
    const found = await ledgerDays().day(pool, day);
    lost += found.lost;
    const within = found.ticks.filter((tick) => tick.line.at >= from && tick.line.at < to && !isLater(tick));
    ticks.push(...within.toSorted((a, b) => b.line.at - a.line.at || (a.line.tick < b.line.tick ? 1 : -1)));
  }
  return { ticks, lost, readFrom: Math.max(from, day + DAY) };
}

const rowOf = ({ line, done }: BriefTick): DecisionRow => ({
  ...{ at: iso(line.at), tick: line.tick, rule: line.decision.rule, reason: line.decision.reason, held: line.held },
  ...{ dryRun: line.dryRun === true, acts: line.decision.acts, done, alerts: line.alerts, noticed: line.noticed ?? [] },
});

/** GET /api/pools/{pool}/drains?from&to&limit&cursor: those under way, then the certificates of those that are over, newest first. */
route('poolDrains', 'pools/{pool}/drains', ['GET'], async (request, _client, context) => {
  only(request, ['from', 'to', 'limit', 'cursor']);
  const pool = poolOf(request);
  const { from, to } = rangeOf(request, clock.now());
  const limit = limitOf(request, 50, 200);
  const after = cursorOf(request, /^drain-[a-z0-9-]{1,120}$/);
  const records = new Map(Object.entries((await engineOf(context).readMemory(pool))?.drains ?? {}));
  const { certificates, lost, next } = await findCertificates(store(), pool, { from, to, limit, after });
  const over = certificates.map((certificate) => rowOfCertificate(certificate, records.get(certificate.drain)));
  const shown = new Set(certificates.map(({ drain }) => drain));
  // Those under way have no certificate before they deregister; they are few, and all on the first page.
  const open = after !== undefined ? [] : [...records.values()].filter(({ id, startedAt }) => !shown.has(id) && startedAt < to);
  const drains = [...open.toSorted((a, b) => b.startedAt - a.startedAt).map(rowOfRecord), ...over];
  return json(200, { pool, from: iso(from), to: iso(to), drains, next: next ?? null, lost } satisfies DrainsAnswer);
});

const rowOfRecord = (record: DrainRecord): DrainRow => ({
  ...{ id: record.id, kind: record.kind, rule: record.rule, runner: record.runnerId ?? null, vm: record.vmId },
  ...{ computerName: record.computerName, startedAt: iso(record.startedAt), phase: record.phase, endedAt: null, outcome: null },
  ...{ note: record.note ?? null, steps: [], window: null },
});

function rowOfCertificate(certificate: Certificate, record: DrainRecord | undefined): DrainRow {
  const { drain: id, kind, rule, runnerId, vmId: vm, computerName, startedAt, outcome, window, steps } = certificate;
  const endedAt = outcome === undefined ? undefined : (certificate.endedAt ?? steps.at(-1)?.at ?? startedAt);
  return {
    ...{ id, kind, rule, runner: runnerId ?? null, vm, computerName, startedAt: iso(startedAt) },
    // Without an outcome and without a record its drain died, and another goes on with its machine.
    phase: outcome === undefined && record !== undefined ? record.phase : 'over',
    endedAt: endedAt === undefined ? null : iso(endedAt),
    outcome: outcome ?? null,
    note: outcome === undefined ? (record?.note ?? null) : null,
    steps: steps.map(({ at, step, answer }) => ({ at: iso(at), step, answer })),
    window: window ?? null,
  };
}

/** GET /api/pools/{pool}/runners?limit&cursor: the instances of the last complete reading with their runners. */
route('poolRunners', 'pools/{pool}/runners', ['GET'], async (request, _client, context) => {
  only(request, ['limit', 'cursor']);
  const pool = poolOf(request);
  const limit = limitOf(request, 100, 1_000);
  const start = Number(cursorOf(request, /^\d{1,6}$/) ?? 0);
  const fleet = await readFleet({ store: store() }, pool);
  const { at, runners } = runnersNow(fleet, await engineOf(context).readMemory(pool), poolSettings(pool).durations.boot);
  const rows = runners.slice(start, start + limit).map((each) => ({ ...each, since: iso(each.since), bornAt: iso(each.bornAt) }));
  const next = start + limit < runners.length ? String(start + limit) : null;
  return json(200, { pool, at: at === undefined ? null : iso(at), total: runners.length, runners: rows, next } satisfies RunnersAnswer);
});
