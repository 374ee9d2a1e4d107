/** The port to the blob container (AZURE_BLOB_CONTAINER_NAME). */

export interface StoredText {
  readonly text: string;
  readonly etag: string;
}

/** `etag`: only over that version. `absent`: only where there is none. Undefined: unconditionally. */
export type WriteCondition = { readonly etag: string } | { readonly absent: true } | undefined;

export type StoreWrite = { readonly kind: 'written'; readonly etag: string } | { readonly kind: 'conflict' };

/**
 * Every method throws {@link ServiceError}: `store-forbidden` (403), `store-not-found` (the container is missing; the text says how to make it),
 * `store-unavailable` (timeout, reset, 5xx, a lease).
 */
export interface StateStore {
  read(name: string): Promise<StoredText | undefined>;
  /** What was appended from byte `from` on, empty where that is nothing yet; undefined where there is no such blob. */
  tail(name: string, from: number): Promise<string | undefined>;
  write(name: string, text: string, condition?: WriteCondition): Promise<StoreWrite>;
  /** Adds one line to an append blob, creating it when absent; a line may appear twice when an answer was lost. */
  append(name: string, line: string): Promise<void>;
  /** Names below the prefix in lexical order, at most `limit`. */
  list(prefix: string, limit: number): Promise<readonly string[]>;
  /** Deleting an absent blob is success. */
  delete(name: string): Promise<void>;
}
