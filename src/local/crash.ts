import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { live, type LifeOptions } from './crash/life';
import { localHostStage, type Stage } from './crash/stage';
import { runTrial } from './crash/trial';
import { errorText } from './errorText';
import { ExtensionError, extensionStage } from './extension/stage';
import { work } from './extension/worker';

const HELP = `npm run crash -- [flags]

  --kills N                 so often the app's host is killed (default 50)
  --seed N                  of moments and jobs (default 1)
  --speed N                 one second here is so many there (default 60)
  --mode Uniform|Flexible   of the scale set (default Uniform)
  --engine local|extension  the local host, or the real Durable extension over Azurite (default local). The extension takes the .NET SDK 8
                            or newer and NuGet, and two minutes a kill: a killed host's lease and messages have to run out

  Ends with 1 where anything was left over: a drain without an end, a second delete, an orphan, a lost cooldown.
`;

class UsageError extends Error {}

const numberOf = (name: string, given: string): number => {
  const value = Number(given);
  if (!Number.isInteger(value) || value < 1) throw new UsageError(`--${name} takes a whole number from 1, not "${given}". See --help.`);
  return value;
};

function oneOf<T extends string>(name: string, given: string, words: readonly T[]): T {
  const found = words.find((word) => word === given);
  if (found === undefined) throw new UsageError(`--${name} takes ${words.join(' or ')}, not "${given}". See --help.`);
  return found;
}

function stageOf(engine: 'local' | 'extension', speed: number): Stage {
  const appDirectory = process.cwd();
  if (engine === 'extension') return extensionStage({ speed, appDirectory, script: __filename });
  return localHostStage({ speed, appDirectory, entry: join(appDirectory, 'dist', 'app', 'index.js'), script: __filename });
}

/** `npm run crash -- --kills 50 --seed 1`: SIGKILL of the app's host during drains and scale-outs. Exit 1 with any finding. */
async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      life: { type: 'string' },
      work: { type: 'string' },
      kills: { type: 'string', default: '50' },
      seed: { type: 'string', default: '1' },
      speed: { type: 'string', default: '60' },
      mode: { type: 'string', default: 'Uniform' },
      engine: { type: 'string', default: 'local' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.life !== undefined) return live(JSON.parse(values.life) as LifeOptions);
  if (values.work !== undefined) return work(values.work);
  if (values.help === true) {
    process.stdout.write(HELP);
    return 0;
  }
  const options = {
    kills: numberOf('kills', values.kills),
    seed: numberOf('seed', values.seed),
    mode: oneOf('mode', values.mode, ['Uniform', 'Flexible']),
    print: (line: string) => void process.stdout.write(`${line}\n`),
  };
  const report = await runTrial(stageOf(oneOf('engine', values.engine, ['local', 'extension']), numberOf('speed', values.speed)), options);
  process.stdout.write(`${JSON.stringify(report, undefined, 2)}\n`);
  return report.findings.length === 0 ? 0 : 1;
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`${errorText(error, UsageError, ExtensionError)}\n`);
    process.exit(2);
  },
);
