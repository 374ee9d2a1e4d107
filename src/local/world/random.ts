/** Seeded random numbers: the same seed gives the same world on any machine. */
export interface Random {
  /** From 0 to below 1. */
  next(): number;
  /** A whole number from 0 to below `limit`. */
  below(limit: number): number;
  /** Standard normal. */
  normal(): number;
  text(alphabet: string, length: number): string;
  uuid(): string;
  /** An own stream, so that more draws in one place do not shift another. */
  fork(label: string): Random;
}

export const HEX = '0123456789abcdef';
export const BASE36 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ';

export function createRandom(seed: string | number): Random {
  let state = hash(String(seed));
  // Mulberry32: small, and good enough for arrivals and names.
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const below = (limit: number): number => Math.floor(next() * limit);
  const text = (alphabet: string, length: number): string => Array.from({ length }, () => alphabet[below(alphabet.length)] ?? '').join('');
  return {
    next,
    below,
    text,
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
    uuid: () => `${text(HEX, 8)}-${text(HEX, 4)}-4${text(HEX, 3)}-${text('89ab', 1)}${text(HEX, 3)}-${text(HEX, 12)}`,
    fork: (label) => createRandom(`${String(seed)}/${label}`),
  };
}

/** FNV-1a with a last mix, so that neighbouring seeds differ in all bits. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const letter of text) value = Math.imul(value ^ (letter.codePointAt(0) ?? 0), 0x01000193);
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  return (value ^ (value >>> 13)) >>> 0;
}
