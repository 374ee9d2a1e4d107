import { TRANSPORT_KEY, type Transport } from '../../adapters/transport';
import { memoryStorage, startHost, type Hang, type Host, type HostClock, type HostHooks, type HostStorage, type LogLine } from '../host';
import { createLife, type Life } from './life';

export interface AppOptions {
  readonly clock: HostClock;
  readonly ways: Required<Omit<Transport, 'pause'>>;
  readonly settings: Readonly<Record<string, string | undefined>>;
  /** For the host's ids and early timers. */
  readonly random: () => number;
  /** The built entry file. */
  readonly entry: string;
  readonly hooks?: HostHooks;
  /** The task hub; a fresh one in memory where absent. */
  readonly storage?: HostStorage;
  readonly say: (source: string, text: string) => void;
  readonly onLog?: (line: LogLine) => void;
  readonly onHang?: (hang: Hang) => void;
}

export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** One function app with its task hub, which may die and come back, with other settings, other code, or an older hub. */
export interface App {
  /** Undefined while it is down. */
  host(): Host | undefined;
  storage(): HostStorage;
  /** The built entry file that runs, or will with the next start. */
  entry(): string;
  /** Kills the host as SIGKILL does and starts another, `downMs` later (5 s). */
  crash(how?: { readonly downMs?: number; readonly storage?: HostStorage; readonly entry?: string }): Promise<void>;
  /** One call of the app's HTTP API, the path below /api/; 503 while it is down, and where it dies under the request. */
  request(method: string, path: string, body?: unknown): Promise<Answer>;
  /** Restarts the app, as Azure does; undefined takes a setting away. */
  changeSettings(changes: Readonly<Record<string, string | undefined>>): void;
  settings(): Readonly<Record<string, string | undefined>>;
  /** Its clock shows so much more than the world's. */
  skew(ms: number): void;
  stop(): Promise<void>;
}

export async function openApp(options: AppOptions): Promise<App> {
  const { clock, ways, say } = options;
  let { settings, entry } = options;
  let storage = options.storage ?? memoryStorage();
  let host: Host | undefined;
  let life: Life | undefined;
  let skew = 0;
  let starts = 0;
  /** Cuts the connections of all that wait for an answer of the running host. */
  const waiting = new Set<() => void>();

  async function start(): Promise<void> {
    const born = createLife(
      skewed(clock, () => skew),
      ways,
    );
    life = born;
    host = await startHost({
      appDirectory: process.cwd(),
      entry,
      env: Object.fromEntries(Object.entries(settings).filter((each): each is [string, string] => each[1] !== undefined)),
      clock: born.clock,
      storage,
      random: options.random,
      wholeSecondTimers: true,
      sandbox: { globals: { [TRANSPORT_KEY]: born.transport } },
      ...(options.hooks === undefined ? {} : { hooks: options.hooks }),
      log: (line) => {
        say('app', `${line.level} ${line.message}`);
        options.onLog?.(line);
      },
      onHang: (hang) => {
        say('hang', `${hang.kind} ${hang.instanceId} ${hang.cause}`);
        options.onHang?.(hang);
      },
    });
    say('host', 'started');
  }

  async function end(): Promise<void> {
    const dying = host;
    host = undefined;
    for (const cut of waiting) cut();
    waiting.clear();
    life?.end();
    await dying?.kill();
  }

  async function crash(how: Parameters<App['crash']>[0] = {}): Promise<void> {
    await end();
    say('host', 'killed');
    if (how.storage !== undefined) storage = how.storage;
    if (how.entry !== undefined) entry = how.entry;
    // A second crash while it is down puts the start off.
    const mine = ++starts;
    clock.at(clock.now() + (how.downMs ?? 5_000), () => {
      // An app that cannot be loaded is a defect of the run: nothing catches it.
      if (mine === starts) void start();
    });
  }

  await start();
  return {
    host: () => host,
    storage: () => storage,
    entry: () => entry,
    crash,
    request: async (method, path, body) => {
      if (host === undefined) return { status: 503, body: undefined };
      const answered = host.request({
        method,
        target: `/api/${path}`,
        headers: { 'content-type': 'application/json' },
        body: Buffer.from(body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body)),
      });
      // A killed host never answers: whoever waited for that would wait for good, and never do what was to come after it.
      let cut = (): void => undefined;
      const died = new Promise<undefined>((resolve) => waiting.add((cut = () => resolve(undefined))));
      const answer = await Promise.race([answered, died]);
      waiting.delete(cut);
      if (answer === undefined) return { status: 503, body: undefined };
      const text = answer.body.toString('utf8');
      return { status: answer.status, body: text === '' ? undefined : (JSON.parse(text) as unknown) };
    },
    changeSettings: (changes) => {
      settings = { ...settings, ...changes };
      say('host', `settings ${Object.entries(changes).map(shown).join(' ')}`);
      void crash();
    },
    settings: () => settings,
    skew: (ms) => {
      skew = ms;
      say('host', `clock off by ${String(ms)} ms`);
    },
    stop: async () => {
      starts += 1;
      await end();
    },
  };
}

/** Without the value of a key. */
const shown = ([name, value]: [string, string | undefined]): string => `${name}=${name.includes('KEY') ? '…' : (value ?? 'none')}`;

/** What is due by the app's clock comes so much earlier; what was armed before a jump keeps its time. */
function skewed(clock: HostClock, skew: () => number): HostClock {
  return { now: () => clock.now() + skew(), at: (time, run) => clock.at(time - skew(), run), busy: () => clock.busy() };
}
