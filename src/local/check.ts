import { parseArgs } from 'node:util';
import { check } from '../check/check';
import { bad, type CheckItem } from '../check/item';
import { ServiceError, SettingsError } from '../errors';
import { clock, loadSettings, runnersOf, scaleSetOf, store, surroundingsOf, targetOf } from '../functions/environment';
import { errorText } from './errorText';
import { readSettingsFile, SettingsFileError } from './settingsFile';

const HELP = `npm run check -- --settings FILE [--pool NAME] [--write] [--json]

  --settings FILE   a local.settings.json: its Values are the app settings
  --pool NAME       that pool alone (default: all)
  --write           prove the right to write: today's capacity is written over itself
  --json            the items as one JSON object

  Ends with 1 where an item is not ok.
`;

/** The preflight from a laptop, with the login of the Azure CLI: the same items as POST /api/pools/{pool}/check. */
async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      ...{ settings: { type: 'string' }, pool: { type: 'string' } },
      ...{ write: { type: 'boolean' }, json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
    },
  });
  if (values.help === true || values.settings === undefined) {
    process.stdout.write(HELP);
    return values.help === true ? 0 : 2;
  }
  Object.assign(process.env, readSettingsFile(values.settings));
  const results = await allOf(values.pool, values.write === true);
  if (values.json === true) process.stdout.write(`${JSON.stringify(results)}\n`);
  else for (const [pool, items] of Object.entries(results)) process.stdout.write(`${pool}\n${items.map(lineOf).join('\n')}\n`);
  return Object.values(results).some((items) => items.some(({ ok }) => ok === false)) ? 1 : 0;
}

async function allOf(only: string | undefined, write: boolean): Promise<Record<string, readonly CheckItem[]>> {
  const results: Record<string, readonly CheckItem[]> = {};
  try {
    const pools = loadSettings().pools.filter(({ pool }) => only === undefined || pool === only);
    if (pools.length === 0)
      results[only ?? ''] = [bad('settings', `There is no pool "${only ?? ''}" in the settings.`, 'Name one of POOLS, or "default".')];
    for (const settings of pools) {
      const target = targetOf(settings);
      const ports = {
        runners: runnersOf(target),
        scaleSet: scaleSetOf(target),
        surroundings: surroundingsOf(target),
        store: store(),
        clock,
      };
      results[settings.pool] = await check({ ...ports, memory: undefined, me: undefined }, settings, { write });
    }
  } catch (error) {
    if (error instanceof SettingsError)
      results['settings'] = error.problems.map((problem) => bad('settings', problem, 'Change the value in the file.'));
    else if (error instanceof ServiceError) results['settings'] = [bad('storage', error.message, 'Change the value in the file.')];
    else throw error;
  }
  return results;
}

function lineOf({ name, ok, text, next }: CheckItem): string {
  const mark = ok === true ? 'ok     ' : ok === false ? 'NOT OK ' : 'unsure ';
  return `  ${mark} ${name.padEnd(20)} ${text}${next === undefined ? '' : `\n          → ${next}`}`;
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`${errorText(error, SettingsFileError)}\n`);
    process.exit(2);
  },
);
