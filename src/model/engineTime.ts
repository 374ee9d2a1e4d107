/**
 * One real minute in ms, never divided by TRIAL_SPEED: a trial speeds up the simulated cloud, not the durable engine. Its timers come late
 * by up to host.json's maxQueuePollingInterval, each hop to an activity waits as long, and work that was in flight at a crash is hidden for
 * a minute. Whatever judges the engine's lateness or liveness is measured in these.
 */
export const ENGINE_MINUTE = 60_000;

/** The least between two ticks, in real ms: a durable timer fires up to a second early, so that closer ticks would run into each other. */
export const ENGINE_PACE = 2_000;
