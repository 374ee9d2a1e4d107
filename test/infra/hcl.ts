import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from '@cdktf/hcl2json';

export type Block = Record<string, unknown>;
export interface Module {
  readonly variable: Record<string, Block>;
  readonly output: Record<string, Block>;
  readonly local: Record<string, unknown>;
  /** "type.name" → block, resources and data sources (these begin with "data."). */
  readonly resource: Record<string, Block>;
  /** Every expression and literal of the module. */
  readonly texts: readonly string[];
}

/** All .tf files of a folder, parsed. Throws what the parser says of a file that is no HCL. */
export async function readModule(folder: string): Promise<Module> {
  const module = { variable: {}, output: {}, local: {}, resource: {}, texts: [] as string[] };
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.tf'))) {
    const parsed = (await parse(file, readFileSync(join(folder, file), 'utf8'))) as Record<string, unknown>;
    Object.assign(module.variable, first(parsed['variable']));
    Object.assign(module.output, first(parsed['output']));
    for (const block of (parsed['locals'] ?? []) as Block[]) Object.assign(module.local, block);
    Object.assign(module.resource, byAddress(parsed['resource'], ''), byAddress(parsed['data'], 'data.'));
    collect(parsed, module.texts);
  }
  return module;
}

/** Blocks come as lists of one. */
const first = (blocks: unknown): Record<string, Block> =>
  Object.fromEntries(Object.entries((blocks ?? {}) as Record<string, Block[]>).map(([name, list]) => [name, list[0] ?? {}]));

function byAddress(types: unknown, prefix: string): Record<string, Block> {
  const found: Record<string, Block> = {};
  for (const [type, blocks] of Object.entries((types ?? {}) as Record<string, unknown>)) {
    for (const [name, block] of Object.entries(first(blocks))) found[`${prefix}${type}.${name}`] = block;
  }
  return found;
}

function collect(value: unknown, into: string[]): void {
  if (typeof value === 'string') into.push(value);
  else if (Array.isArray(value)) value.forEach((each) => collect(each, into));
  else if (typeof value === 'object' && value !== null) Object.values(value).forEach((each) => collect(each, into));
}

/** What an expression refers to: `var.x`, `local.x`, `azurerm_y.z`, `data.azurerm_y.z`. */
export function references(text: string): string[] {
  const found: string[] = [];
  for (const [expression] of text.matchAll(/\$\{[\s\S]*\}/g)) {
    const kinds = /\b(?:var|local)\.\w+|\bdata\.\w+\.\w+|(?<![\w.])(?:azurerm_\w+|azapi_\w+|terraform_data)\.\w+/g;
    found.push(...[...expression.matchAll(kinds)].map(([reference]) => reference));
  }
  return found;
}

/** The default of `var.object.attribute` written as `optional(type, default)`, and of plain variables. */
export function defaultOf(module: Module, reference: string): unknown {
  const [, name = '', attribute] = reference.split('.');
  const block = module.variable[name] ?? {};
  if (attribute === undefined) return block['default'];
  const declared = new RegExp(`\\b${attribute}\\s*=\\s*optional\\(\\w+,\\s*"?([^")]*)"?\\)`).exec(String(block['type']))?.[1];
  return ((block['default'] ?? {}) as Block)[attribute] ?? declared;
}
