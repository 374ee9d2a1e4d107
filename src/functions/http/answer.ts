import type { HttpRequest, HttpResponseInit } from '@azure/functions';
import type { z } from 'zod';
import { AutoscalerError, SettingsError } from '../../errors';

/** A request that cannot be served; becomes `{error:{code,message}}`. */
export class RequestError extends AutoscalerError {
  readonly status: number;
  constructor(status: number, code: string, message: string) {
    super(code, message);
    this.status = status;
  }
}

const MOST_BYTES = 16_384;

export const json = (status: number, body: unknown): HttpResponseInit => ({ status, jsonBody: body });

const failure = (status: number, code: string, message: string): HttpResponseInit => json(status, { error: { code, message } });

/** Every route runs in here: what a caller did wrong is told, what we did wrong is not spelled out. */
export async function answering(run: () => Promise<HttpResponseInit>): Promise<HttpResponseInit> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof RequestError) return failure(error.status, error.code, error.message);
    if (error instanceof SettingsError) return failure(409, error.code, error.message);
    if (error instanceof AutoscalerError) return failure(502, error.code, error.message);
    throw error;
  }
}

/** The body by its schema; unknown fields are refused, an empty body is `{}`. */
export async function bodyOf<T>(request: HttpRequest, schema: z.ZodType<T>): Promise<T> {
  const text = await request.text();
  if (Buffer.byteLength(text) > MOST_BYTES) throw new RequestError(413, 'body-too-large', `The body is larger than ${MOST_BYTES} bytes.`);
  const parsed = schema.safeParse(parse(text));
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'body'}: ${issue.message}`).join('; ');
  throw new RequestError(400, 'bad-body', `The body is not what this route takes: ${problems}.`);
}

function parse(text: string): unknown {
  if (text.trim() === '') return {};
  try {
    return JSON.parse(text);
  } catch {
    throw new RequestError(400, 'bad-json', 'The body is not JSON.');
  }
}
