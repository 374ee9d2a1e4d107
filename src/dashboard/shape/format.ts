/** Numbers, durations and times as people read them. */

const SHORT = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 1 });
const MONEY = new Intl.NumberFormat('en-GB', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const PRICE = new Intl.NumberFormat('en-GB', { minimumFractionDigits: 2, maximumFractionDigits: 5 });

export const NOTHING = '–';

export const number = (value: number | null): string => (value === null ? NOTHING : SHORT.format(value));

export const money = (value: number): string => MONEY.format(value);

/** Of one hour: cents would round small VMs away. */
export const price = (value: number): string => PRICE.format(value);

export const plural = (count: number, noun: string, many = `${noun}s`): string => `${SHORT.format(count)} ${count === 1 ? noun : many}`;

const two = (value: number): string => String(value).padStart(2, '0');

/** 45 s, 3 min, 2 h 05 min, 3 d 4 h. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 90) return `${whole} s`;
  const minutes = Math.round(whole / 60);
  if (minutes < 90) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `${hours} h ${two(minutes % 60)} min`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

export const ago = (at: number, now: number): string => (now - at < 1_500 ? 'just now' : `${duration((now - at) / 1000)} ago`);

export const until = (at: number, now: number): string => (at <= now ? 'due now' : `in ${duration((at - now) / 1000)}`);

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** In the browser's time zone; the date is added where it is not that of `now`. */
export function clock(at: number, now: number, withSeconds = false): string {
  const date = new Date(at);
  const time = `${two(date.getHours())}:${two(date.getMinutes())}${withSeconds ? `:${two(date.getSeconds())}` : ''}`;
  const isToday = date.toDateString() === new Date(now).toDateString();
  return isToday ? time : `${day(at)} ${time}`;
}

export function day(at: number): string {
  const date = new Date(at);
  return `${date.getDate()} ${MONTHS[date.getMonth()] ?? ''}`;
}

/** The last part of an ARN or path, which tells runners apart; long ones are cut in the middle. */
export function shortId(id: string): string {
  const last =
    id
      .split(/[/:]/)
      .filter((part) => part !== '')
      .at(-1) ?? id;
  return last.length <= 28 ? last : `${last.slice(0, 13)}…${last.slice(-13)}`;
}
