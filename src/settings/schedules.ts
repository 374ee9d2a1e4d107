import { Cron } from 'croner';
import { accepted, FIELDS } from './schema';
import type { Schedule } from './settings';
import { valueOf } from './value';

/** What a schedule may set, by its variable. Its times are those of the clock on the wall: TRIAL_SPEED does not divide them. */
const SETTABLE = ['MIN_RUNNERS', 'MIN_IDLE_RUNNERS', 'SCALE_IN_IDLE_MINUTES'] as const;
const KEYS = new Set<string>(['cron', 'timeZone', 'forMinutes', ...SETTABLE]);
const MOST_SCHEDULES = 50;
/** A month and a bit: what lasts longer is better said without forMinutes. */
const MOST_MINUTES = 45_000;

/** SCHEDULES → schedules; what is wrong is added to `problems`. `minute` is one minute of the rules in ms. */
export function parseSchedules(text: string | undefined, where: string, minute: number, problems: string[]): readonly Schedule[] {
  const items = text === undefined ? [] : (JSON.parse(text) as unknown[]);
  if (items.length > MOST_SCHEDULES) problems.push(`${where}SCHEDULES: given ${items.length}; accepted are at most ${MOST_SCHEDULES}.`);
  return items.flatMap((item, index) => scheduleOf(item, `${where}SCHEDULES[${index}]`, minute, problems) ?? []);
}

function scheduleOf(item: unknown, where: string, minute: number, problems: string[]): Schedule | undefined {
  if (typeof item !== 'object' || item === null || Array.isArray(item)) {
    problems.push(`${where}: given ${JSON.stringify(item).slice(0, 40)}; accepted is an object with cron and what it sets.`);
    return undefined;
  }
  const given = item as Record<string, unknown>;
  const before = problems.length;
  checkTimes(given, where, problems);
  const [minRunners, minIdle, idleMinutes] = SETTABLE.map((variable) => numberOf(given[variable], variable, where, problems));
  if (problems.length > before) return undefined;
  return {
    cron: given['cron'] as string,
    timeZone: zoneOf(given) as string,
    forMs: given['forMinutes'] === undefined ? undefined : (given['forMinutes'] as number) * 60_000,
    sets: {
      ...(minRunners === undefined ? {} : { minRunners }),
      ...(minIdle === undefined ? {} : { minIdle }),
      ...(idleMinutes === undefined ? {} : { idleFor: idleMinutes * minute }),
    },
  };
}

const zoneOf = (given: Readonly<Record<string, unknown>>): unknown => given['timeZone'] ?? 'UTC';

function checkTimes(given: Readonly<Record<string, unknown>>, where: string, problems: string[]): void {
  for (const key of Object.keys(given)) if (!KEYS.has(key)) problems.push(`${where}.${key}: is nothing that a schedule sets.`);
  const { cron, forMinutes } = given;
  const flaw = flawOf(cron, zoneOf(given));
  if (flaw !== undefined) problems.push(`${where}${flaw}`);
  if (forMinutes !== undefined && !(typeof forMinutes === 'number' && forMinutes >= 1 && forMinutes <= MOST_MINUTES))
    problems.push(`${where}.forMinutes: given ${shown(forMinutes)}; accepted is a number from 1 to ${MOST_MINUTES}.`);
  if (SETTABLE.every((variable) => given[variable] === undefined))
    problems.push(`${where}: sets nothing; accepted is any of ${SETTABLE.join(', ')}.`);
}

const shown = (value: unknown): string => (JSON.stringify(value) ?? 'nothing').slice(0, 60);

/** What is wrong with the times, beginning with the key's name; undefined where they can be used. */
function flawOf(cron: unknown, timeZone: unknown): string | undefined {
  if (typeof cron !== 'string' || cron.trim().split(/\s+/).length !== 5)
    return `.cron: given ${shown(cron)}; accepted are five fields: minute, hour, day of the month, month, day of the week.`;
  if (typeof timeZone !== 'string' || !isTimeZone(timeZone))
    return `.timeZone: given ${shown(timeZone)}; accepted is a name such as "Europe/Berlin", or none for UTC.`;
  try {
    // Of any year: the 29th of February comes within eight.
    if (new Cron(cron, { timezone: timeZone, paused: true }).nextRun(new Date(0)) !== null) return undefined;
    return `.cron: given ${shown(cron)}; there is no such day.`;
  } catch (error) {
    return `.cron: given ${shown(cron)}; ${error instanceof Error ? error.message.replace(/^CronPattern: /, '') : 'it cannot be read'}`;
  }
}

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    // An unknown name: its problem is listed.
    return false;
  }
}

function numberOf(given: unknown, variable: string, where: string, problems: string[]): number | undefined {
  const field = FIELDS.find((each) => each.variable === variable);
  if (given === undefined || field === undefined) return undefined;
  const isPlain = typeof given === 'number' || typeof given === 'string';
  const value = isPlain ? valueOf(field, String(given).trim()) : undefined;
  if (typeof value === 'number') return value;
  problems.push(`${where}.${variable}: given ${shown(given)}; accepted is ${accepted(field)}.`);
  return undefined;
}
