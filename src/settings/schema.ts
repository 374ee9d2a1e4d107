/** Every app setting, in one place: the parser, the README's table and the module's checks all read this. */

export interface Field {
  readonly variable: string;
  readonly scope: 'pool' | 'app';
  readonly kind: 'text' | 'integer' | 'minutes' | 'seconds' | 'boolean' | 'choice' | 'url' | 'number' | 'json';
  readonly meaning: string;
  /** Undefined and `required` absent: optional without a default. */
  readonly fallback?: string;
  readonly required?: boolean;
  readonly secret?: boolean;
  /** Inclusive bounds of numbers. */
  readonly least?: number;
  readonly most?: number;
  readonly choices?: readonly string[];
}

const pool = (variable: string, kind: Field['kind'], meaning: string, more: Partial<Field> = {}): Field => ({
  variable,
  scope: 'pool',
  kind,
  meaning,
  ...more,
});
const app = (variable: string, kind: Field['kind'], meaning: string, more: Partial<Field> = {}): Field => ({
  variable,
  scope: 'app',
  kind,
  meaning,
  ...more,
});

const DAY_MINUTES = 1440;

export const FIELDS: readonly Field[] = [
  pool('AZURE_SUBSCRIPTION_ID', 'text', 'Azure subscription ID', { required: true }),
  pool('AZURE_RESOURCE_GROUP_NAME', 'text', 'resource group of the scale set', { required: true }),
  pool('AZURE_VMSS_NAME', 'text', 'name of the VM scale set', { required: true }),
  app('AZURE_BLOB_STORAGE_CONN_STRING', 'text', 'storage connection string; or AZURE_BLOB_ACCOUNT_URL', { secret: true }),
  app('AZURE_BLOB_ACCOUNT_URL', 'url', 'blob endpoint, reached by managed identity instead of a connection string'),
  app('AZURE_BLOB_CONTAINER_NAME', 'text', 'blob container of the state', { required: true }),
  pool('SCALE_IN_TIMESTAMP_BLOB_NAME', 'text', 'blob of the last scale-in; under POOLS `<pool>/scale_in_timestamp`', {
    fallback: 'scale_in_timestamp',
  }),
  pool('SCALE_OUT_TIMESTAMP_BLOB_NAME', 'text', 'blob of the last scale-out; under POOLS `<pool>/scale_out_timestamp`', {
    fallback: 'scale_out_timestamp',
  }),
  pool('SG_BASE_URI', 'url', 'StackGuardian API, e.g. https://api.app.stackguardian.io', { required: true }),
  pool('SG_API_KEY', 'text', 'StackGuardian key (`sgu_…` or `sgo_…`)', { required: true, secret: true }),
  pool('SG_ORG', 'text', 'StackGuardian organization', { required: true }),
  pool('SG_RUNNER_GROUP', 'text', 'runner group', { required: true }),
  pool('SG_RUNNER_TYPE', 'choice', 'kind of queue that is watched', { fallback: 'external', choices: ['external', 'shared-external'] }),
  pool('SCALE_OUT_THRESHOLD', 'integer', 'jobs waiting that call for a scale-out', { fallback: '3', least: 0, most: 100_000 }),
  pool('SCALE_IN_THRESHOLD', 'integer', 'jobs waiting at which a scale-in may happen', { fallback: '1', least: 0, most: 100_000 }),
  pool('SCALE_OUT_STEP', 'integer', 'instances added at a time', { fallback: '1', least: 1, most: 1000 }),
  pool('SCALE_IN_STEP', 'integer', 'runners drained at a time', { fallback: '1', least: 1, most: 50 }),
  pool('SCALE_OUT_COOLDOWN_DURATION', 'minutes', 'minutes between scale-outs', { fallback: '4', least: 0.01, most: DAY_MINUTES }),
  pool('SCALE_IN_COOLDOWN_DURATION', 'minutes', 'minutes between scale-ins, and after a scale-out', {
    fallback: '5',
    least: 0.01,
    most: DAY_MINUTES,
  }),
  pool('SCALE_OUT_STRATEGY', 'choice', 'how many are ordered: a step at a time, or for all unserved jobs at once', {
    fallback: 'step',
    choices: ['step', 'demand'],
  }),
  pool('SCALE_OUT_EXTRA', 'integer', 'ordered beyond the queue while jobs wait', { fallback: '0', least: 0, most: 50 }),
  pool('TASKS_PER_RUNNER', 'integer', 'jobs that one runner takes at once; unset: learned', { least: 1, most: 100 }),
  pool('SCALE_IN_STRATEGY', 'choice', 'which runners go: by step and cooldown, by their own idle time, or all surplus at once', {
    fallback: 'step',
    choices: ['step', 'idle-only', 'surplus'],
  }),
  pool('SCALE_IN_IDLE_MINUTES', 'minutes', 'minutes idle before a runner goes, under `idle-only` and `surplus`', {
    fallback: '5',
    least: 0,
    most: DAY_MINUTES,
  }),
  pool('KEEP_NEWEST_IDLE', 'integer', 'under `surplus` only so many newest idle runners wait for their minutes; unset: all', {
    least: 0,
    most: 1000,
  }),
  pool('MIN_IDLE_RUNNERS', 'integer', 'idle runners kept ready beside the jobs waiting', { fallback: '0', least: 0, most: 1000 }),
  pool('SCHEDULES', 'json', 'JSON array of times with a MIN_RUNNERS, MIN_IDLE_RUNNERS or SCALE_IN_IDLE_MINUTES of their own'),
  pool('FORECAST', 'choice', 'keep and order ahead by what the pool’s own past says; `observe` only tells', {
    fallback: 'off',
    choices: ['off', 'observe', 'on'],
  }),
  pool('WAIT_MINUTE_WORTH', 'number', 'VM-minutes that one minute of waiting is worth to the forecast; 0: never warm', {
    fallback: '5',
    least: 0,
    most: 1000,
  }),
  pool('TARGET_WAIT_P95_SECONDS', 'number', 'the forecast keeps 95 of 100 waits below this, instead of by WAIT_MINUTE_WORTH', {
    least: 1,
    most: 86_400,
  }),
  pool('MIN_RUNNERS', 'integer', 'runners always kept', { fallback: '1', least: 0, most: 1000 }),
  pool('MAX_RUNNERS', 'integer', 'instances never exceeded; unset: the platform’s limit', { least: 1, most: 1000 }),
  pool('DEMAND_METRIC', 'choice', 'which jobs count as waiting', { fallback: 'queued+pending', choices: ['queued+pending', 'queued'] }),
  pool('POLL_INTERVAL_SECONDS', 'seconds', 'seconds between ticks', { fallback: '60', least: 1, most: 3600 }),
  pool('POLL_MIN_SECONDS', 'seconds', 'seconds between ticks while jobs wait unserved or VMs boot; POLL_INTERVAL_SECONDS if less', {
    fallback: '10',
    least: 2,
    most: 3600,
  }),
  pool('BOOT_TIMEOUT_MINUTES', 'minutes', 'minutes a VM may take to register', { fallback: '15', least: 0.01, most: DAY_MINUTES }),
  pool('DRAIN_CONFIRM_SECONDS', 'seconds', 'seconds of zero tasks before a drain commits; under 15 only for trials', {
    fallback: '60',
    least: 0,
    most: 3600,
  }),
  pool('DRAIN_ALERT_MINUTES', 'minutes', 'minutes after which a drain alerts', { fallback: '120', least: 0.01, most: 10_080 }),
  pool('DISCONNECT_GRACE_MINUTES', 'minutes', 'minutes a runner may be disconnected, or an instance unhealthy', {
    fallback: '10',
    least: 0.01,
    most: DAY_MINUTES,
  }),
  pool('STARVATION_MINUTES', 'minutes', 'minutes a job may wait unserved below the threshold; 0 = off', {
    fallback: '10',
    least: 0,
    most: DAY_MINUTES,
  }),
  pool('REPAIR_MAX_PER_TICK', 'integer', 'repairs begun per tick', { fallback: '1', least: 0, most: 50 }),
  pool('PROTECT_INSTANCES', 'boolean', 'Uniform: set protectFromScaleIn on registered instances, so that only we choose what goes', {
    fallback: 'true',
  }),
  pool('VM_HOURLY_COST', 'number', 'what one VM costs an hour, in any currency; the dashboard shows the cost with it', {
    least: 0,
    most: 1_000_000,
  }),
  pool('DRY_RUN', 'boolean', 'decide and show, change nothing', { fallback: 'false' }),
  app('METRICS', 'choice', 'OpenTelemetry metrics beside the log; needs a preloaded SDK', { fallback: 'off', choices: ['off', 'otel'] }),
  app('AUTO_START', 'boolean', 'the keeper starts loops that were never started', { fallback: 'true' }),
  app('HISTORY_RETENTION_DAYS', 'number', 'days that finished orchestrations are kept', { fallback: '7', least: 0.01, most: 365 }),
  app('LEDGER_RETENTION_DAYS', 'integer', 'days that the decision ledger is kept', { fallback: '35', least: 1, most: 365 }),
  app('AZURE_RESOURCE_MANAGER_ENDPOINT', 'url', 'Azure Resource Manager, for other clouds', { fallback: 'https://management.azure.com' }),
  app('TRIAL_SPEED', 'number', 'divides every duration, for trials against simulated services', { fallback: '1', least: 1, most: 1000 }),
  app('POOLS', 'json', 'JSON array of pools: `name`, any per-pool variable, `SG_API_KEY_FROM`'),
];

/** Pool items alone may say which app setting holds their key. */
export const KEY_FROM = 'SG_API_KEY_FROM';

/** What is accepted, in words. */
export function accepted(field: Field): string {
  const { kind, least, most, choices } = field;
  if (kind === 'choice') return (choices ?? []).map((choice) => `\`${choice}\``).join(' or ');
  if (kind === 'boolean') return '`true` or `false`';
  if (kind === 'url') return 'an http(s) URL';
  if (kind === 'json') return 'a JSON array';
  if (kind === 'text') return 'text';
  const noun = kind === 'integer' ? 'a whole number' : 'a number';
  // Zero minutes switch a rule off; between zero and the least of all minutes lies nothing.
  if (kind === 'minutes' && least === 0) return `0 or ${noun} from 0.01 to ${most ?? '…'}`;
  return `${noun} from ${least ?? 0} to ${most ?? '…'}`;
}

/** The README's table, checked against this schema by a test. */
export function settingsTable(): string {
  const rows = FIELDS.map((field) => {
    const fallback = field.required === true ? 'required' : field.fallback === undefined ? '–' : `\`${field.fallback}\``;
    return `| \`${field.variable}\` | ${field.meaning} | ${fallback} | ${accepted(field)} |`;
  });
  return ['| Variable | Meaning | Default | Accepted |', '|---|---|---|---|', ...rows].join('\n');
}
