import { BASE36 } from '../../world/random';
import { between, chance, episodes, HOUR, MINUTE, SECOND } from './schedule';
import type { FaultContext, FaultKind } from './types';

/** What the platform does with what we ask of it. */

const kind = (name: string, sentence: string, install: (context: FaultContext) => void): FaultKind => ({
  name,
  area: 'stackguardian',
  sentence,
  install,
});

export const PLATFORM_WRITE_FAULTS: readonly FaultKind[] = [
  kind('write-late', 'A status or deregistration is answered at once and takes effect up to a minute and a half later.', (context) =>
    context.hook({
      onRequest: (service, request) => {
        if (service !== 'stackguardian' || request.method !== 'POST' || !chance(context, 0.03)) return undefined;
        context.count();
        return { applyAfterMs: between(context, 2, 90) * SECOND };
      },
    }),
  ),
  kind('key-rotated', 'The API key is rotated: 401 until an operator puts the new one into the settings.', (context) => {
    const { world, app, random, clock, until } = context;
    if (app === undefined) return;
    let current = world.settings['SG_API_KEY'] ?? '';
    episodes(context, 40 * HOUR, [3 * MINUTE, 60 * MINUTE], {
      begin: () => {
        world.keys.delete(current);
        context.count();
      },
      end: () => {
        current = `sgu_${random.text(BASE36, 32)}`;
        world.keys.add(current);
        app.changeSettings({ SG_API_KEY: current });
      },
    });
    context.hook({
      onAnswer: (service, _request, response) =>
        service === 'stackguardian' && response.status === 403 && clock.now() < until ? { ...response, status: 401 } : undefined,
    });
  }),
];
