/**
 * One real minute in ms, never divided by TRIAL_SPEED: a trial speeds up the simulated cloud, not the durable engine. Its timers come late
 * by up to host.json's maxQueuePollingInterval, each hop to an activity waits as long, and work that was in flight at a crash is hidden for
 * a minute. Whatever judges the engine's lateness or liveness is measured in these.
 */
export const ENGINE_MINUTE = 60_000;

/**
 * The least wait and the least between two ticks, in real ms. The engine cuts a timer's delay to whole seconds a moment after it was asked
 * for: one of a second fires at once, so that whoever asks anew until a time has come would spin through its last second.
 */
export const ENGINE_PACE = 2_000;
