/**
 * Every event of the log with its fields, in one place: the runbook's table, the KQL queries and the workbook are tested against it. A field
 * may be absent where it has no value. `tick` is the operation id of a tick, `drain` that of a drain; each line of either carries it.
 */
export interface EventSchema {
  readonly meaning: string;
  readonly fields: Readonly<Record<string, string>>;
}

const pool = 'name of the pool';
const tick = 'id of the tick';
const drain = 'id of the drain; it contains the id of the tick that began it';
const code = 'stable code of the error or alert';
const text = 'one sentence; never a secret';

export const EVENTS_LOGGED: Readonly<Record<string, EventSchema>> = {
  tick: {
    meaning: 'one tick of a pool: what was read and decided; warning while held',
    fields: {
      pool,
      tick,
      version: 'version of the app',
      rule: 'name of the rule that decided, `hold/…` while held',
      reason: 'the decision in one sentence',
      acts: 'kinds of the acts asked for',
      counts: 'demand, instances, runners by state',
      held: 'nothing was done, for want of data to trust',
      dryRun: 'DRY_RUN is on',
      alerts: 'codes of the alerts that stand',
      unservedSeconds: 'how long more jobs have waited than idle and booting runners can take',
      drains: 'recorded drains',
      oldestDrainSeconds: 'age of the oldest of them',
      minRunners: 'MIN_RUNNERS as settings and schedules ask for it now',
      minIdleRunners: 'idle runners kept beside demand, as settings, schedules and forecast ask for them now',
      extraRunners: 'ordered beyond the queue while jobs wait, as settings and forecast ask for now',
      bootCreditSeconds: 'how long a VM without a runner counts as capacity about to come, learned or BOOT_TIMEOUT_MINUTES',
      nextTickSeconds: 'until the next tick is due',
    },
  },
  alert: {
    meaning: 'an alert began; its code stands in each tick line until it ends',
    fields: { pool, tick, code, text, next: 'what to do' },
  },
  'second-writer': { meaning: 'capacity, a runner or a timestamp blob was changed by another', fields: { pool, tick, text } },
  act: {
    meaning: 'one act of a tick and what was answered',
    fields: { pool, tick, act: 'the act with its inputs', answer: 'done, refused, unknown, conflict, gone, late, …', code, text },
  },
  drain: {
    meaning: 'one step of a drain: mark, deregister, delete, reactivate, close',
    fields: { pool, drain, step: 'name of the step', runner: 'runner id', vm: 'vmId', answer: 'what was answered' },
  },
  heartbeat: {
    meaning: 'once a minute and pool, from the keeper, whether or not the loop ticks',
    fields: {
      pool,
      version: 'version of the app',
      loop: 'runtime status of the loop, `none` where it was never started',
      stopped: 'an operator stopped it',
      paused: 'an operator paused it',
      lastTickSeconds: 'since the last tick; before the first, since the app started',
      heldSeconds: 'since the first of the held ticks in a row, 0 while not held',
      rule: 'rule of the last tick',
      drains: 'recorded drains',
      oldestDrainSeconds: 'age of the oldest of them',
    },
  },
  forecast: {
    meaning: 'the keeper learned a day of the past, or chose the rules anew',
    fields: {
      pool,
      kind: '`day` or `chosen`',
      day: 'the day looked at, UTC',
      jobs: 'jobs that its ledger showed; absent where it told too little',
      days: 'days that taught the rules',
      parameters: 'the rules that were chosen',
      plain: 'that past under the settings alone: wait and VM-minutes',
      chosen: 'that past with the rules',
      code,
      text,
    },
  },
  keeper: { meaning: 'the keeper started, replaced or noted a stop of a loop', fields: { pool, action: 'what it did', reason: 'why' } },
  error: {
    meaning: 'something failed that a person may have to see',
    fields: { pool, tick, drain, code, text, stack: 'of a defect alone' },
  },
  check: {
    meaning: 'a preflight was asked for',
    fields: { pool, failed: 'names of the items that are not ok', wrote: 'whether it wrote' },
  },
  reap: { meaning: 'an operator deleted an instance', fields: { pool, vm: 'vmId', checked: 'what was read before' } },
  forget: {
    meaning: 'an operator forced an entry off the list',
    fields: { pool, runner: 'runner id', checked: 'what was read before', outcome: 'what was answered' },
  },
  normalize: {
    meaning: 'an operator wrote capacity 0 at zero VMs',
    fields: { pool, checked: 'what was read before', outcome: 'what was answered' },
  },
};

/** The runbook's table, checked against this schema by a test. */
export function eventsTable(): string {
  const rows = Object.entries(EVENTS_LOGGED).map(([name, { meaning, fields }]) => {
    const listed = Object.entries(fields).map(([field, what]) => `\`${field}\` ${what}`);
    return `| \`${name}\` | ${meaning} | ${listed.join('; ')} |`;
  });
  return ['| Event | Meaning | Fields |', '|---|---|---|', ...rows].join('\n');
}
