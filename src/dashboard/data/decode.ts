/** Readers of unknown JSON. What the page needs must be there, else it says that it does not understand; what is merely shown may be missing. */

export class MalformedAnswer extends Error {}

export type Fields = Readonly<Record<string, unknown>>;

export function fieldsOf(value: unknown, what: string): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields;
  throw new MalformedAnswer(`${what} should be an object`);
}

export function listOf(value: unknown, what: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new MalformedAnswer(`${what} should be a list`);
}

export function requiredText(fields: Fields, name: string, what: string): string {
  const value = fields[name];
  if (typeof value === 'string') return value;
  throw new MalformedAnswer(`${what} has no "${name}"`);
}

export const text = (value: unknown): string => (typeof value === 'string' ? value : '');

export const textOrNull = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

export const number = (value: unknown): number | null => (typeof value === 'number' && Number.isFinite(value) ? value : null);

export const numberOr0 = (value: unknown): number => number(value) ?? 0;

/** An ISO text or epoch ms → epoch ms. */
export function time(value: unknown): number | null {
  if (typeof value === 'string') return number(Date.parse(value));
  return number(value);
}

export function requiredTime(fields: Fields, name: string, what: string): number {
  const at = time(fields[name]);
  if (at !== null) return at;
  throw new MalformedAnswer(`${what} has no time "${name}"`);
}

export const texts = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((each): each is string => typeof each === 'string') : [];

/** Items of a list that may be absent. */
export const each = <T>(value: unknown, what: string, read: (fields: Fields) => T): readonly T[] =>
  value === undefined || value === null ? [] : listOf(value, what).map((item) => read(fieldsOf(item, what)));

/** An object that may be absent. */
export const maybe = <T>(value: unknown, what: string, read: (fields: Fields) => T): T | null =>
  value === undefined || value === null ? null : read(fieldsOf(value, what));
