import type { PoolMemory } from '../model/pool';

/** Fields of the heartbeat line: how the loop stands, told by the keeper whether or not the loop ticks. */
export function heartbeatOf(
  memory: PoolMemory | undefined,
  runtimeStatus: string | undefined,
  now: number,
  appStartedAt: number,
): Record<string, unknown> {
  const drains = Object.values(memory?.drains ?? {});
  const tick = memory?.tick;
  const seconds = (since: number): number => Math.max(0, Math.round((now - since) / 1000));
  return {
    loop: runtimeStatus ?? 'none',
    stopped: memory?.flags.stopped !== undefined,
    paused: memory?.flags.paused !== undefined,
    // A loop that has never ticked is judged by the start of the app, or nothing would tell of it.
    lastTickSeconds: seconds(tick?.at ?? appStartedAt),
    ...(tick === undefined ? {} : { rule: tick.rule }),
    heldSeconds: tick?.heldSince === undefined ? 0 : seconds(tick.heldSince),
    drains: drains.length,
    oldestDrainSeconds: drains.length === 0 ? 0 : seconds(Math.min(...drains.map((record) => record.startedAt))),
  };
}
