/** Bodies of refused requests. The SDK keeps them out of the error of a list's page, and with them the action that a 403 names. */
const bodies = new WeakMap<object, string>();

export function hear(request: object, body: string | null | undefined): void {
  if (typeof body === 'string' && body !== '') bodies.set(request, body);
}

/** `error.message` of the answer that this request got, where it was refused in Azure's form. */
export function heardMessage(request: unknown): string | undefined {
  const body = typeof request === 'object' && request !== null ? bodies.get(request) : undefined;
  if (body === undefined) return undefined;
  try {
    const { error } = JSON.parse(body) as { error?: { message?: unknown } };
    return typeof error?.message === 'string' ? error.message : undefined;
  } catch {
    // A proxy's page: the SDK's own words are as good.
    return undefined;
  }
}
