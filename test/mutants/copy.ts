import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Mutant } from './defect';

const LEFT_OUT = new Set(['.git', 'node_modules', 'dist', 'coverage', '.local']);

/** A copy of the repository that may be damaged; node_modules is a link. */
export class Copy {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'mutants-'));

  constructor(root: string) {
    cpSync(root, this.folder, { recursive: true, filter: (source) => !LEFT_OUT.has(path.relative(root, source)) });
    symlinkSync(path.join(root, 'node_modules'), path.join(this.folder, 'node_modules'));
  }

  /** Plants the defect, and returns what takes it out again. */
  plant({ file, from, to }: Mutant): () => void {
    const name = path.join(this.folder, file);
    const text = readFileSync(name, 'utf8');
    writeFileSync(name, planted(text, from, to));
    return () => writeFileSync(name, text);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Throws where `from` does not stand in the text exactly once. */
export function planted(text: string, from: string, to: string): string {
  const found = text.split(from).length - 1;
  if (found !== 1) throw new Error(`stands ${String(found)} times in the source instead of once: ${from}`);
  return text.split(from).join(to);
}
