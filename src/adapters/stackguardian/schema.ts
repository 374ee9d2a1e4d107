import { z } from 'zod';
import type { Runner, RunnerGroup } from '../../ports/runnerService';
import { brief } from '../text';

/** No group has a million of anything: above this a count is a defect of the answer. */
const MOST = 1_000_000;

const isCount = (value: unknown): value is number => Number.isInteger(value) && (value as number) >= 0 && (value as number) <= MOST;

const explain = (value: unknown): string =>
  value === undefined || value === null
    ? 'is missing'
    : `is ${brief(typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? typeof value), 40)}, expected a whole number from 0 to ${String(MOST)}`;

const strictCount = z.custom<number>(isCount, { error: (issue) => explain(issue.input) });
/** Missing, null or not usable: unknown. */
const looseCount = z.custom<number>(isCount).optional().catch(undefined);
const looseText = z
  .string()
  .transform((text) => text.trim())
  .pipe(z.string().min(1))
  .optional()
  .catch(undefined);

const entrySchema = z.object({
  runnerId: looseText,
  RunnerId: looseText,
  status: looseText,
  agentConnected: z.boolean().optional().catch(undefined),
  runningTasksCount: looseCount,
  pendingTasksCount: looseCount,
  instanceDetails: z
    .tuple([z.object({ ComputerName: looseText })], z.unknown())
    .optional()
    .catch(undefined),
});

const groupSchema = z.object({
  QueuedWorkflowsCount: strictCount,
  PendingWorkflowsCount: strictCount.nullish(),
  RunningWorkflowsCount: looseCount,
  MaxNumberOfRunners: looseCount,
  ContainerInstances: z.array(z.unknown(), { error: 'is not a list' }).nullish(),
  RunnerRegistrationErrors: z.unknown().optional(),
  // Its name is not documented.
  RunnerType: looseText,
  RunnerGroupType: looseText,
  Type: looseText,
});

export type Parsed = { readonly ok: true; readonly group: RunnerGroup } | { readonly ok: false; readonly problem: string };

/**
 * The group of an answer, wrapped in `msg` or bare. What the platform did not tell stays undefined; only the counts that decide
 * (queued, and pending where sent) and a list that is no list make the answer unusable. `secrets` are struck from its texts.
 */
export function parseGroup(body: unknown, secrets: readonly string[]): Parsed {
  const bare = isRecord(body) && 'msg' in body ? body['msg'] : body;
  if (!isRecord(bare)) {
    const said = typeof bare === 'string' ? ` but "${brief(bare, 80, secrets)}"` : '';
    return { ok: false, problem: `it is not a runner group${said}` };
  }
  const parsed = groupSchema.safeParse(bare);
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`);
    return { ok: false, problem: brief(problems.join('; '), 300, secrets) };
  }
  const { data } = parsed;
  const entries = data.ContainerInstances ?? undefined;
  const type = data.RunnerType ?? data.RunnerGroupType ?? data.Type;
  const runners = entries?.map(parseRunner).filter((runner) => runner !== undefined);
  return {
    ok: true,
    group: {
      queued: data.QueuedWorkflowsCount,
      pending: data.PendingWorkflowsCount ?? undefined,
      running: data.RunningWorkflowsCount,
      maxRunners: data.MaxNumberOfRunners,
      runners,
      anonymous: (entries?.length ?? 0) - (runners?.length ?? 0),
      ...(type === undefined ? {} : { type: brief(type, 40, secrets) }),
      registrationErrors: registrationErrors(data.RunnerRegistrationErrors, secrets),
    },
  };
}

function parseRunner(entry: unknown): Runner | undefined {
  const parsed = entrySchema.safeParse(entry);
  const runnerId = parsed.data?.runnerId ?? parsed.data?.RunnerId;
  if (!parsed.success || runnerId === undefined) return undefined;
  const { data } = parsed;
  return {
    runnerId,
    status: data.status?.toUpperCase(),
    connected: data.agentConnected,
    runningTasks: data.runningTasksCount,
    pendingTasks: data.pendingTasksCount,
    computerName: data.instanceDetails?.[0].ComputerName,
  };
}

/** The shape is not documented: a list, or a map by IP address; texts or objects. The last five, as one line each. */
function registrationErrors(value: unknown, secrets: readonly string[]): string[] {
  const entries = Array.isArray(value)
    ? (value as unknown[])
    : isRecord(value)
      ? Object.entries(value).map(([key, entry]) => `${key}: ${asText(entry)}`)
      : [];
  return entries
    .slice(-5)
    .map((entry) => brief(asText(entry), 200, secrets))
    .filter((line) => line !== '');
}

function asText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (!isRecord(value)) return JSON.stringify(value) ?? '';
  return Object.entries(value)
    .map(([key, entry]) => `${key}=${typeof entry === 'string' ? entry : (JSON.stringify(entry) ?? '')}`)
    .join(' ');
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
