import { globSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { Core, withCore } from './core';
import { loadInSandbox, type Sandbox } from './sandbox';
import type { Log } from './coreTypes';

export interface AppLocation {
  /** Folder with package.json and host.json. */
  readonly appDirectory?: string;
  /** One entry file; without it package.json `main` of the folder (a glob is allowed, as on the real host). */
  readonly entry?: string;
}

const fromHere = createRequire(__filename);

/** The SDK keeps its core in module state: for a second load these must be fresh as well as the app's own files. */
const FRESH = /node_modules[\\/](?:@azure[\\/]functions|durable-functions)[\\/]/;

function forget(directory: string): void {
  for (const file of Object.keys(fromHere.cache)) {
    const own = file.startsWith(directory + path.sep) && !file.includes(`${path.sep}node_modules${path.sep}`);
    if (own || FRESH.test(file)) Reflect.deleteProperty(fromHere.cache, file);
  }
}

function entriesOf({ appDirectory, entry }: AppLocation): string[] {
  if (entry !== undefined) return [path.resolve(entry)];
  if (appDirectory === undefined) throw new Error('Neither an app folder nor an entry file was given.');
  const { main } = JSON.parse(readFileSync(path.join(appDirectory, 'package.json'), 'utf8')) as { main?: string };
  const files = main === undefined ? [] : globSync(main, { cwd: appDirectory }).map((file) => path.resolve(appDirectory, file));
  if (files.length === 0) throw new Error(`No entry file matches "main": ${JSON.stringify(main)} in ${appDirectory}. Build the app first.`);
  return files;
}

/** Loads a fresh copy of the app. A failing entry file is fatal, as on the real worker. */
export async function loadApp(location: AppLocation, log: Log, sandbox?: Sandbox, modules?: ReadonlyMap<string, unknown>): Promise<Core> {
  const core = new Core(log);
  for (const file of entriesOf(location)) {
    if (sandbox !== undefined) {
      loadInSandbox(file, sandbox, new Map([...(modules ?? []), ['@azure/functions-core', core]]));
      continue;
    }
    forget(path.dirname(file));
    withCore(core, () => fromHere(file) as unknown);
  }
  const functionAppDirectory = location.appDirectory ?? path.dirname(entriesOf(location)[0] ?? '.');
  await core.runHooks('appStart', { functionAppDirectory, hookData: {}, appHookData: core.appHookData });
  const capabilities = await core.getProgrammingModel().getCapabilities?.({});
  if (capabilities?.['HttpUri']) throw new Error('HTTP streaming (enableHttpStream) is not supported by the local host.');
  core.seal();
  return core;
}

export interface HostFile {
  readonly extensions?: {
    readonly http?: { readonly routePrefix?: string };
    readonly durableTask?: { readonly hubName?: string; readonly maxConcurrentActivityFunctions?: number };
  };
}

export function readHostFile(directory: string | undefined): HostFile {
  if (directory === undefined) return {};
  try {
    return JSON.parse(readFileSync(path.join(directory, 'host.json'), 'utf8')) as HostFile;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw error;
  }
}
