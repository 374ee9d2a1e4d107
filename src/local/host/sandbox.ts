import type { UUID } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { Script } from 'node:vm';
import type { HostClock } from './clock';
import { hostDate } from './dateOverride';

/** What an app in a sandbox sees in place of the process: its own time, environment and randomness, and whatever else is put in `globals`. */
export interface Sandbox {
  readonly clock: HostClock;
  readonly random: () => number;
  readonly env: Record<string, string | undefined>;
  readonly globals?: Readonly<Record<PropertyKey, unknown>>;
}

type Factory = (...given: unknown[]) => void;

/** Read and compiled once for all loads: the app's bundle is some megabytes. */
const compiled = new Map<string, { readonly state: string; readonly factory: (names: string) => Factory }>();

/**
 * Runs a bundled CommonJS file in this realm, with some of its globals replaced by shadowing them. So several apps can live in one
 * process, each in its own time and with its own settings, and the process itself (and a test runner in it) keeps the real ones.
 * `overrides` answers `require` first.
 */
export function loadInSandbox(file: string, sandbox: Sandbox, overrides: ReadonlyMap<string, unknown>): unknown {
  const scope = scopeOf(sandbox);
  const real = createRequire(file);
  const crypto = { ...(real('node:crypto') as object), randomUUID: scope.crypto.randomUUID };
  const require = (id: string): unknown => {
    if (overrides.has(id)) return overrides.get(id);
    const name = id.replace(/^node:/, '');
    if (name === 'crypto') return crypto;
    if (name === 'process') return scope['process'];
    return real(id) as unknown;
  };
  const module = { exports: {} };
  const given: Record<string, unknown> = {
    ...scope,
    exports: module.exports,
    require,
    module,
    __filename: file,
    __dirname: path.dirname(file),
  };
  const names = Object.keys(given);
  Reflect.apply(factoryOf(file, names.join(',')), undefined, Object.values(given));
  return module.exports;
}

function factoryOf(file: string, names: string): Factory {
  const { mtimeMs, size } = statSync(file);
  const state = `${String(mtimeMs)} ${String(size)}`;
  let known = compiled.get(file);
  if (known?.state !== state) {
    const text = readFileSync(file, 'utf8');
    const made = new Map<string, Factory>();
    const factory = (parameters: string): Factory => {
      const found =
        made.get(parameters) ?? (new Script(`(function(${parameters}){${text}\n})`, { filename: file }).runInThisContext() as Factory);
      made.set(parameters, found);
      return found;
    };
    known = { state, factory };
    compiled.set(file, known);
  }
  return known.factory(names);
}

interface Scope extends Record<string, unknown> {
  readonly crypto: { readonly randomUUID: () => UUID };
}

function scopeOf({ clock, random, env, globals = {} }: Sandbox): Scope {
  const randomUUID = (): UUID => uuidOf(random);
  const names = {
    Date: hostDate(clock),
    Math: Object.create(Math, { random: { value: random } }) as typeof Math,
    crypto: { subtle: globalThis.crypto.subtle, getRandomValues: fill(random), randomUUID },
    process: Object.create(process, { env: { value: env } }) as typeof process,
    AbortSignal: new Proxy(AbortSignal, {
      get: (target, key): unknown => (key === 'timeout' ? timeoutOn(clock) : Reflect.get(target, key)),
    }),
    ...timersOf(clock),
  };
  const own = Object.create(globalThis) as Record<PropertyKey, unknown>;
  // Accessors of the real global refuse any other receiver.
  for (const name of ['navigator', 'performance'] as const) Object.defineProperty(own, name, { value: globalThis[name] });
  for (const [name, value] of Object.entries(names)) Object.defineProperty(own, name, { value });
  for (const key of Reflect.ownKeys(globals)) Object.defineProperty(own, key, { value: globals[key] });
  return { ...names, globalThis: own, global: own };
}

function uuidOf(random: () => number): UUID {
  const digits = (count: number): string => Array.from({ length: count }, () => Math.floor(random() * 16).toString(16)).join('');
  const variant = '89ab'[Math.floor(random() * 4)] ?? '8';
  return `${digits(8)}-${digits(4)}-4${digits(3)}-${variant}${digits(3)}-${digits(12)}`;
}

const fill =
  (random: () => number) =>
  <T extends NodeJS.ArrayBufferView>(into: T): T => {
    const bytes = new Uint8Array(into.buffer, into.byteOffset, into.byteLength);
    for (let at = 0; at < bytes.length; at += 1) bytes[at] = Math.floor(random() * 256);
    return into;
  };

function timeoutOn(clock: HostClock): (ms: number) => AbortSignal {
  return (ms) => {
    const controller = new AbortController();
    clock.at(clock.now() + ms, () => controller.abort(new DOMException('The operation was aborted due to timeout', 'TimeoutError')));
    return controller.signal;
  };
}

/** As much of a Timeout as libraries use. */
interface Handle {
  readonly cancel: () => void;
  ref(): Handle;
  unref(): Handle;
  hasRef(): boolean;
  refresh(): Handle;
}

type Callback = (...given: unknown[]) => void;

function timersOf(clock: HostClock) {
  const handleOf = (cancel: () => void): Handle => {
    const handle: Handle = { cancel, ref: () => handle, unref: () => handle, hasRef: () => true, refresh: () => handle };
    return handle;
  };
  const clear = (handle: Handle | undefined): void => handle?.cancel?.();
  return {
    setTimeout: (run: Callback, ms = 0, ...given: unknown[]): Handle =>
      handleOf(clock.at(clock.now() + Math.max(1, Number(ms) || 0), () => run(...given))),
    setInterval: (run: Callback, ms = 0, ...given: unknown[]): Handle => {
      let cancel = (): void => undefined;
      const arm = (): void => {
        cancel = clock.at(clock.now() + Math.max(1, Number(ms) || 0), () => {
          arm();
          run(...given);
        });
      };
      arm();
      return handleOf(() => cancel());
    },
    clearTimeout: clear,
    clearInterval: clear,
  };
}
