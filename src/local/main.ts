import { errorText } from './errorText';
import { HELP, OptionsError, parseOptions } from './options';
import { runReal, runSimulated } from './run';
import { SettingsFileError } from './settingsFile';
import { TraceError } from './traces';

async function main(): Promise<number> {
  const options = parseOptions(process.argv.slice(2));
  if (options.help) {
    process.stdout.write(HELP);
    return 0;
  }
  // With --json the last line of stdout is the object; what is told on the way goes to stderr.
  const print = (line: string): void => void (options.json ? process.stderr : process.stdout).write(`${line}\n`);
  return options.settings === undefined ? runSimulated(options, print) : runReal(options.settings, options, print);
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') {
      process.stderr.write('The port of the HTTP API is in use; pass another one as --port N.\n');
      process.exit(2);
    }
    process.stderr.write(`${errorText(error, OptionsError, SettingsFileError, TraceError, RangeError)}\n`);
    process.exit(2);
  },
);
