/** What the app runs on after parsing: durations in milliseconds, already divided by TRIAL_SPEED. */

export interface Durations {
  readonly poll: number;
  /** Between ticks while something is moving, and from a tick to one that a wake asks for; at most `poll`. */
  readonly pollLeast: number;
  readonly scaleOutCooldown: number;
  readonly scaleInCooldown: number;
  /** SCALE_IN_IDLE_MINUTES outside of schedules. */
  readonly scaleInIdle: number;
  readonly boot: number;
  readonly drainConfirm: number;
  readonly drainAlert: number;
  readonly disconnectGrace: number;
  /** 0 = starvation rule off. */
  readonly starvation: number;
  /** One second and one minute of the rules' fixed allowances, divided by TRIAL_SPEED: multiply by these, never by literals. */
  readonly second: number;
  readonly minute: number;
}

/** At certain times other numbers. */
export interface Schedule {
  /** Five fields. */
  readonly cron: string;
  readonly timeZone: string;
  /** Undefined: until another schedule that sets the same fires. */
  readonly forMs: number | undefined;
  readonly sets: { readonly minRunners?: number; readonly minIdle?: number; readonly idleFor?: number };
}

/** One pool: a runner group and a scale set with their settings. `apiKey` is the only secret; it never leaves an activity. */
export interface PoolSettings {
  readonly pool: string;
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  readonly vmssName: string;
  readonly sgBaseUri: string;
  readonly sgOrg: string;
  readonly sgRunnerGroup: string;
  readonly sgRunnerType: string;
  /** Name of the app setting that holds the key (SG_API_KEY or what SG_API_KEY_FROM names). */
  readonly apiKeyFrom: string;
  readonly apiKey: string;
  readonly scaleOutThreshold: number;
  readonly scaleInThreshold: number;
  readonly scaleOutStep: number;
  readonly scaleInStep: number;
  readonly scaleOutStrategy: 'step' | 'demand';
  readonly scaleOutExtra: number;
  /** Undefined: as learned. */
  readonly tasksPerRunner: number | undefined;
  readonly scaleInStrategy: 'step' | 'idle-only' | 'surplus';
  /** Undefined: all idle ones are kept for their time. */
  readonly keepNewestIdle: number | undefined;
  readonly minIdleRunners: number;
  readonly schedules: readonly Schedule[];
  readonly forecast: 'off' | 'observe' | 'on';
  /** VM-minutes. */
  readonly waitMinuteWorth: number;
  /** Seconds; undefined: WAIT_MINUTE_WORTH chooses. */
  readonly targetWaitP95: number | undefined;
  /** MIN_RUNNERS outside of schedules: a decision reads its scene's targets. */
  readonly minRunners: number;
  /** Undefined: bounded by the platform alone. */
  readonly maxRunners: number | undefined;
  readonly demandMetric: 'queued+pending' | 'queued';
  readonly repairMaxPerTick: number;
  readonly protectInstances: boolean;
  /** Of any currency; undefined: no cost is shown. */
  readonly vmHourlyCost: number | undefined;
  readonly dryRun: boolean;
  readonly scaleInBlob: string;
  readonly scaleOutBlob: string;
  readonly durations: Durations;
  /** Things that work but surprise; shown in status. */
  readonly warnings: readonly string[];
  /** Short hash over all non-secret values: changes exactly when a setting of this pool changes. */
  readonly version: string;
}

export interface StorageSettings {
  readonly container: string;
  readonly connectionString: string | undefined;
  readonly accountUrl: string | undefined;
}

export interface Settings {
  readonly pools: readonly PoolSettings[];
  readonly storage: StorageSettings;
  /** No trailing slash. */
  readonly resourceManagerEndpoint: string;
  readonly metrics: 'off' | 'otel';
  readonly autoStart: boolean;
  readonly historyRetentionDays: number;
  readonly ledgerRetentionDays: number;
  readonly trialSpeed: number;
  readonly warnings: readonly string[];
}
