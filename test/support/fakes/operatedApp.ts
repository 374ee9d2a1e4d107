import type { App } from '../../../src/local/simulate/app';

type Settings = Readonly<Record<string, string | undefined>>;

/** What operators and faults touch of an app: it takes each command, and its settings are those that were last changed. No host runs in it. */
export function operatedApp(original: Settings): Pick<App, 'request' | 'host' | 'settings' | 'changeSettings'> {
  let settings = original;
  return {
    request: () => Promise.resolve({ status: 200, body: {} }),
    host: () => undefined,
    settings: () => settings,
    changeSettings: (changes) => void (settings = { ...settings, ...changes }),
  };
}
