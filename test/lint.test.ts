import { ESLint } from 'eslint';
import { describe, expect, test } from 'vitest';

/** The rules of the gate bite: each planted line is reported in one file, and is fine in another where it belongs. */
const eslint = new ESLint({ overrideConfigFile: '.config/eslint.config.mjs' });

async function rulesBroken(file: string, code: string): Promise<readonly (string | null)[]> {
  const [result] = await eslint.lintText(`${code}\n`, { filePath: file });
  return [...new Set(result?.messages.map((message) => message.ruleId))];
}

const IMPORTS = '@typescript-eslint/no-restricted-imports';
const ORCHESTRATOR = 'src/functions/orchestrators/drain.ts';
const ACTIVITY = 'src/functions/activities.ts';
const PURE = 'src/decide/decide.ts';
const ADAPTER = 'src/adapters/azure/scaleSet.ts';
const HOST = 'src/local/run.ts';

interface Planted {
  readonly what: string;
  readonly code: string;
  readonly rule: string;
  readonly in: string;
  readonly fineIn?: string;
}

const borders: readonly Planted[] = [
  { what: 'Durable Functions', code: "import 'durable-functions';", rule: IMPORTS, in: PURE, fineIn: ACTIVITY },
  { what: 'the Functions model', code: "import '@azure/functions';", rule: IMPORTS, in: ADAPTER, fineIn: ACTIVITY },
  { what: 'an Azure SDK', code: "import '@azure/arm-compute';", rule: IMPORTS, in: ACTIVITY, fineIn: ADAPTER },
  { what: 'an Azure SDK', code: "import '@azure/storage-blob';", rule: IMPORTS, in: 'src/persist/owner.ts', fineIn: HOST },
  { what: 'ky', code: "import 'ky';", rule: IMPORTS, in: 'src/poll/tick.ts', fineIn: 'src/adapters/stackguardian/client.ts' },
  { what: 'an adapter', code: "import '../adapters/clock';", rule: IMPORTS, in: 'src/poll/tick.ts', fineIn: ACTIVITY },
  { what: 'functions', code: "import '../functions/pool';", rule: IMPORTS, in: 'src/drain/steps.ts', fineIn: HOST },
  { what: 'the local host', code: "import '../local/live';", rule: IMPORTS, in: ACTIVITY, fineIn: 'src/local/world/world.ts' },
  {
    what: 'the environment',
    code: "import { clock } from '../environment';",
    rule: IMPORTS,
    in: ORCHESTRATOR,
    fineIn: 'src/functions/http/run.ts',
  },
  {
    what: 'fetch',
    code: "export const answer = fetch('https://example.org');",
    rule: 'no-restricted-globals',
    in: ACTIVITY,
    fineIn: ADAPTER,
  },
];

const determinism: readonly Planted[] = [
  {
    what: 'Date.now',
    code: 'export const now = Date.now();',
    rule: 'no-restricted-properties',
    in: ACTIVITY,
    fineIn: 'src/adapters/clock.ts',
  },
  { what: 'the present as a Date', code: 'export const now = new Date();', rule: 'no-restricted-syntax', in: PURE, fineIn: HOST },
  {
    what: 'Math.random',
    code: 'export const draw = Math.random();',
    rule: 'no-restricted-properties',
    in: ORCHESTRATOR,
    fineIn: 'src/adapters/retry.ts',
  },
  {
    what: 'the environment',
    code: 'export const key = process.env;',
    rule: 'no-restricted-globals',
    in: ORCHESTRATOR,
    fineIn: 'src/functions/environment.ts',
  },
  { what: 'crypto', code: 'export const id = crypto.randomUUID();', rule: 'no-restricted-globals', in: ORCHESTRATOR, fineIn: ACTIVITY },
  { what: 'setTimeout', code: 'setTimeout(() => undefined, 1);', rule: 'no-restricted-globals', in: ORCHESTRATOR, fineIn: ACTIVITY },
  {
    what: 'an async function',
    code: 'export const run = async (): Promise<number> => (await Promise.resolve(1));',
    rule: 'no-restricted-syntax',
    in: ORCHESTRATOR,
    fineIn: ACTIVITY,
  },
];

const care: readonly Planted[] = [
  { what: 'a promise left alone', code: 'Promise.resolve(1);', rule: '@typescript-eslint/no-floating-promises', in: ACTIVITY },
  {
    what: 'an import of types as values',
    code: "import { Clock } from '../ports/clock';\nexport type Mine = Clock;",
    rule: '@typescript-eslint/consistent-type-imports',
    in: PURE,
  },
  {
    what: 'an exported function without types',
    code: 'export const twice = (value: number) => value * 2;',
    rule: '@typescript-eslint/explicit-module-boundary-types',
    in: PURE,
  },
  { what: 'an unused name', code: 'const unused = 1;', rule: '@typescript-eslint/no-unused-vars', in: PURE },
  { what: 'a file of 251 lines', code: '// line\n'.repeat(250), rule: 'max-lines', in: PURE },
  {
    what: 'sixteen decisions',
    code: `export function pick(x: number): number {\n${'  if (x > 1) return x;\n'.repeat(15)}  return 0;\n}`,
    rule: 'ours/decisions',
    in: PURE,
  },
];

describe.each([
  ['borders between folders', borders],
  ['determinism', determinism],
  ['care', care],
])('%s', (_group, cases) => {
  test.each(cases)('$what is refused in $in', async ({ code, rule, in: file, fineIn }) => {
    expect(await rulesBroken(file, code)).toContain(rule);
    if (fineIn !== undefined) expect(await rulesBroken(fineIn, code)).not.toContain(rule);
  });
});

test('bounds have two sides: 250 lines and fifteen decisions pass', async () => {
  expect(await rulesBroken(PURE, '// line\n'.repeat(249))).not.toContain('max-lines');
  const body = '  if (x > 1) return x;\n'.repeat(14);
  expect(await rulesBroken(PURE, `export function pick(x: number): number {\n${body}  return 0;\n}`)).not.toContain('ours/decisions');
});

test('a cycle of imports is refused', async () => {
  // growth.ts is imported by decide.ts already.
  expect(await rulesBroken('src/decide/growth.ts', "import { decide } from './decide';\nexport const again = decide;")).toContain(
    'import-x/no-cycle',
  );
});
