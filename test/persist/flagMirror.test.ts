import { describe, expect, test } from 'vitest';
import { readMirror, writeMirror } from '../../src/persist/flagMirror';
import { aRecord, Entity, NOW } from '../support/builders/drains';
import { createMemoryStore } from '../support/fakes/memoryStore';

const flagsOf = (saidAt: number | undefined, ...protectedRunners: string[]) => ({
  ...{ protectedRunners, protectedInstances: [] },
  ...(saidAt === undefined ? {} : { saidAt }),
});

describe('the mirror of the flags', () => {
  test.each([
    ['a later word is not written over', 20, 10, 20],
    ['an earlier one is', 10, 20, 20],
  ])('%s', async (_, standing, written, left) => {
    const store = createMemoryStore();
    await writeMirror(store, 'default', flagsOf(standing));
    await writeMirror(store, 'default', flagsOf(written));
    expect(await readMirror(store, 'default')).toMatchObject({ saidAt: left });
  });

  test('one of before, that bears no time, is written over; so is rubbish', async () => {
    const store = createMemoryStore();
    for (const text of [JSON.stringify(flagsOf(undefined, 'old')), '{"torn']) {
      await store.write('state/default/flags.json', text);
      await writeMirror(store, 'default', flagsOf(1, 'new'));
      expect(await readMirror(store, 'default')).toMatchObject({ protectedRunners: ['new'] });
    }
  });
});

describe('a hub that ticked before takes over', () => {
  test.each([
    ['what was said later', NOW + 1, ['theirs']],
    ['nothing that was said before', NOW - 1, ['ours']],
    ['nothing that bears no time', undefined, ['ours']],
  ])('%s', (_, saidAt, runners) => {
    const entity = new Entity();
    entity.admit([]);
    entity.call('protectRunner', { runnerId: 'ours' });
    entity.call('restoreFlags', { flags: flagsOf(saidAt, 'theirs') });
    expect(entity.memory.flags.protectedRunners).toEqual(runners);
  });
});

test('each word is later than the one before, also where the clock went back; what changes no flag is none', () => {
  const entity = new Entity([aRecord('1', { phase: 'waiting' })]);
  entity.call('pause', { scaleOut: true, scaleIn: false, reason: 'r' });
  expect(entity.memory.flags.saidAt).toBe(NOW);
  entity.now = NOW - 60_000;
  entity.call('resume', {});
  expect(entity.memory.flags.saidAt).toBe(NOW + 1);
  entity.call('releaseRunner', { runnerId: '1' });
  expect(entity.memory.flags.saidAt).toBe(NOW + 1);
});
