import type { WorldRequest, WorldResponse } from '../../world/exchange';
import { groupBody } from '../../world/stackguardian';
import type { PoolState } from '../../world/state';
import { between, chance, entriesOf, episodes, MINUTE, SECOND } from './schedule';
import type { FaultContext, FaultKind } from './types';

/** What the platform may say of a runner group that is not so. */

type Group = Record<string, unknown> & { ContainerInstances?: unknown };

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Replaces answers to the reading of a group. `change` gets a copy to write on and says whether it changed anything. */
function onGroup(context: FaultContext, change: (group: Group, pool: PoolState) => boolean): void {
  context.hook({
    onAnswer: (service, request, response): WorldResponse | undefined => {
      if (service !== 'stackguardian' || request.method !== 'GET' || response.status !== 200) return undefined;
      const pool = poolOf(context, request);
      const group = parse(response.body);
      if (pool === undefined || group === undefined || !change(group, pool)) return undefined;
      return { ...response, body: JSON.stringify({ msg: group }) };
    },
  });
}

function poolOf({ world }: FaultContext, request: WorldRequest): PoolState | undefined {
  const name = /\/runnergroups\/([^/]+)\//.exec(new URL(request.url, 'http://world.invalid').pathname)?.[1];
  return world.pools.find((pool) => pool.group === name);
}

function parse(text: string): Group | undefined {
  try {
    const body: unknown = JSON.parse(text);
    const group = isRecord(body) ? body['msg'] : undefined;
    return isRecord(group) ? group : undefined;
  } catch {
    // Another fault has already made it unreadable.
    return undefined;
  }
}

const COUNTS = ['QueuedWorkflowsCount', 'PendingWorkflowsCount', 'RunningWorkflowsCount', 'ContainerInstances'] as const;
const ENTRY_FIELDS = ['status', 'agentConnected', 'runningTasksCount', 'pendingTasksCount', 'instanceDetails', 'runnerId'] as const;
const SHARE = 0.006;

/** One field of the group or of one of its entries. */
function spoil(context: FaultContext, group: Group, write: (into: Record<string, unknown>, key: string) => void): boolean {
  const { random } = context;
  const entries = Array.isArray(group.ContainerInstances) ? (group.ContainerInstances as unknown[]).filter(isRecord) : [];
  const entry = entries[random.below(entries.length)];
  if (entry === undefined || random.next() < 0.4) {
    const key = COUNTS[random.below(COUNTS.length)] ?? 'QueuedWorkflowsCount';
    write(group, key);
    context.count(key);
  } else {
    const key = ENTRY_FIELDS[random.below(ENTRY_FIELDS.length)] ?? 'status';
    write(entry, key);
    context.count(key);
  }
  return true;
}

const spoiling = (name: string, sentence: string, write: (into: Record<string, unknown>, key: string) => void): FaultKind => ({
  name,
  area: 'stackguardian',
  sentence,
  install: (context) => onGroup(context, (group) => chance(context, SHARE) && spoil(context, group, write)),
});

const negative = (into: Record<string, unknown>, key: string): void => {
  if (typeof into[key] === 'number') into[key] = -1;
  else into[key] = null;
};

/** Pages of the platform's lists end at 100. */
const PAGE = 100;

const cutList: FaultKind = {
  name: 'stackguardian-list-cut',
  area: 'stackguardian',
  sentence: 'The list of runners ends at 100, and nothing says so.',
  install: (context) => {
    const cut = episodes(context, 8 * 60 * MINUTE, [10 * MINUTE, 90 * MINUTE]);
    onGroup(context, (group) => {
      const list = group.ContainerInstances;
      if (!cut.isOn() || !Array.isArray(list) || list.length <= PAGE) return false;
      group.ContainerInstances = list.slice(0, PAGE);
      context.count();
      return true;
    });
  },
};

/** A copy from up to `staleSeconds` ago, as a cache or a lagging replica shows it; each copy is of one moment. */
const stale: FaultKind = {
  name: 'stackguardian-stale',
  area: 'stackguardian',
  sentence: 'A reading shows the group as it was up to two minutes ago (less where DRAIN_CONFIRM_SECONDS is short).',
  install: (context) => {
    const { clock, limits, world } = context;
    const most = limits.staleSeconds * SECOND;
    const step = Math.max(2 * SECOND, most / 4);
    const copies = new Map<PoolState, { at: number; text: string }[]>(world.pools.map((pool) => [pool, []]));
    const bad = episodes(context, 60 * MINUTE, [5 * MINUTE, 40 * MINUTE], { begin: () => copy() });
    const copy = (): void => {
      if (!bad.isOn()) return;
      for (const [pool, kept] of copies) {
        kept.push({ at: clock.now(), text: JSON.stringify(groupBody(pool)) });
        while ((kept[0]?.at ?? 0) < clock.now() - most) kept.shift();
      }
      clock.at(clock.now() + step, copy);
    };
    onGroup(context, (group, pool) => {
      if (!bad.isOn() || most <= 0 || !chance(context, 0.4)) return false;
      const oldest = copies.get(pool)?.find((each) => each.at >= clock.now() - most);
      if (oldest === undefined) return false;
      for (const key of Object.keys(group)) delete group[key];
      Object.assign(group, JSON.parse(oldest.text) as Group);
      context.count(`${String(Math.round((clock.now() - oldest.at) / SECOND))} s old`);
      return true;
    });
  },
};

/** A busy runner reads 0/0 for up to a minute: soon after its start, or in the middle. */
const lyingFlag: FaultKind = {
  name: 'busy-flag-lies',
  area: 'stackguardian',
  sentence: 'A runner at work reads zero tasks for up to a minute (less where DRAIN_CONFIRM_SECONDS is short).',
  install: (context) => {
    const { clock, limits } = context;
    const lies = new Map<string, number>();
    const lied = new Set<string>();
    onGroup(context, (group, pool) => {
      if (!Array.isArray(group.ContainerInstances) || limits.lieSeconds <= 0) return false;
      let changed = false;
      for (const entry of entriesOf(pool)) {
        if (entry.running === 0) {
          lies.delete(entry.runnerId);
          lied.delete(entry.runnerId);
        } else if (!lied.has(entry.runnerId) && chance(context, 0.03)) {
          // One lie a stretch of work: two in a row would make a longer one.
          lied.add(entry.runnerId);
          lies.set(entry.runnerId, clock.now() + between(context, 1, limits.lieSeconds) * SECOND);
          context.count(entry.runnerId);
        }
      }
      for (const shown of (group.ContainerInstances as unknown[]).filter(isRecord)) {
        const id = shown['runnerId'];
        if (typeof id !== 'string' || clock.now() > (lies.get(id) ?? 0)) continue;
        shown['runningTasksCount'] = 0;
        shown['pendingTasksCount'] = 0;
        changed = true;
      }
      return changed;
    });
  },
};

export const GROUP_ANSWER_FAULTS: readonly FaultKind[] = [
  spoiling('stackguardian-field-missing', 'A field of the group or of a runner is left out.', (into, key) => {
    delete into[key];
  }),
  spoiling('stackguardian-field-null', 'A field of the group or of a runner is null.', (into, key) => {
    into[key] = null;
  }),
  spoiling('stackguardian-field-negative', 'A count of the group or of a runner is negative.', negative),
  cutList,
  stale,
  lyingFlag,
];
