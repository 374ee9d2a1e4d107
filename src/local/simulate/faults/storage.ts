import { chance, episodes, HOUR, MINUTE } from './schedule';
import type { FaultContext, FaultKind } from './types';

/** Blob storage and the token endpoint. */

const kind = (name: string, sentence: string, install: (context: FaultContext) => void): FaultKind => ({
  name,
  area: 'azure',
  sentence,
  install,
});

export const STORAGE_FAULTS: readonly FaultKind[] = [
  kind('blob-conflict', 'Another writer was quicker: the ETag of a blob has moved.', (context) =>
    context.hook({
      onStore: (operation, name) => {
        if (operation !== 'write' || !chance(context, 0.01)) return undefined;
        context.count(name);
        return { kind: 'overtaken' };
      },
    }),
  ),
  kind('blob-answer-lost', 'A write to a blob happens and its answer is lost.', (context) =>
    context.hook({
      onStore: (operation, name) => {
        if (operation === 'read' || operation === 'list' || !chance(context, 0.005)) return undefined;
        context.count(name);
        return { kind: 'answer-lost' };
      },
    }),
  ),
  kind('blob-leased', 'Somebody holds a lease on a blob.', (context) => {
    const leased = episodes(context, 20 * HOUR, [2 * MINUTE, 30 * MINUTE]);
    context.hook({
      onStore: (operation, name) => {
        if (!leased.isOn() || operation === 'read' || operation === 'list' || !name.startsWith('state/')) return undefined;
        context.count(name);
        return { kind: 'refused', code: 'store-unavailable', text: 'There is currently a lease on the blob (LeaseIdMissing).' };
      },
    });
  }),
  kind('blob-forbidden', 'The right to the blobs is missing (403).', (context) => {
    const forbidden = episodes(context, 60 * HOUR, [2 * MINUTE, HOUR]);
    context.hook({
      onStore: (_operation, name) => {
        if (!forbidden.isOn()) return undefined;
        context.count(name);
        return { kind: 'refused', code: 'store-forbidden', text: 'This request is not authorized to perform this operation.' };
      },
    });
  }),
  kind('blob-outage', 'Blob storage answers nothing for up to an hour.', (context) => {
    const outage = episodes(context, 40 * HOUR, [2 * MINUTE, HOUR], { begin: () => context.count('begins') });
    context.hook({
      onStore: () => (outage.isOn() ? { kind: 'refused', code: 'store-unavailable', text: 'Blob storage did not answer.' } : undefined),
    });
  }),
  kind('identity-down', 'The token endpoint is down for hours, and tokens last an hour.', (context) => {
    const down = episodes(context, 24 * HOUR, [10 * MINUTE, 3 * HOUR]);
    context.hook({
      tokenSeconds: () => 3_600,
      onRequest: (service) => {
        if (service !== 'identity' || !down.isOn()) return undefined;
        context.count();
        return context.random.next() < 0.3 ? { hang: true } : { status: 500, body: '{"statusCode":500,"message":"token service is down"}' };
      },
    });
  }),
];
