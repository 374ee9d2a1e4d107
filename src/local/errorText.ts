type ErrorClass = abstract new (...given: never[]) => Error;

/** How a command tells why it ended: what the caller got wrong (`usage`, a flag that does not parse) without a stack, a defect with it. */
export function errorText(error: unknown, ...usage: readonly ErrorClass[]): string {
  if (!(error instanceof Error)) return String(error);
  const isFlag = (error as NodeJS.ErrnoException).code?.startsWith('ERR_PARSE_ARGS') === true;
  return isFlag || usage.some((each) => error instanceof each) ? error.message : (error.stack ?? error.message);
}
