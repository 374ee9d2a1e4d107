import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { memoryStorage, type Fault, type Message, type MessageFault, type Snapshot, type Step } from '../host';
import { EVENT } from '../host/history';
import type { App } from './app';
import { between, chance, episodes, every, HOUR, MINUTE, SECOND } from './faults/schedule';
import type { FaultContext } from './faults/types';

export interface EngineContext extends FaultContext {
  readonly main: App;
  /** Another app with its own hub on the same scale sets. */
  join(settings: Readonly<Record<string, string>>): Promise<App>;
  onStep(hook: (step: Step) => Fault | undefined): void;
  onMessage(hook: (message: Message) => MessageFault | undefined): void;
}

/** One way in which the durable engine, or whoever runs it, is hostile. */
export interface EngineFault {
  readonly name: string;
  readonly sentence: string;
  install(context: EngineContext): void;
}

const kind = (name: string, sentence: string, install: (context: EngineContext) => void): EngineFault => ({ name, sentence, install });

/** Steps fail rarely, in bad quarters of an hour often. */
function onSteps(context: EngineContext, share: number, wanted: Step['kind'] | undefined, fault: (step: Step) => Fault): void {
  const bad = episodes(context, 4 * HOUR, [2 * MINUTE, 15 * MINUTE]);
  context.onStep((step) => {
    if ((wanted !== undefined && step.kind !== wanted) || step.kind === 'timer') return undefined;
    if (!chance(context, bad.isOn() ? Math.min(0.3, share * 30) : share)) return undefined;
    context.count(`${step.kind} ${step.name} ${step.instance}`);
    return fault(step);
  });
}

function onMessages(
  context: EngineContext,
  share: number,
  wanted: (message: Message) => boolean,
  fault: (message: Message) => MessageFault,
): void {
  context.onMessage((message) => {
    if (!wanted(message) || !chance(context, share)) return undefined;
    context.count(describe(message));
    return fault(message);
  });
}

const describe = (message: Message): string =>
  `${message.queue} ${message.target} ${message.queue === 'control' ? (message.event.Name ?? String(message.event.EventType)) : message.queue === 'work' ? message.name : message.operation}`;

const isEvent = (message: Message, ...types: readonly number[]): boolean =>
  message.queue === 'control' && types.includes(message.event.EventType);

/** The hub as it was some time ago, one copy each ten minutes. */
function keepCopies(context: EngineContext, mostMs: number): () => Snapshot | undefined {
  const copies: { at: number; snapshot: Snapshot }[] = [];
  const copy = (): void => {
    const now = context.clock.now();
    if (now >= context.until) return void copies.splice(0);
    copies.push({ at: now, snapshot: context.main.storage().load() });
    while ((copies[0]?.at ?? now) < now - mostMs) copies.shift();
    context.clock.at(now + 10 * MINUTE, copy);
  };
  context.clock.at(context.clock.now() + 10 * MINUTE, copy);
  return () => copies[context.random.below(copies.length)]?.snapshot;
}

/** Where names collide the bundler puts a number behind them. */
const CHANGED: readonly RegExp[] = [/function\* (?:autoscaler|scaleIn|drain)\d*\(context(\d*)\) \{/g];

/** Made once for each build and process: each file of its own would be compiled, and kept, again. */
const changed = new Map<string, string>();

/** The same bundle with one more durable step at the start of each orchestrator: no running generation fits it. */
function changedCode(entry: string): string {
  const { mtimeMs, size } = statSync(entry);
  const key = `${entry} ${String(mtimeMs)} ${String(size)}`;
  const known = changed.get(key);
  if (known !== undefined) return known;
  let text = readFileSync(entry, 'utf8');
  for (const pattern of CHANGED)
    text = text.replace(
      pattern,
      (head, digits: string) =>
        `${head} yield context${digits}.df.createTimer(new Date(context${digits}.df.currentUtcDateTime.getTime() + 1000));`,
    );
  const folder = mkdtempSync(path.join(tmpdir(), 'changed-app-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const file = path.join(folder, 'index.js');
  writeFileSync(file, text);
  changed.set(key, file);
  return file;
}

export const ENGINE_FAULTS: readonly EngineFault[] = [
  kind('engine-crash', 'The host is killed between any two steps and comes back seconds or minutes later.', (context) => {
    let armed = false;
    every(context, 6 * HOUR, () => void (armed = true));
    context.onStep((step) => {
      // Not on the first step after the due time: anywhere within the work of the next minutes.
      if (!armed || !chance(context, 0.15)) return undefined;
      armed = false;
      context.count(`at ${step.kind} ${step.name} ${step.instance}`);
      void context.main.crash({ downMs: between(context, 1 * SECOND, 4 * MINUTE) });
      return undefined;
    });
  }),
  kind('step-lost', 'The work of a step is lost before it is stored, and runs again when its message is visible again.', (context) =>
    onSteps(context, 0.002, undefined, () => ({ crash: context.random.next() < 0.4 ? 'before' : 'after' })),
  ),
  kind(
    'worker-ends',
    'The Node process ends under a step: an activity reads as failed, an orchestration fails, an entity is asked again.',
    (context) => onSteps(context, 0.001, undefined, () => ({ worker: context.random.next() < 0.4 ? 'before' : 'after' })),
  ),
  kind('step-late', 'A step runs seconds or minutes late: messages overtake each other.', (context) =>
    onSteps(context, 0.003, undefined, () => ({ delayMs: between(context, 1 * SECOND, 5 * MINUTE) })),
  ),
  kind('activity-twice', 'An activity runs twice: one after the other, or beside itself.', (context) =>
    onSteps(context, 0.01, 'activity', () => (context.random.next() < 0.5 ? { duplicate: true } : { againMs: between(context, 0, 2_000) })),
  ),
  kind('activity-again-late', 'An activity runs once more minutes or hours later.', (context) =>
    onSteps(context, 0.01, 'activity', () => ({ againMs: between(context, MINUTE, 5 * HOUR) })),
  ),
  kind('message-twice', 'A message is delivered twice.', (context) =>
    onMessages(
      context,
      0.004,
      (message) => message.queue === 'control',
      () => ({ againMs: between(context, 0, 3 * MINUTE) }),
    ),
  ),
  kind('message-late', 'A message is minutes late.', (context) =>
    onMessages(
      context,
      0.002,
      () => true,
      () => ({ delayMs: between(context, SECOND, 6 * MINUTE) }),
    ),
  ),
  kind('wake-twice', 'A wake or a nudge comes twice.', (context) =>
    onMessages(
      context,
      0.1,
      (message) => isEvent(message, EVENT.EventRaised) && message.queue === 'control' && /^(?:wake|nudge)$/.test(message.event.Name ?? ''),
      () => ({ againMs: between(context, 0, 5 * SECOND) }),
    ),
  ),
  kind('event-lost', 'An event, a terminate or a suspend is accepted and lost.', (context) =>
    onMessages(
      context,
      0.05,
      (message) =>
        isEvent(message, EVENT.ExecutionTerminated, EVENT.ExecutionSuspended) ||
        (message.queue === 'control' && message.event.EventType === EVENT.EventRaised && /^(?:wake|nudge)$/.test(message.event.Name ?? '')),
      () => ({ lose: true }),
    ),
  ),
  kind('timer-late', 'A durable timer is minutes late.', (context) =>
    onMessages(
      context,
      0.01,
      (message) => isEvent(message, EVENT.TimerFired),
      () => ({ delayMs: between(context, SECOND, 8 * MINUTE) }),
    ),
  ),
  kind('starters-at-once', 'Two starters and the keeper want the loop at the same instant, while it is terminated.', (context) =>
    every(context, 20 * HOUR, () => {
      const pool = context.world.pools[context.random.below(context.world.pools.length)];
      const host = context.main.host();
      if (pool === undefined || host === undefined) return;
      context.count(pool.name);
      if (context.random.next() < 0.5) host.terminate(`autoscaler-${pool.name}`, 'keeper: replaced by a simulated fault');
      for (const path of [`pools/${pool.name}/start`, `pools/${pool.name}/start`, 'keeper']) void context.main.request('POST', path);
    }),
  ),
  kind('keeper-twice', 'The keeper runs twice at the same time.', (context) =>
    every(context, 5 * HOUR, () => {
      const host = context.main.host();
      if (host === undefined) return;
      context.count();
      void host.runTimer('keeper');
      void host.runTimer('keeper');
    }),
  ),
  kind('keeper-away', 'Timer functions do not run for an hour.', (context) => {
    const away = episodes(context, 30 * HOUR, [10 * MINUTE, 60 * MINUTE], { begin: () => context.count('begins') });
    context.onStep((step) => (step.kind === 'timer' && away.isOn() ? { crash: 'before' } : undefined));
  }),
  kind('code-changed', 'A deploy changes the orchestrators under live instances, and is taken back later.', (context) => {
    const { main } = context;
    const entry = main.entry();
    episodes(context, 40 * HOUR, [10 * MINUTE, 6 * HOUR], {
      begin: () => {
        context.count('forward');
        void main.crash({ entry: changedCode(entry) });
      },
      end: () => {
        context.count('back');
        void main.crash({ entry });
      },
    });
  }),
  kind('second-app', 'Another app with its own task hub runs on the same scale set for a while.', (context) => {
    let app: App | undefined;
    episodes(context, 60 * HOUR, [20 * MINUTE, 4 * HOUR], {
      begin: () => {
        context.count('begins');
        void context.join({ WEBSITE_SITE_NAME: 'forgotten-app' }).then((opened) => void (app = opened));
      },
      end: () => void app?.stop(),
    });
  }),
  kind('hub-restored', 'The task hub is restored from an older state.', (context) => {
    const older = keepCopies(context, 6 * HOUR);
    every(context, 80 * HOUR, () => {
      const snapshot = older();
      if (snapshot === undefined) return;
      context.count(`from ${new Date(snapshot.now).toISOString()}`);
      void context.main.crash({ storage: memoryStorage(snapshot) });
    });
  }),
  kind('hub-lost', 'The task hub is lost whole.', (context) =>
    every(context, 100 * HOUR, () => {
      context.count();
      void context.main.crash({ storage: memoryStorage() });
    }),
  ),
];
