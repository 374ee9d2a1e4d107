import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

/** Programs that a guide calls and that reach out of this machine: each is replaced by one that writes down its arguments. */
const STAND_INS = ['az', 'curl', 'func', 'npm', 'git', 'sleep', 'terraform', 'unzip'];

export interface Ran {
  /** Arguments of each call, the program first, in order. */
  readonly calls: readonly (readonly string[])[];
  /** Files that were given as `@file`, by name. */
  readonly given: Readonly<Record<string, string>>;
}

/** Every fenced bash block of a Markdown text, in order. */
export const bashBlocks = (markdown: string): string[] =>
  [...markdown.matchAll(/^```bash\n([\s\S]*?)^```$/gm)].map(([, code]) => code ?? '');

/**
 * Runs a guide's bash as one script that stops at the first unset variable or failed command, in a folder that has what `needs` names
 * of the repository. Stand-ins answer `<program>-answer`.
 */
export function runGuide(script: string, needs: readonly string[]): Ran {
  const folder = mkdtempSync(join(tmpdir(), 'autoscaler-guide-'));
  try {
    const bin = join(folder, 'bin');
    mkdirSync(bin);
    for (const program of STAND_INS) {
      const file = join(bin, program);
      writeFileSync(file, STAND_IN);
      chmodSync(file, 0o755);
    }
    const work = join(folder, 'work');
    for (const need of needs) cpSync(need, join(work, need), { recursive: true });
    const log = join(folder, 'calls');
    const files = join(folder, 'given');
    mkdirSync(files);
    writeFileSync(log, '');
    const env = { PATH: [bin, join(process.execPath, '..'), '/usr/bin', '/bin'].join(delimiter), CALLS: log, GIVEN: files, HOME: folder };
    execFileSync('bash', ['-euo', 'pipefail', '-c', script], { cwd: work, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
    const calls = readFileSync(log, 'utf8').split(END).slice(0, -1);
    return {
      calls: calls.map((call) => call.split('\0').slice(0, -1)),
      given: Object.fromEntries(readdirSync(files).map((name) => [name, readFileSync(join(files, name), 'utf8')])),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const END = '\u001e';
/** Writes its arguments down, each ended by a zero byte, and keeps a copy of every file that is given as `@file`. */
const STAND_IN = `#!/bin/bash
printf '%s\\0' "\${0##*/}" "$@" >> "$CALLS"
printf '\\x1e' >> "$CALLS"
for argument in "$@"; do [[ $argument == @* ]] && cp "\${argument#@}" "$GIVEN/"; done
echo "\${0##*/}-answer"
`;

/** The value behind an option of a recorded call; undefined where it is absent. */
export function option(call: readonly string[], name: string): string | undefined {
  const at = call.indexOf(name);
  return at < 0 ? undefined : call[at + 1];
}

/** `--settings A=1 B=2` → {A: '1', B: '2'}, up to the next option. */
export function settingsOf(call: readonly string[]): Record<string, string> {
  const from = call.indexOf('--settings') + 1;
  const end = call.findIndex((each, index) => index >= from && each.startsWith('--'));
  const pairs = from === 0 ? [] : call.slice(from, end < 0 ? undefined : end);
  return Object.fromEntries(pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]));
}
