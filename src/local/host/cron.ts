/** A time schedule of six fields (second minute hour day month weekday) or five (without seconds), in UTC. */
export interface Cron {
  /** The first time after `time`. */
  next(time: number): number;
}

const NAMES: Readonly<Record<string, number>> = Object.fromEntries([
  ...['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'].map((name, index) => [name, index]),
  ...['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'].map((name, index) => [name, index + 1]),
]) as Record<string, number>;

const RANGES = [
  [0, 59],
  [0, 59],
  [0, 23],
  [1, 31],
  [1, 12],
  [0, 7],
] as const;

function field(text: string, [least, most]: readonly [number, number]): Set<number> {
  const values = new Set<number>();
  for (const part of text.toLowerCase().split(',')) {
    const [range = '', stepText] = part.split('/');
    const step = stepText === undefined ? 1 : Number(stepText);
    const [fromText = '', toText] = range.split('-');
    const number = (value: string): number => NAMES[value] ?? Number(value);
    const from = range === '*' ? least : number(fromText);
    const to = range === '*' || (toText === undefined && stepText !== undefined) ? most : number(toText ?? fromText);
    if (![from, to, step].every(Number.isInteger) || step < 1 || from < least || to > most || from > to)
      throw new Error(`"${part}" is not a valid part of a schedule`);
    for (let value = from; value <= to; value += step) values.add(value);
  }
  return values;
}

export function parseCron(schedule: string): Cron {
  const parts = schedule.trim().split(/\s+/);
  if (parts.length === 5) parts.unshift('0');
  if (parts.length !== 6) throw new Error(`The schedule "${schedule}" needs five or six fields.`);
  const [seconds, minutes, hours, days, months, weekdays] = parts.map((text, index) => field(text, RANGES[index] ?? [0, 0])) as [
    Set<number>,
    Set<number>,
    Set<number>,
    Set<number>,
    Set<number>,
    Set<number>,
  ];
  if (weekdays.has(7)) weekdays.add(0);
  const next = (time: number): number => {
    const at = new Date(Math.floor(time / 1000) * 1000 + 1000);
    for (let tries = 0; tries < 100_000; tries += 1) {
      if (!months.has(at.getUTCMonth() + 1)) {
        at.setUTCMonth(at.getUTCMonth() + 1, 1);
        at.setUTCHours(0, 0, 0);
      } else if (!days.has(at.getUTCDate()) || !weekdays.has(at.getUTCDay())) {
        at.setUTCDate(at.getUTCDate() + 1);
        at.setUTCHours(0, 0, 0);
      } else if (!hours.has(at.getUTCHours())) at.setUTCHours(at.getUTCHours() + 1, 0, 0);
      else if (!minutes.has(at.getUTCMinutes())) at.setUTCMinutes(at.getUTCMinutes() + 1, 0);
      else if (!seconds.has(at.getUTCSeconds())) at.setUTCSeconds(at.getUTCSeconds() + 1);
      else return at.getTime();
    }
    throw new Error(`The schedule "${schedule}" never comes.`);
  };
  return { next };
}
