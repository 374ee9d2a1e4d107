import { expect, it } from 'vitest';
import { startHost, virtualClock } from '../../../src/local/host';
import { bundled } from './build';

it.each(['socket', 'in-process'] as const)(
  'hours of virtual time pass at once and leave a flat history (%s)',
  { timeout: 60_000 },
  async (transport) => {
    const clock = virtualClock(Date.UTC(2026, 0, 1));
    const lines: string[] = [];
    const host = await startHost({
      entry: bundled('basic'),
      clock,
      transport,
      log: ({ level, message }) => void (level === 'information' || lines.push(message)),
    });
    host.startNew('ticker', 'loop', { every: 60_000 });
    const ticks = 500;
    await host.runUntil(clock.now() + ticks * 60_000);
    expect(lines).toEqual([]);
    expect(host.readEntity('counter', 'main')).toBeGreaterThanOrEqual(ticks);
    expect(host.historySize('loop').rows).toBeLessThan(30);
    await host.stop();
  },
);
