import { FIELDS } from '../../settings/schema';

/** As the app reads it: the pool's own, else the app's, else the default. */
export function textOf(settings: Readonly<Record<string, string | undefined>>, pool: string, variable: string): string | undefined {
  const items = settings['POOLS'] === undefined ? [] : (JSON.parse(settings['POOLS']) as Record<string, string>[]);
  const own = items.find((item) => item['name'] === pool)?.[variable];
  return own ?? settings[variable] ?? FIELDS.find((field) => field.variable === variable)?.fallback;
}

export function settingOf(settings: Readonly<Record<string, string | undefined>>, pool: string, variable: string): number {
  const text = textOf(settings, pool, variable);
  return text === undefined ? 1_000 : Number(text);
}
