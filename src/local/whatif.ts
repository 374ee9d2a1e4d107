import { SettingsError } from '../errors';
import { errorText } from './errorText';
import { TraceError } from './traces';
import { HELP, parseOptions } from './whatif/options';
import { whatif } from './whatif/run';
import { UsageError } from './whatif/usage';
import { crewOf, work } from './whatif/workers';

/** `npm run whatif`: a pool's past under other settings. */
async function main(): Promise<number> {
  const options = parseOptions(process.argv.slice(2));
  if (options === undefined) {
    process.stdout.write(HELP);
    return 0;
  }
  // With --json the last line of stdout is the object; what is told on the way goes to stderr.
  const print = (line: string): void => void (options.json ? process.stderr : process.stdout).write(`${line}\n`);
  const report = await whatif(options, (past) => crewOf(past, __filename, options.workers), print);
  if (options.json) process.stdout.write(`${JSON.stringify(report)}\n`);
  return 0;
}

if (!work())
  main().then(
    (code) => (process.exitCode = code),
    (error: unknown) => {
      process.stderr.write(`${errorText(error, UsageError, SettingsError, TraceError)}\n`);
      process.exitCode = 2;
    },
  );
