import { deregister, type EntryAnswer, setStatus } from './entries';
import { type Call, field, type Reply } from './exchange';
import type { Entry, PoolState } from './state';

export interface StackGuardianOptions {
  readonly org: string;
  /** The keys that are accepted now; a rotation changes them. */
  readonly keys: ReadonlySet<string>;
  readonly pools: readonly PoolState[];
}

const ROUTE = /^\/api\/v1\/orgs\/([^/]+)\/runnergroups\/([^/]+)\/(?:(runner_status|deregister)\/)?$/;

/** The StackGuardian API, as far as the autoscaler speaks it. Paths end in a slash; the group comes wrapped in `msg`. */
export function answerStackGuardian(options: StackGuardianOptions, call: Call): Reply {
  const match = ROUTE.exec(call.path);
  if (match === null) return { kind: 'other', status: 404, body: { msg: 'Not found' } };
  const [, org, group, act] = match;
  const kind = act ?? 'group';
  const key = /^apikey (.+)$/.exec(call.headers['authorization'] ?? '')?.[1];
  if (key === undefined || !options.keys.has(key))
    return { kind, status: 403, body: { msg: 'User is not authorized to access this resource' } };
  const pool = org === options.org ? options.pools.find((each) => each.group === group) : undefined;
  if (pool === undefined) return { kind, status: 404, body: { msg: `Runner group ${group ?? ''} not found` } };
  if (act === undefined) return call.method === 'GET' ? { kind, status: 200, body: { msg: groupBody(pool) } } : wrongMethod(kind);
  if (call.method !== 'POST') return wrongMethod(kind);
  return { kind, ...write(pool, act, call.body) };
}

const wrongMethod = (kind: string): Reply => ({ kind, status: 405, body: { msg: 'Method not allowed' } });

/** Counts are the platform's knowledge: of a VM that died they stay as they were. */
export function groupBody(pool: PoolState): Record<string, unknown> {
  const entries = [...pool.entries.values()];
  const pending = Math.floor(pool.waiting.length * pool.env.flags.pendingShare);
  const unlisted = [...pool.vms.values()]
    .filter((vm) => vm.entry === undefined || !pool.entries.has(vm.entry.runnerId))
    .flatMap((vm) => [...vm.jobs].filter((job) => job.state === 'running'));
  return {
    RunnerGroupName: pool.group,
    QueuedWorkflowsCount: pool.waiting.length - pending,
    PendingWorkflowsCount: pending,
    RunningWorkflowsCount: entries.reduce((sum, entry) => sum + entry.running, unlisted.length),
    ...(pool.env.flags.maxRunners === 0 ? {} : { MaxNumberOfRunners: pool.env.flags.maxRunners }),
    ContainerInstances: entries.map(entryBody),
    RunnerRegistrationErrors: pool.registrationErrors.slice(-20),
  };
}

const entryBody = (entry: Entry): Record<string, unknown> => ({
  containerInstanceArn: entry.arn,
  runnerId: entry.runnerId,
  status: entry.status,
  agentConnected: entry.connected,
  runningTasksCount: entry.running,
  pendingTasksCount: entry.pending,
  instanceDetails: [{ ComputerName: entry.vm.computerName, IPAddress: entry.vm.ip }],
});

function write(pool: PoolState, act: string, body: unknown): { status: number; body: unknown } {
  const ids = runnerIds(pool, body);
  if (ids.length === 0) return { status: 400, body: { msg: 'RunnerId is required' } };
  const status = field(body, 'Status');
  for (const id of ids) {
    const answer: EntryAnswer =
      act === 'deregister'
        ? deregister(pool, id, field(body, 'ForceDeregister') === true)
        : setStatus(pool, id, typeof status === 'string' ? status : '');
    if (!answer.ok) return { status: answer.status, body: { msg: answer.message } };
  }
  return { status: 200, body: { msg: 'Success' } };
}

/** RunnerId, or ContainerInstanceIds: ARNs or their last part. */
function runnerIds(pool: PoolState, body: unknown): string[] {
  const one = field(body, 'RunnerId');
  if (typeof one === 'string' && one !== '') return [one];
  const many = field(body, 'ContainerInstanceIds');
  if (!Array.isArray(many)) return [];
  return many.map((id) => [...pool.entries.values()].find((entry) => entry.arn === id)?.runnerId ?? String(id));
}
