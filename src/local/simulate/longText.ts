import { deflateRawSync, inflateRawSync } from 'node:zlib';

/** In characters; a quarter of this is what a ledger writes in an hour or two. */
const PACK_FROM = 256 * 1024;

/**
 * A text that is appended to for days and read seldom. What is old is kept deflated, a tenth of its size: the ledgers of a long run would
 * else be most of its memory.
 */
export class LongText {
  readonly #packed: Buffer[] = [];
  #recent: string[] = [];
  #recentLength = 0;

  constructor(text: string) {
    this.append(text);
  }

  append(text: string): void {
    this.#recent.push(text);
    this.#recentLength += text.length;
    if (this.#recentLength < PACK_FROM) return;
    this.#packed.push(deflateRawSync(this.#recent.join('')));
    this.#recent = [];
    this.#recentLength = 0;
  }

  /** Of memory, about. */
  get keptBytes(): number {
    return this.#packed.reduce((all, part) => all + part.byteLength, this.#recentLength);
  }

  toString(): string {
    if (this.#recent.length > 1) this.#recent = [this.#recent.join('')];
    return this.#packed.map((part) => inflateRawSync(part).toString('utf8')).join('') + (this.#recent[0] ?? '');
  }
}
