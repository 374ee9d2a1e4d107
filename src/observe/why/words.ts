import type { PoolSettings } from '../../settings/settings';

/** `2025-04-07 15:06:00`, UTC. */
export const clockTime = (at: number): string => new Date(at).toISOString().slice(0, 19).replace('T', ' ');
/** `15:06:00`. */
export const timeOfDay = (at: number): string => new Date(at).toISOString().slice(11, 19);

/** `45 s`, `3 min 20 s`, `2 h 05 min`, `3 days 4 h`. */
export function span(ms: number): string {
  const seconds = Math.round(Math.abs(ms) / 1_000);
  const [days, hours, minutes] = [Math.floor(seconds / 86_400), Math.floor(seconds / 3_600) % 24, Math.floor(seconds / 60) % 60];
  if (days > 0) return `${String(days)} ${days === 1 ? 'day' : 'days'} ${String(hours)} h`;
  if (hours > 0) return `${String(hours)} h ${String(minutes).padStart(2, '0')} min`;
  if (minutes === 0) return `${String(seconds)} s`;
  return seconds % 60 === 0 ? `${String(minutes)} min` : `${String(minutes)} min ${String(seconds % 60)} s`;
}

/** Minutes of a rule, as its setting says them. */
export const minutesOf = (ms: number, { durations }: Pick<PoolSettings, 'durations'>): string =>
  String(Number((ms / durations.minute).toFixed(2)));
