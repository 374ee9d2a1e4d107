import { expect, test } from 'vitest';
import type { DrainInput } from '../../src/functions/orchestrators/drain';
import { OPERATIONS } from '../../src/persist/poolEntity';
import { aRecord, MINUTE, NOW, TARGET, TIMING } from '../support/builders/drains';
import { replay, type Happened } from '../model/replay';

/**
 * The engine matches what ends to what was begun by a number. A turn whose checkpoint was torn may have begun something else under it
 * (`simulate --explore in --mode Uniform --at 144:146 --with torn:torn`).
 */
const record = aRecord('1', { phase: 'deregistered' });
const input: DrainInput = { record, target: TARGET, timing: TIMING, course: { steps: [], gathered: true } };
const untilDelete: readonly Happened[] = [
  { at: NOW, value: { word: 'go', step: 'delete', attempt: 'a#1', expiresAt: NOW + MINUTE } },
  { at: NOW, value: { turn: 'lead', batch: [record], attempt: 'a#1', expiresAt: NOW + MINUTE } },
];

test.each<[string, unknown]>([
  ['a timer', undefined],
  ['the activity of another step', { answer: 'done', line: { at: NOW, step: 'deregister', answer: 'done' } }],
])('where %s of a torn turn ends a step of a drain, it waits and asks anew', (_what, value) => {
  expect(replay(input, NOW, untilDelete)).toMatchObject({ kind: 'activity', input: { step: 'delete' } });
  const ended = [...untilDelete, { at: NOW + 1, value }];
  expect(replay(input, NOW, ended)).toEqual({ kind: 'timer', until: NOW + 1 + MINUTE });
  expect(replay(input, NOW, [...ended, { at: NOW + MINUTE }])).toMatchObject({
    kind: 'entity',
    operation: OPERATIONS.ask,
    input: { note: 'the step "delete" failed and is tried again' },
  });
});
