/** Cleaning of foreign text before it may enter an error, a log or a status. */

const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g;
/** Anything that looks like a credential, whoever echoed it: bearer and API-key headers, JWTs, account keys, SAS signatures. */
const CREDENTIALS: readonly (readonly [RegExp, string])[] = [
  [/\b(bearer|apikey)\s+[\w.~+/=-]+/gi, '$1 ***'],
  [/\beyJ[\w-]{5,}\.[\w-]+(\.[\w-]*)?/g, '***'],
  [/\b(AccountKey|SharedAccessSignature)=[^;\s"']+/gi, '$1=***'],
  [/\b(sig|signature)=[\w%+/=-]+/gi, '$1=***'],
  [/\bsg[uo]_[\w-]+/g, '***'],
];

/** One line without control characters, credentials or the given secrets, at most `limit` characters. Secrets go first, so none is cut in half. */
export function brief(text: string, limit: number, secrets: readonly string[] = []): string {
  let clean = text;
  for (const secret of secrets) if (secret !== '') clean = clean.replaceAll(secret, '***');
  for (const [pattern, replacement] of CREDENTIALS) clean = clean.replace(pattern, replacement);
  clean = clean.replace(CONTROL, ' ').replace(/ {2,}/g, ' ').trim();
  return clean.length <= limit ? clean : `${clean.slice(0, limit - 1)}…`;
}

/**
 * A stand-in for a foreign error as `cause`: name, code and cleaned message alone. SDK errors carry the request with its
 * authorization header, so they must never be kept themselves.
 */
export function safeCause(error: unknown, secrets: readonly string[] = []): Error {
  if (!(error instanceof Error)) return new Error(brief(String(error), 300, secrets));
  const copy = new Error(brief(error.message, 300, secrets));
  copy.name = brief(error.name, 60, secrets);
  const code = errorCode(error);
  return code === undefined ? copy : Object.assign(copy, { code: brief(code, 60, secrets) });
}

/** The `code` of an error or of the errors that caused it (fetch hides ECONNRESET one or two levels down). */
export function errorCode(error: unknown): string | undefined {
  for (let at = error, depth = 0; at instanceof Error && depth < 4; at = at.cause, depth += 1) {
    const code: unknown = Reflect.get(at, 'code');
    if (typeof code === 'string') return code;
  }
  return undefined;
}
