import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { startChild } from '../crash/child';
import type { Stage } from '../crash/stage';
import { scaledClock } from '../host';

export class ExtensionError extends Error {}

/** A killed host's lease of the one partition lasts so long at most, and its messages come back after the visibility timeout of a minute. */
const RECOVERY_MS = 90_000;

/**
 * The real Durable extension over Azurite, in a .NET process that is built here and runs the built app in a Node process of its own. It
 * takes the .NET SDK and NuGet. `speed`: all durations are so many times shorter; the timeouts of the task hub are not.
 */
export function extensionStage(options: { readonly speed: number; readonly appDirectory: string; readonly script: string }): Stage {
  const { speed, appDirectory, script } = options;
  const built = join(appDirectory, 'dist', 'extension');
  build(join(appDirectory, 'src', 'local', 'extension', 'host', 'host.csproj'), built);
  return {
    clock: scaledClock(1),
    pace: speed,
    services: 'all',
    restMs: RECOVERY_MS,
    begin: (env) =>
      startChild('dotnet', [join(built, 'bin', 'host.dll'), process.execPath, script, '--work', appDirectory], {
        ...env,
        FUNCTIONS_WORKER_RUNTIME: 'node',
      }),
    end: () => undefined,
  };
}

/** Throws {@link ExtensionError} with what the compiler says, or where there is no .NET SDK. */
function build(project: string, into: string): void {
  const flags = ['-c', 'Release', '-v', 'q', '--nologo', '-o', join(into, 'bin'), `-p:BaseIntermediateOutputPath=${join(into, 'obj')}/`];
  try {
    execFileSync('dotnet', ['build', project, ...flags], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    const { code, stdout = '' } = error as { code?: string; stdout?: string };
    if (code === 'ENOENT') throw new ExtensionError('There is no dotnet here: --engine extension takes the .NET SDK 8 or newer.');
    throw new ExtensionError(`The host did not build:\n${stdout}`);
  }
}
