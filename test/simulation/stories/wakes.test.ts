import { expect, test } from 'vitest';
import { scenario, type Scenario } from './scenario';

/** POST wake is a webhook that may come for each workflow: many bring one tick, and none is lost. */
const QUIET = { MIN_RUNNERS: '1', POLL_INTERVAL_SECONDS: '60', POLL_MIN_SECONDS: '20' };

const ticksAfter = (story: Scenario, from: number): number[] =>
  story.ticks.filter(({ at }) => at > from).map(({ at }) => Math.round((at - from) / 1_000));

/** A quiet pool so many seconds after a tick. */
async function quiet(secondsAfterTick: number): Promise<Scenario> {
  const story = await scenario({ flags: { initialRunners: 1 }, settings: QUIET });
  await story.pass(30);
  const before = story.ticks.length;
  await story.until('a tick', () => story.ticks.length > before, 2);
  await story.pass(secondsAfterTick / 60);
  return story;
}

test('a wake brings a tick at once where the last one was POLL_MIN_SECONDS ago', async () => {
  const story = await quiet(30);
  const from = story.clock.now();
  await story.post('pools/default/wake');
  await story.pass(0.2);
  const [first, ...others] = ticksAfter(story, from);
  expect(first).toBeLessThanOrEqual(3);
  expect(others).toEqual([]);
});

test('wakes within POLL_MIN_SECONDS of a tick bring one tick, when they are over', async () => {
  const story = await quiet(2);
  const from = story.clock.now();
  for (let sent = 0; sent < 5; sent += 1) {
    await story.post('pools/default/wake');
    await story.pass(2 / 60);
  }
  const last = story.clock.now();
  await story.pass(0.5);
  const ticks = ticksAfter(story, from);
  expect(ticks).toHaveLength(1);
  expect(from + (ticks[0] ?? 0) * 1_000).toBeGreaterThanOrEqual(last);
  expect(ticks[0]).toBeLessThanOrEqual(21);
});

test('a wake that comes while a tick reads brings another one', async () => {
  let isReading = false;
  const story = await scenario({
    flags: { initialRunners: 1 },
    settings: QUIET,
    hooks: { beforeStep: ({ kind, name }) => void (isReading ||= kind === 'activity' && name === 'poll') },
  });
  await story.pass(30);
  isReading = false;
  await story.until('a reading', () => isReading, 2);
  const from = story.clock.now();
  await story.post('pools/default/wake');
  await story.pass(0.6);
  expect(ticksAfter(story, from).filter((second) => second > 2 && second <= 25)).toHaveLength(1);
});
