import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { EVENTS_LOGGED, eventsTable } from '../../src/observe/events';

const runbook = readFileSync('docs/runbook.md', 'utf8');
const workbook = JSON.parse(readFileSync('infra/workbook.json', 'utf8')) as { items: { content: { query?: string; title?: string } }[] };
const read = (pattern: string): string =>
  globSync(pattern)
    .map((file) => readFileSync(file, 'utf8'))
    .join('\n');

interface Section {
  readonly names: readonly string[];
  readonly text: string;
}

const sections: readonly Section[] = runbook
  .split(/^(?=### )/m)
  .slice(1)
  .map((text) => ({ names: [...(text.split('\n')[0] ?? '').matchAll(/`([^`]+)`/g)].map(([, name]) => name ?? ''), text }));

/** Codes that are no alert, hold or logged error: answers to a request, and words that only look alike. */
const OTHERS = new Set([
  'azure-asyncoperation',
  'azure-not-sent',
  'sg-autoscaler',
  'settings-warning',
  'loop-not-running',
  'pool-normalize',
  'key-rotated',
  'pool-removed',
  'settings-changed',
]);

const queries = globSync('infra/queries/alerts/*.kql').map((file) => path.basename(file, '.kql'));
const alerts = [...read('src/decide/alerts.ts').matchAll(/\badd\(\s*'([a-z-]+)'/g)].map(([, code]) => code ?? '');
const errors = [
  ...[...globSync('src/{act,adapters,decide,drain,functions,observe,persist,poll,settings}/**/*.ts'), 'src/errors.ts']
    .map((file) => readFileSync(file, 'utf8'))
    .join('\n')
    .matchAll(/'((?:sg|azure|store|engine|foreign|settings|pool|key|poll|keeper|purge|flags|grant|loop)-[a-z-]+)'/g),
]
  .map(([, code]) => code ?? '')
  .filter((code) => !OTHERS.has(code));
const known = new Set([...queries, ...alerts, ...errors]);

test('every alert rule, alert and error code has its section', () => {
  expect(alerts.length).toBeGreaterThan(12);
  expect(errors.length).toBeGreaterThan(12);
  const written = sections.flatMap(({ names }) => names);
  expect([...known].filter((code) => !written.includes(code))).toEqual([]);
});

test('every section is of something that the app says', () => {
  const written = sections.flatMap(({ names }) => names);
  expect(written.filter((name) => !known.has(name))).toEqual([]);
  expect(new Set(written).size).toBe(written.length);
});

test.each(sections.map((section) => [section.names.join(', '), section.text] as const))(
  '%s: meaning, one query, one call, what to do',
  (_, text) => {
    expect(text).toMatch(/\*\*Means:\*\* [A-Z`]/);
    expect(text).toMatch(/\*\*Do:\*\* \S/);
    expect(text.match(/^```kusto$/gm)).toHaveLength(1);
    expect(text.match(/^curl -s .*\$APP\/api\//gm)).toHaveLength(1);
  },
);

const blocks = [
  ...[...runbook.matchAll(/```kusto\n([\s\S]*?)```/g)].map(([, text]) => text ?? ''),
  ...workbook.items.flatMap(({ content }) => (content.query === undefined ? [] : [content.query])),
];

test.each(blocks.map((text, at) => [at, text] as const))('query %i uses only events and fields that the app emits', (_, text) => {
  const events = [...text.matchAll(/tostring\(line\.event\) (?:== |in \()([^)\n]+)/g)]
    .flatMap(([, list]) => [...(list ?? '').matchAll(/"([\w-]+)"/g)])
    .map(([, name]) => name ?? '');
  const named = events.filter((name) => EVENTS_LOGGED[name] !== undefined);
  expect(named.length).toBeGreaterThan(0);
  const fields = new Set(named.flatMap((name) => Object.keys(EVENTS_LOGGED[name]?.fields ?? {})));
  const used = [...text.matchAll(/\bline\.(\w+)/g)]
    .map(([, field]) => field ?? '')
    .filter((field) => field !== 'event' && field !== 'level');
  expect(used.filter((field) => !fields.has(field))).toEqual([]);
});

test('the workbook shows queue, runners, VMs, waits, drains, decisions, errors and cost', () => {
  const titles = workbook.items.map(({ content }) => content.title ?? '').join('\n');
  for (const word of ['Queue', 'Runners', 'VMs', 'Wait', 'Drains', 'Decisions', 'Errors', 'Cost']) expect(titles).toContain(word);
});

test('counts that the workbook draws are counts of a tick', () => {
  const counts = readFileSync('src/model/decision.ts', 'utf8').split('export interface Counts {')[1]?.split('}')[0] ?? '';
  const drawn = blocks.flatMap((text) => [...text.matchAll(/\bline\.counts\.(\w+)/g)].map(([, name]) => name ?? ''));
  expect(drawn.length).toBeGreaterThan(5);
  expect(drawn.filter((name) => !counts.includes(`readonly ${name}:`))).toEqual([]);
});

test('the table of events is that of the schema', () => {
  expect(runbook.split('<!-- events -->')[1]?.split('<!-- /events -->')[0]?.trim()).toBe(eventsTable());
});
