import { createStage, type Stage } from '../simulate/stage';
import { EVENT } from '../host/history';
import { recordCalls, replayHistory, type GoldenHistory, type Recorded } from './history';

const MINUTE = 60_000;

/** What a release must be able to go on with after a deploy: one history of each kind. */
export const KINDS = [
  'loop-idle',
  'loop-scale-out',
  'loop-scale-in',
  'loop-wake',
  'loop-stop',
  'scale-in',
  'drain-deleted',
  'drain-given-back',
  'drain-adopted',
  'command',
] as const;

export type Kind = (typeof KINDS)[number];

/** Plays a scripted afternoon with the app at `entry`, and keeps the first history of each kind. Throws where a kind did not come. */
export async function recordHistories(entry: string): Promise<ReadonlyMap<Kind, GoldenHistory>> {
  const stage = await createStage({
    seed: 'release',
    pools: [{ name: 'default', initialRunners: 4 }],
    flags: { throttle: 0 },
    settings: { MIN_RUNNERS: '1', MAX_RUNNERS: '8', SCALE_OUT_STEP: '2', SCALE_IN_STEP: '2', PROTECT_INSTANCES: 'false' },
    entry,
  });
  const host = stage.app.host();
  if (host === undefined) throw new Error('The app did not start.');
  const calls = recordCalls(host);
  await playAfternoon(stage);
  const found = new Map<Kind, GoldenHistory>();
  for (const call of calls.all()) {
    const outcome = await replayHistory(host, call);
    if (outcome.kind !== 'continued' && outcome.kind !== 'completed') continue;
    const kind = kindOf(call, outcome.kind === 'completed' ? outcome.output : undefined);
    if (kind !== undefined && !found.has(kind)) found.set(kind, { ...call, ends: outcome.kind });
  }
  await stage.stop();
  const missing = KINDS.filter((kind) => !found.has(kind));
  if (missing.length > 0) throw new Error(`The afternoon brought no history of: ${missing.join(', ')}.`);
  return found;
}

async function playAfternoon(stage: Stage): Promise<void> {
  const { world, app } = stage;
  const until = (minutes: number): Promise<void> => stage.runUntil(stage.startedAt + minutes * MINUTE);
  const jobs = (count: number, minutes: number): void =>
    world.addJobs(Array.from({ length: count }, () => ({ arrivalSeconds: 0, durationSeconds: minutes * 60 })));
  // Idle runners beyond MIN leave; then a rush orders new ones.
  await until(30);
  jobs(6, 20);
  await until(40.5);
  // Answers come as virtual time goes on: none is waited for on the spot.
  const wake = app.request('POST', 'pools/default/wake');
  // Long jobs keep all busy at demand 0: some drain while they work, and are given back when more comes.
  await until(60);
  jobs(4, 90);
  await until(100);
  jobs(6, 10);
  await until(260);
  // Another hand drains a runner.
  const idle = [...(world.pools[0]?.entries.values() ?? [])].find((entry) => entry.running === 0);
  if (idle !== undefined) world.mishaps().setStatus(idle.runnerId, 'DRAINING');
  await until(290);
  const stop = app.request('POST', 'pools/default/stop', { reason: 'recorded' });
  await until(295);
  for (const { status } of [await wake, await stop])
    if (status >= 300) throw new Error(`A command of the afternoon was answered ${String(status)}.`);
}

function kindOf(call: Recorded, output: unknown): Kind | undefined {
  if (call.name === 'command') return 'command';
  if (call.name === 'scaleIn') return 'scale-in';
  if (call.name === 'drain') return drainKind(call, output as { readonly outcome?: string } | undefined);
  return call.name === 'autoscaler' ? loopKind(call, output) : undefined;
}

function drainKind({ input }: Recorded, output: { readonly outcome?: string } | undefined): Kind | undefined {
  const { record } = input as { readonly record: { readonly adopted: boolean } };
  if (output?.outcome === 'deleted') return record.adopted ? 'drain-adopted' : 'drain-deleted';
  return output?.outcome === 'given-back' ? 'drain-given-back' : undefined;
}

function loopKind({ history }: Recorded, output: unknown): Kind {
  if (output !== undefined) return 'loop-stop';
  const woken = history.some((row) => row.EventType === EVENT.EventRaised && row.Name === 'wake');
  if (woken) return 'loop-wake';
  const acts = history.find((row) => row.EventType === EVENT.TaskScheduled && row.Name === 'act');
  if (acts === undefined) return 'loop-idle';
  const answers = history.flatMap((row) => (row.EventType === EVENT.EventRaised ? [String(row.Input)] : []));
  return answers.some((text) => text.includes('setCapacity')) ? 'loop-scale-out' : 'loop-scale-in';
}
