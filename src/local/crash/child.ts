import { spawn, type ChildProcess } from 'node:child_process';
import { READY } from './life';

export interface Child {
  readonly url: string;
  /** What it said last, for a report of what went wrong. */
  readonly said: readonly string[];
  kill(): Promise<void>;
}

const SAID_LINES = 200;

/** Starts a process and waits until it says where it serves. Throws with its last words where it ends before. */
export function startChild(command: string, args: readonly string[], env: Readonly<Record<string, string>>): Promise<Child> {
  const child: ChildProcess = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } });
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const reaper = (): void => void child.kill('SIGKILL');
  process.once('exit', reaper);
  const said: string[] = [];
  return new Promise((resolve, reject) => {
    let rest = '';
    const hear = (chunk: Buffer): void => {
      const lines = (rest + chunk.toString()).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        said.push(line);
        if (said.length > SAID_LINES) said.shift();
        if (line.startsWith(READY)) resolve({ url: line.slice(READY.length), said, kill });
      }
    };
    child.stdout?.on('data', hear);
    child.stderr?.on('data', hear);
    void gone.then(() => reject(new Error(`The host ended by itself:\n${said.slice(-20).join('\n')}`)));
    async function kill(): Promise<void> {
      process.off('exit', reaper);
      child.kill('SIGKILL');
      await gone;
    }
  });
}
