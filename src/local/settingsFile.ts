import { existsSync, readFileSync } from 'node:fs';

/** The caller's file, not a defect: told without a stack. */
export class SettingsFileError extends Error {}

/** The app settings in a local.settings.json. Throws {@link SettingsFileError} that names the file and what is expected in it. */
export function readSettingsFile(file: string): Record<string, string> {
  const expected = 'expected is a local.settings.json with an object "Values" of texts';
  const fail = (found: string): never => {
    throw new SettingsFileError(`--settings ${file}: ${found}${expected}.`);
  };
  if (!existsSync(file)) throw new SettingsFileError(`--settings ${file}: there is no such file.`);
  try {
    const { Values } = JSON.parse(readFileSync(file, 'utf8')) as { Values?: unknown };
    if (typeof Values === 'object' && Values !== null && Object.values(Values).every((value) => typeof value === 'string'))
      return Values as Record<string, string>;
  } catch (error) {
    return fail(`${error instanceof Error ? error.message : String(error)}; `);
  }
  return fail('');
}
