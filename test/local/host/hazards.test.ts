import { describe, expect, it } from 'vitest';
import { run } from './support';

const HOUR = 3_600_000;

describe('open tasks', () => {
  it('withhold completion, and the hang is reported with its cause', async () => {
    const { host, pass, hangs, output } = await run('hazards', { hangAfterMs: 60_000 });
    host.startNew('forgetsTimer', 'a');
    await pass(30 * 60_000);
    expect(host.status('a')?.runtimeStatus).toBe('Running');
    expect(hangs).toMatchObject([{ kind: 'open-tasks', instanceId: 'a', cause: expect.stringContaining('timer') as string }]);
    await pass(HOUR);
    expect(output('a')).toBe('done');
  });

  it('withhold continueAsNew until the losing child ends', async () => {
    const { host, pass, hangs, output } = await run('hazards');
    host.startNew('forgetsChild', 'a');
    await pass(HOUR / 2);
    expect(host.status('a')).toMatchObject({ runtimeStatus: 'Running', input: '' });
    expect(hangs[0]?.cause).toContain('sub-orchestration sleeper (slow-child)');
    await pass(HOUR);
    expect(output('a')).toBe('second generation');
  });

  it('do not keep a terminate from working; the child runs on', async () => {
    const { host, pass } = await run('hazards');
    host.startNew('forgetsChild', 'a');
    await pass(5_000);
    host.terminate('a', 'enough');
    await pass(5_000);
    expect(host.status('a')).toMatchObject({ runtimeStatus: 'Terminated', output: 'enough' });
    expect(host.status('slow-child')?.runtimeStatus).toBe('Running');
    await pass(HOUR);
    expect(host.status('slow-child')?.runtimeStatus).toBe('Completed');
  });
});

describe('tasks', () => {
  it('yielded twice are scheduled twice, and the parent runs for ever', async () => {
    const { host, pass, hangs } = await run('hazards');
    host.startNew('yieldsTwice', 'a');
    await pass(HOUR);
    expect(host.status('a')?.runtimeStatus).toBe('Running');
    expect(hangs.map(({ kind }) => kind)).toContain('repeated-task');
  });

  it('never yielded are never scheduled', async () => {
    const { host, pass, output } = await run('hazards');
    host.startNew('fireAndForget', 'a');
    await pass(5_000);
    expect(output('a')).toBe('done');
    expect(host.counters.activities).toBe(0);
  });

  it('with retryTimeout hang, and the host says so', async () => {
    const { host, pass, hangs } = await run('hazards');
    host.startNew('retryTimeout', 'a');
    await pass(HOUR);
    expect(host.status('a')?.runtimeStatus).toBe('Running');
    expect(hangs).toMatchObject([{ kind: 'diverged', instanceId: 'a' }]);
  });

  it('of other code than the history is of fail the orchestration', async () => {
    const { host, pass, output } = await run('hazards');
    host.startNew('changes', 'a');
    await pass(5_000);
    expect(host.status('a')?.runtimeStatus).toBe('Failed');
    expect(output('a')).toMatch(/^Non-Deterministic workflow detected: .*'echo'/);
  });

  it('carry typed failures', async () => {
    const { host, pass, output } = await run('hazards');
    host.startNew('typed', 'a');
    await pass(1);
    expect(output('a')).toEqual({ type: 'TypeError', properties: { code: 'E_TYPED' } });
  });
});

describe('events', () => {
  it('a wait that lost its race swallows the next event', async () => {
    const { host, pass, output } = await run('hazards');
    host.startNew('losesWait', 'a');
    await pass(5_000);
    host.raiseEvent('a', 'go', 'early');
    await pass(2 * HOUR);
    expect(output('a')).toBe('swallowed');
  });

  it('that nobody awaited are lost at continueAsNew', async () => {
    const { host, pass, output, lines } = await run('hazards');
    host.startNew('losesBuffered', 'a');
    await pass(5_000);
    host.raiseEvent('a', 'go');
    await pass(60_000);
    expect(output('a')).toBe('lost');
    expect(lines.map(({ message }) => message)).toContain('Events that nobody awaited are lost at continueAsNew: go');
  });

  it('that beat a cancelled timer in the turn of continueAsNew come again: without a step it spins', async () => {
    const { host, pass, hangs } = await run('hazards');
    host.startNew('eventWins', 'a', { mode: 'spin' });
    await pass(5_000);
    host.raiseEvent('a', 'go');
    await pass(5_000);
    expect(new Set(hangs.map(({ kind }) => kind))).toEqual(new Set(['event-again', 'spin']));
    host.terminate('a');
    await pass(5_000);
    expect(host.status('a')?.runtimeStatus).toBe('Running');
  });

  it.each([
    ['step', 2, ['event-again']],
    ['before', 1, []],
    ['plain', 1, []],
  ])('mode %s: one event makes %i generations', async (mode, woken, kinds) => {
    const { host, pass, hangs } = await run('hazards');
    host.startNew('eventWins', 'a', { mode });
    await pass(5_000);
    host.raiseEvent('a', 'go');
    await pass(5_000);
    expect(host.status('a')?.customStatus).toEqual({ woken });
    expect(hangs.map(({ kind }) => kind)).toEqual(kinds);
  });

  it('are kept in order and none is lost within a generation', async () => {
    const { host, pass, output } = await run('hazards');
    host.startNew('listens', 'a');
    await pass(1);
    for (const n of [1, 2, 3]) host.raiseEvent('a', 'go', n);
    await pass(1);
    expect(output('a')).toEqual([1, 2, 3]);
  });
});

describe('terminate', () => {
  it('is lost in the batch of the event that leads to continueAsNew', async () => {
    const { host, pass } = await run('hazards');
    host.startNew('eventWins', 'a', { mode: 'plain' });
    await pass(1_000);
    host.terminate('a', 'stop');
    host.raiseEvent('a', 'go');
    await pass(1_000);
    expect(host.status('a')).toMatchObject({ runtimeStatus: 'Running', customStatus: { woken: 1 } });
    host.terminate('a', 'stop');
    await pass(1_000);
    expect(host.status('a')?.runtimeStatus).toBe('Terminated');
  });

  it('of a child fails its parent uncatchably', async () => {
    const { host, pass, output } = await run('hazards');
    host.startNew('parentOf', 'a', { child: 'c' });
    await pass(1_000);
    host.terminate('c', 'stop');
    await pass(1_000);
    expect(host.status('a')?.runtimeStatus).toBe('Failed');
    expect(output('a')).toContain('could not parse its exception data');
  });
});

describe('sub-orchestrations', () => {
  it('with the id of a running instance replace it, and the first parent never hears', async () => {
    const { host, pass, output } = await run('hazards');
    host.startNew('parentOf', 'first', { child: 'c', ms: 60_000 });
    await pass(30_000);
    host.startNew('parentOf', 'second', { child: 'c', ms: 60_000 });
    await pass(HOUR);
    expect(output('second')).toBe('slept');
    expect(host.status('first')?.runtimeStatus).toBe('Running');
  });
});

describe('custom status', () => {
  it('over 16 KB of UTF-16 fails the orchestration', async () => {
    const { host, pass, output } = await run('hazards');
    host.startNew('bigStatus', 'small', 8 * 1024 - 2);
    host.startNew('bigStatus', 'big', 8 * 1024 - 1);
    await pass(5_000);
    expect(output('small')).toBe('fits');
    expect(host.status('big')?.runtimeStatus).toBe('Failed');
    expect(output('big')).toContain('must not exceed 16 KB');
  });

  it('and the time of creation begin anew with each generation', async () => {
    const { host, pass } = await run('hazards');
    host.startNew('statusOnce', 'a');
    await pass(500);
    expect(host.status('a')).toMatchObject({ customStatus: 'first', createdTime: '2026-01-05T00:00:00Z' });
    await pass(1_500);
    expect(host.status('a')).toMatchObject({ customStatus: null, createdTime: '2026-01-05T00:00:01Z' });
  });
});

describe('timers', () => {
  it('of ten days come in the steps that the SDK counts on', async () => {
    const { host, pass, output } = await run('hazards');
    host.startNew('sleeper', 'l', { ms: 240 * HOUR });
    await pass(240 * HOUR - 1);
    expect(host.status('l')?.runtimeStatus).toBe('Running');
    await pass(1);
    expect(output('l')).toBe('slept');
    expect(host.counters.timers).toBe(3);
  });

  it('fire early, since their delay is cut to whole seconds: ten and a half take ten, one is over at once', async () => {
    const { host, pass, output } = await run('hazards', { wholeSecondTimers: true, random: () => 0.5 });
    host.startNew('nap', 'a');
    host.startNew('sleeper', 'second', { ms: 1_000 });
    await pass(100);
    expect(output('second')).toBe('slept');
    await pass(60_000);
    expect(output('a')).toBe(10_060);
  });
});

describe('entities', () => {
  it('report a throw as [object Object], and nothing is rolled back', async () => {
    const { host, pass, output } = await run('hazards');
    host.startNew('callsBox', 'a', 'signalsAndThrows');
    await pass(1_000);
    expect(output('a')).toBe('[object Object]');
    expect(host.readEntity('box', 'one')).toBe(1);
    expect(host.readEntity('box', 'signalled')).toBe(1);
  });
});

describe('activities', () => {
  it('run again after a crash that lost their answer, once the visibility timeout has passed', async () => {
    let crashes = 0;
    const beforeStep = ({ kind }: { kind: string }) => (kind === 'activity' && crashes++ === 0 ? ({ crash: 'after' } as const) : undefined);
    const { host, pass, output } = await run('hazards', { hooks: { beforeStep }, visibilityTimeoutMs: 60_000 });
    host.startNew('counts', 'a');
    await pass(59_000);
    expect(output('a')).toBeNull();
    await pass(2_000);
    expect(output('a')).toBe(2);
  });

  it('whose answer comes twice settle once', async () => {
    const beforeStep = ({ kind }: { kind: string }) => (kind === 'activity' ? { duplicate: true } : undefined);
    const { host, pass, output } = await run('hazards', { hooks: { beforeStep } });
    host.startNew('counts', 'a');
    await pass(1_000);
    expect(output('a')).toBe(1);
    expect(host.counters.activities).toBe(2);
  });
});

describe('the end of the Node process alone', () => {
  const once = (kind: string) => {
    let ends = 0;
    return { beforeStep: (step: { kind: string }) => (step.kind === kind && ends++ === 0 ? ({ worker: 'after' } as const) : undefined) };
  };

  it('reads like an error of the activity, though it was carried out; it is not run again', async () => {
    const { host, pass, output } = await run('hazards', { hooks: once('activity') });
    host.startNew('counts', 'a');
    await pass(HOUR);
    expect(host.status('a')?.runtimeStatus).toBe('Failed');
    expect(output('a')).toContain('node exited with code 137');
    expect(host.counters.activities).toBe(1);
  });

  it('fails the orchestration that was at work', async () => {
    const { host, pass, output } = await run('hazards', { hooks: once('orchestrator') });
    host.startNew('counts', 'a');
    await pass(HOUR);
    expect(host.status('a')?.runtimeStatus).toBe('Failed');
    expect(output('a')).toContain("Orchestrator function 'counts' failed: node exited");
    expect(host.counters.activities).toBe(0);
  });

  it('is not seen by who called an entity: it is asked again seconds later', async () => {
    const { host, pass, output } = await run('hazards', { hooks: once('entity') });
    host.startNew('callsBox', 'a', 'touch');
    await pass(1_000);
    expect(output('a')).toBeNull();
    await pass(2_000);
    expect(output('a')).toBe('ok');
    expect(host.readEntity('box', 'one')).toBe(1);
  });
});

describe('suspension', () => {
  it('holds events until the resume; terminate works meanwhile', async () => {
    const { host, pass, output } = await run('hazards');
    for (const id of ['a', 'b']) host.startNew('listens', id);
    await pass(1_000);
    for (const id of ['a', 'b']) host.suspend(id);
    await pass(1_000);
    for (const n of [1, 2, 3]) host.raiseEvent('a', 'go', n);
    await pass(1_000);
    expect(host.status('a')?.runtimeStatus).toBe('Suspended');
    expect(host.counters.activities).toBe(0);
    host.resume('a');
    host.terminate('b', 'stop');
    await pass(1_000);
    expect(output('a')).toEqual([1, 2, 3]);
    expect(host.status('b')?.runtimeStatus).toBe('Terminated');
  });
});
