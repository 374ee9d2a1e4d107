import { parseArgs } from 'node:util';
import { SettingsError } from '../errors';
import { tellMachine } from '../observe/why/machine';
import { tellTime } from '../observe/why/tick';
import { errorText } from './errorText';
import { download } from './ledger/download';
import { readPast, SourceError } from './ledger/source';
import { SettingsFileError } from './settingsFile';

const HELP = `npm run why -- --ledger FILE|DIR (--at TIME | --runner ID | --vm ID) [flags]

  --ledger FILE|DIR   a day of the ledger, or a folder with such files; certificates are found in drains/ beside it
  --settings FILE     instead: a local.settings.json, whose storage is read
  --days N            with --settings: so many days back (default 7)
  --pool NAME         where the ledger tells of several
  --at TIME           what was decided then, and why: 2026-01-31T08:15Z, or 08:15 of the ledger's last day (UTC)
  --runner ID         all that is told of a runner; the beginning of its id is enough
  --vm ID             all that is told of a VM, by its vmId
`;

function main(values: Record<string, string | boolean | undefined>, path: string): number {
  const text = (name: string): string | undefined => (typeof values[name] === 'string' ? values[name] : undefined);
  const { ledger, certificates, pools } = readPast(path, text('pool'));
  if (text('pool') === undefined && pools.length > 1)
    throw new SourceError(`The ledger tells of several pools; name one with --pool: ${pools.join(', ')}.`);
  const [runner, vm] = [text('runner'), text('vm')];
  const lines =
    runner !== undefined
      ? tellMachine(ledger, certificates, { runner })
      : vm !== undefined
        ? tellMachine(ledger, certificates, { vm })
        : tellTime(ledger, certificates, timeOf(text('at') ?? '', ledger.ticks.at(-1)?.line.at ?? 0));
  process.stdout.write(`${lines.join('\n').trimEnd()}\n`);
  if (ledger.lost > 0) process.stdout.write(`\n${String(ledger.lost)} lines of the ledger could not be read and are not part of this.\n`);
  return 0;
}

/** Without a zone it is UTC, as everything that is told. */
function timeOf(text: string, last: number): number {
  const day = new Date(last).toISOString().slice(0, 10);
  const whole = /^\d{1,2}:\d\d(?::\d\d)?$/.test(text)
    ? `${day}T${text.padStart(text.split(':').length === 2 ? 5 : 8, '0')}`
    : text.replace(' ', 'T');
  const isZoned = /(?:Z|[+-]\d\d:?\d\d)$/.test(whole);
  const at = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d|$)/.test(whole) ? Date.parse(isZoned || !whole.includes('T') ? whole : `${whole}Z`) : NaN;
  if (Number.isNaN(at)) throw new SourceError(`--at takes a time such as 2026-01-31T08:15Z, or 08:15, not "${text}".`);
  return at;
}

async function run(): Promise<number> {
  const string = { type: 'string' } as const;
  const { values } = parseArgs({
    options: {
      ...{ ledger: string, settings: string, days: string, pool: string, at: string, runner: string, vm: string },
      help: { type: 'boolean', short: 'h' },
    },
  });
  const isAsked = [values.at, values.runner, values.vm].filter((each) => each !== undefined).length === 1;
  if (values.help === true || !isAsked || (values.ledger === undefined && values.settings === undefined)) {
    process.stdout.write(HELP);
    return values.help === true ? 0 : 2;
  }
  return main(values, values.ledger ?? (await download(values.settings ?? '', values.days ?? '7', Date.now())));
}

run().then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`${errorText(error, SourceError, SettingsFileError, SettingsError)}\n`);
    process.exit(2);
  },
);
