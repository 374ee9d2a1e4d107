import { describe, expect, it } from 'vitest';
import type { Answer } from '../../src/local/simulate/app';
import { handsOf } from '../../src/local/simulate/hands';
import { simulationClock } from '../../src/local/simulate/clock';

const MINUTE = 60_000;
const OK: Answer = { status: 200, body: { ok: true } };
const error = (status: number, code: string, message = ''): Answer => ({ status, body: { error: { code, message } } });
const PENDING = error(504, 'command-pending', 'The command has not finished yet; its instance is "command-default-1".');

/** An operator before an app that gives these answers one after the other, and the last one from then on. */
function operator(answers: readonly Answer[], states: readonly string[] = []) {
  const clock = simulationClock(0);
  const sent: string[] = [];
  let looks = 0;
  const hands = handsOf({
    clock,
    app: {
      request: (_method, path) => {
        sent.push(`${path.split('/').at(-1) ?? ''} at ${String(clock.now() / MINUTE)}`);
        return Promise.resolve(answers[Math.min(sent.length, answers.length) - 1] ?? OK);
      },
      host: () => ({ status: () => ({ runtimeStatus: states[Math.min(looks++, states.length - 1)], output: { ok: true } }) }) as never,
      settings: () => ({}),
      changeSettings: () => undefined,
    },
    pools: [{ name: 'default' }],
    bench: { touch: () => undefined, untouch: () => undefined, changed: () => undefined },
    say: () => undefined,
  });
  const run = async (minutes: number): Promise<void> => {
    do await clock.idle();
    while (clock.advance(minutes * MINUTE));
  };
  return { hands, sent, run };
}

const PROTECT = 'pools/default/instances/vm/protect';
const UNPROTECT = 'pools/default/instances/vm/unprotect';

describe('A simulated operator', () => {
  it.each([
    ['takes an answer for an answer', PROTECT, [error(409, 'refused')], ['protect at 0']],
    ['tries again while the app has trouble', PROTECT, [{ status: 503, body: undefined }, OK], ['protect at 0', 'protect at 1']],
    ['gives a pool up that is not in the settings', PROTECT, [error(404, 'pool-unknown')], ['protect at 0']],
    [
      'waits for the pool to come back with what undoes a command',
      UNPROTECT,
      [error(404, 'pool-unknown'), OK],
      ['unprotect at 0', 'unprotect at 1'],
    ],
    [
      'and for settings that can be used again: a pool that was stopped is started at last',
      'pools/default/start',
      [error(409, 'settings-invalid'), error(409, 'settings-invalid'), OK],
      ['start at 0', 'start at 1', 'start at 2'],
    ],
    ['gives a protection up under such settings', PROTECT, [error(409, 'settings-invalid')], ['protect at 0']],
    ['takes a runner that is gone for undone', UNPROTECT, [error(404, 'runner-unknown')], ['unprotect at 0']],
  ] as const)('%s', async (_name, path, answers, expected) => {
    const { hands, sent, run } = operator(answers);
    void hands.request('POST', path);
    await run(10);
    expect(sent).toEqual(expected);
  });

  it('does not send a command again that is still under way, and what undoes it waits for its end', async () => {
    const { hands, sent, run } = operator([PENDING, OK], ['Running', 'Running', 'Running', 'Completed']);
    void hands.request('POST', PROTECT);
    void hands.request('POST', UNPROTECT);
    await run(10);
    expect(sent).toEqual(['protect at 0', 'unprotect at 3']);
  });

  it('sends a command again that was lost with its task hub', async () => {
    const { hands, sent, run } = operator([PENDING, OK], ['Running', '']);
    void hands.request('POST', PROTECT);
    await run(10);
    expect(sent).toEqual(['protect at 0', 'protect at 2']);
  });
});
