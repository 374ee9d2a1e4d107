import type { HostClock } from '../host';
import type { Answer, App } from './app';
import type { Bench } from './bench';
import type { AppHands } from './faults/types';

export interface Hands {
  readonly app: Pick<App, 'request' | 'host' | 'settings' | 'changeSettings'>;
  readonly clock: Pick<HostClock, 'now' | 'at'>;
  readonly pools: readonly { readonly name: string }[];
  /** Told of each command: what an operator asks for is not the app's doing. */
  readonly bench: Pick<Bench, 'touch' | 'untouch' | 'changed'>;
  /** One line for each command that was sent, with its answer. */
  readonly say: (text: string) => void;
}

const LOOK_MS = 60_000;
const TRIES = 30;
/** What undoes another command is sent until it is done: a protection left behind would show as a stray that the app leaves alone. */
const UNDOES = /^(?:unprotect|resume|start)$/;
const UNDO_TRIES = 1_000;

/** An operator who works with care: one command of a pool after the other, each seen through, and whatever was begun is undone. */
export function handsOf({ app, clock, pools, bench, say }: Hands): AppHands {
  const base = app.settings();
  const last = new Map<string, Promise<unknown>>();
  const pause = (): Promise<void> => new Promise((resolve) => clock.at(clock.now() + LOOK_MS, resolve));

  /** Sent again at once, a command that is still under way could land after the one that undoes it. */
  async function seenThrough(id: string): Promise<Answer | undefined> {
    for (let looks = 0; looks < TRIES; looks += 1) {
      const state = app.host()?.status(id);
      if (state?.runtimeStatus === 'Completed') return { status: 200, body: state.output };
      // Not there any more: lost with its task hub.
      if (app.host() !== undefined && !/^(?:Pending|Running|Suspended)$/.test(state?.runtimeStatus ?? '')) return undefined;
      await pause();
    }
    return undefined;
  }

  /** A person tries again while the app is down or has trouble, and while the settings lack the pool or cannot be used. */
  async function insist(method: string, path: string, body: unknown, isUndo: boolean): Promise<Answer> {
    for (let tries = 0; ; tries += 1) {
      const answer = await app.request(method, path, body);
      if (method !== 'POST') return answer;
      say(`${path} ${String(answer.status)} ${JSON.stringify(answer.body) ?? ''}`.trimEnd());
      const { code, message = '' } = errorOf(answer);
      const id = code === 'command-pending' ? /"(command-[^"]+)"/.exec(message)?.[1] : undefined;
      const ended = id === undefined ? undefined : await seenThrough(id);
      if (ended !== undefined) return ended;
      const isTrouble = answer.status >= 500 || (isUndo && (code === 'pool-unknown' || code === 'settings-invalid'));
      if (!isTrouble || tries >= (isUndo ? UNDO_TRIES : TRIES)) return answer;
      await pause();
    }
  }

  return {
    request: async (method, path, body) => {
      const [, pool = '', what = '', subject = ''] =
        /^pools\/([^/?]+)\/(?:(?:runners|instances)\/)?([^/?]+)(?:\/([^/?]+))?/.exec(path) ?? [];
      if (method === 'POST') {
        bench.touch(what);
        if (what === 'stop') bench.touch(`stop ${pool}`);
        if (/^(?:stop|start|pause|resume|normalize|acknowledge)$/.test(what)) bench.changed();
        if (subject === 'reap' || subject === 'forget') bench.changed();
      }
      // One after the other: what undoes a command never overtakes it.
      const isUndo = UNDOES.test(subject === '' ? what : subject);
      const mine = (last.get(pool) ?? Promise.resolve()).then(() => insist(method, path, body, isUndo));
      last.set(pool, mine);
      const answer = await mine;
      if (method === 'POST' && what === 'start' && answer.status < 300) bench.untouch(`stop ${pool}`);
      return answer;
    },
    changeSettings: (changes) => {
      const before = pools.filter(({ name }) => isNamed(app.settings(), name));
      app.changeSettings(changes);
      bench.changed();
      const now = app.settings();
      const isOther = Object.keys({ ...now, ...base }).some((key) => now[key] !== base[key]);
      // A pool that is taken out gives its scale set free, as one that is stopped does.
      for (const { name } of before) if (!isNamed(now, name)) bench.touch(`removed ${name}`);
      for (const { name } of pools) {
        // Apart from a stop by an operator, which stands whatever the settings are.
        if (isOther) bench.touch(`settings ${name}`);
        else bench.untouch(`settings ${name}`);
      }
    },
    settings: () => app.settings(),
  };
}

/** Without POOLS there is one pool, and it cannot be taken out. */
function isNamed({ POOLS: text }: Readonly<Record<string, string | undefined>>, name: string): boolean {
  return text === undefined || (JSON.parse(text) as readonly { readonly name: string }[]).some((pool) => pool.name === name);
}

function errorOf({ body }: Answer): { readonly code?: string; readonly message?: string } {
  return (body as { readonly error?: { readonly code?: string; readonly message?: string } } | undefined)?.error ?? {};
}
