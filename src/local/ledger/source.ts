import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, sep } from 'node:path';
import { readLedger, type Ledger } from '../../observe/ledger/read';
import { parse } from '../../observe/history/certificates';
import type { Certificate } from '../../model/drain';

/** What the caller got wrong; told without a stack. */
export class SourceError extends Error {}

export interface Past {
  readonly ledger: Ledger;
  /** By drain id. */
  readonly certificates: ReadonlyMap<string, Certificate>;
  /** Pools that the ledger tells of. */
  readonly pools: readonly string[];
}

/**
 * A pool's past from a file of the ledger or from a folder with such files (and, where they lie beside them, the certificates of its drains).
 * Throws {@link SourceError} where there is none.
 */
export function readPast(path: string, only?: string): Past {
  if (!existsSync(path)) throw new SourceError(`--ledger ${path}: there is no such file or folder.`);
  const isFolder = statSync(path).isDirectory();
  const files = isFolder ? filesBelow(path) : [path];
  const beside = isFolder ? files : filesBelow(certificatesBeside(path));
  const texts = files.filter((file) => !isFolder || file.endsWith('.jsonl')).map((file) => readFileSync(file, 'utf8'));
  const whole = readLedger(texts);
  const pools = [...new Set(whole.ticks.map(({ line }) => line.pool))].toSorted();
  const ledger = only === undefined ? whole : { ...whole, ticks: whole.ticks.filter(({ line }) => line.pool === only) };
  if (ledger.ticks.length === 0) {
    const found = pools.length === 0 ? 'no tick of a ledger' : `no tick of the pool "${only ?? ''}"; there are: ${pools.join(', ')}`;
    throw new SourceError(`--ledger ${path}: ${found}. Expected are files such as ledger/default/2026-01-31.jsonl.`);
  }
  const certificates = beside
    .filter((file) => /^drain-.*\.json$/.test(basename(file)))
    .flatMap((file) => parse(readFileSync(file, 'utf8')) ?? [])
    .map((certificate) => [certificate.drain, certificate] as const);
  return { ledger, certificates: new Map(certificates), pools };
}

/** Of `…/ledger/<pool>/<day>.jsonl`: `…/drains/<pool>`, where an export puts them. */
function certificatesBeside(file: string): string {
  const pool = dirname(file);
  const folder = dirname(pool);
  return basename(folder) === 'ledger' ? join(dirname(folder), 'drains', basename(pool)) : '';
}

function filesBelow(folder: string): string[] {
  if (folder === '' || !existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.parentPath}${sep}${entry.name}`);
}
