import type { Judge } from './court';

/** Texts that are looked through at each look: histories, states and blobs; lines of the log come by themselves. */
export const secretsIn = (text: string, secrets: readonly string[]): string | undefined => secrets.find((secret) => text.includes(secret));

export const I8: Judge = {
  invariant: 'I8',
  sentence: 'No secret in history, status, ledger, logs or error texts.',
  watch: (court) => ({
    onLine: (line) => {
      const found = secretsIn(line, [...court.world.keys, court.world.identity.header]);
      if (found !== undefined || /\bworld\.[0-9A-Z]{40}\b/.test(line)) court.report('I8', `a secret stands in: ${line.slice(0, 300)}`);
    },
  }),
};
