import { parseArgs } from 'node:util';
import { SettingsError } from '../errors';
import { replay, type Difference } from '../observe/ledger/replay';
import { errorText } from './errorText';
import { download } from './ledger/download';
import { readPast, SourceError } from './ledger/source';
import { SettingsFileError } from './settingsFile';

const HELP = `npm run replay -- --ledger FILE|DIR [flags]

  --ledger FILE|DIR   a day of the ledger, or a folder with such files
  --settings FILE     instead: a local.settings.json, whose storage is read
  --days N            with --settings: so many days back (default 7)
  --pool NAME         that pool alone
  --all               every difference (default: the first ten)
  --json              the last line of stdout is one JSON object

  Decides each recorded observation again with the code at hand and tells what it decides otherwise: the proof before an upgrade. Ends with 1
  where something differs, with 2 where there is nothing to decide.
`;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      ...{ ledger: { type: 'string' }, settings: { type: 'string' }, days: { type: 'string' }, pool: { type: 'string' } },
      ...{ all: { type: 'boolean' }, json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
    },
  });
  if (values.help === true || (values.ledger === undefined && values.settings === undefined)) {
    process.stdout.write(HELP);
    return values.help === true ? 0 : 2;
  }
  const source = values.ledger ?? (await download(values.settings ?? '', values.days ?? '7', Date.now()));
  const { ledger } = readPast(source, values.pool);
  const result = replay(ledger);
  const print = (line: string): void => void (values.json === true ? process.stderr : process.stdout).write(`${line}\n`);
  const shown = values.all === true ? result.differences : result.differences.slice(0, 10);
  for (const difference of shown) print(tell(difference));
  if (shown.length < result.differences.length)
    print(`… and ${String(result.differences.length - shown.length)} more; --all shows them.\n`);
  const [first, last] = [ledger.ticks[0]?.line, ledger.ticks.at(-1)?.line];
  print(`${time(first?.at)} to ${time(last?.at)}: ${String(result.decided)} of ${String(ledger.ticks.length)} ticks were decided again.`);
  print(
    result.differences.length === 0
      ? 'Each is decided as it was.'
      : `${String(result.same)} as they were, ${String(result.differences.length)} otherwise: ${kindsOf(result.differences)}.`,
  );
  for (const [count, why] of [
    [result.unread, 'had no complete reading to decide on (held)'],
    [result.withoutSettings, 'have no line that tells their settings'],
    [result.cut, 'had more unusual runners than a line tells'],
    [result.lost, 'lines could not be read'],
  ] as const)
    if (count > 0) print(`Left out: ${String(count)} ${why}.`);
  if (values.json === true) {
    const { differences, ...counts } = result;
    const told = differences.map(({ line, before, today, in: where }) => ({
      at: time(line.at),
      pool: line.pool,
      tick: line.tick,
      in: where,
      before,
      today,
    }));
    process.stdout.write(`${JSON.stringify({ ticks: ledger.ticks.length, ...counts, differences: told })}\n`);
  }
  if (result.differences.length > 0) return 1;
  return result.decided === 0 ? 2 : 0;
}

const time = (at: number | undefined): string => (at === undefined ? '?' : new Date(at).toISOString());

function tell({ line, before, today, in: where }: Difference): string {
  const acts = (verdict: Difference['today']): string =>
    verdict.acts.length === 0 ? 'no act' : verdict.acts.map((act) => JSON.stringify(act)).join(' ');
  const side = (who: string, verdict: Difference['today']): string =>
    `  ${who} ${verdict.rule}: ${verdict.reason}${where === 'acts' ? `\n        ${acts(verdict)}` : ''}`;
  return `${time(line.at)} ${line.pool}, tick ${line.tick}, other ${where === 'reason' ? 'words' : where}:\n${side('then ', before)}\n${side('today', today)}\n`;
}

function kindsOf(differences: readonly Difference[]): string {
  const of = (where: Difference['in']): number => differences.filter((each) => each.in === where).length;
  return [
    `${String(of('acts'))} in what is done`,
    `${String(of('rule'))} in the rule's name alone`,
    `${String(of('reason'))} in words alone`,
  ].join(', ');
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`${errorText(error, SourceError, SettingsFileError, SettingsError)}\n`);
    process.exit(2);
  },
);
