import type { ComputeManagementContext } from '@azure/arm-compute/api';
import { ServiceError } from '../../errors';
import type { AzureOutcome, OperationResult } from '../../ports/scaleSet';
import { brief } from '../text';
import { isSameHost } from './arm';
import { READ_MS, WRITE_MS, within } from '../deadline';
import { toOutcome, toServiceError } from './errors';

/** What the SDK's long-running calls need of us: a hook for the first answer, and the signal. */
export interface SubmitHooks {
  readonly abortSignal: AbortSignal;
  readonly onResponse: (response: { readonly status: number; readonly rawHeaders?: Record<string, string> }) => void;
}

/**
 * Sends a long-running request once and returns at its first answer. `start` returns the SDK's poller: its `submitted()` waits for
 * that answer alone, polling would begin only with `await poller` – so the poller must never be awaited or returned from an async
 * function. Whatever the poller thinks of an accepted answer's body is left to {@link readOperation}.
 */
export async function submit(
  endpoint: string,
  what: string,
  start: (hooks: SubmitHooks) => { submitted(): Promise<void> },
): Promise<AzureOutcome> {
  let operation: string | undefined;
  let status = 0;
  const onResponse: SubmitHooks['onResponse'] = (response) => {
    status = response.status;
    operation = operationUrl(endpoint, response.rawHeaders ?? {});
  };
  try {
    await within(WRITE_MS, (abortSignal) => start({ abortSignal, onResponse }).submitted());
    return { kind: 'accepted', operation };
  } catch (error) {
    if (status >= 200 && status <= 299) return { kind: 'accepted', operation };
    return status === 412 ? { kind: 'conflict' } : toOutcome(error, what);
  }
}

/** Azure-AsyncOperation tells more than Location and goes first; a URL of another host is dropped: it is never to get our token. */
function operationUrl(endpoint: string, headers: Readonly<Record<string, string>>): string | undefined {
  return [headers['azure-asyncoperation'], headers['location']].find((url) => url !== undefined && isSameHost(endpoint, url));
}

/**
 * One look at an operation. Azure-AsyncOperation answers 200 with `status` (and `error`); Location answers 202 while running, then 200
 * or 204, or the failure as 4xx. https://learn.microsoft.com/azure/azure-resource-manager/management/async-operations
 */
export async function readOperation(plain: ComputeManagementContext, endpoint: string, operation: string): Promise<OperationResult> {
  if (!isSameHost(endpoint, operation)) {
    throw new ServiceError('azure-malformed', `The operation's address is not one of ${endpoint}; it was not read.`);
  }
  try {
    const answer = await within(READ_MS, async (abortSignal) => plain.pathUnchecked(operation).get({ abortSignal }));
    return interpret(Number(answer.status), answer.body);
  } catch (error) {
    throw toServiceError(error, 'an operation');
  }
}

function interpret(status: number, body: unknown): OperationResult {
  if (status === 404 || status === 410) return { kind: 'forgotten' };
  if (status === 202) return { kind: 'running' };
  if (status === 400 || status === 409) return failed(body, `HTTP ${String(status)}`);
  if (status < 200 || status > 299) {
    throw Object.assign(new Error(`unexpected status ${String(status)}`), {
      statusCode: status,
      code: text(field(field(body, 'error'), 'code')),
    });
  }
  const told = text(field(body, 'status')) ?? text(field(field(body, 'properties'), 'provisioningState')) ?? 'Succeeded';
  switch (told.toLowerCase()) {
    case 'succeeded':
      return { kind: 'succeeded' };
    case 'failed':
    case 'canceled':
    case 'cancelled':
      return failed(body, told);
    default:
      return { kind: 'running' };
  }
}

function failed(body: unknown, otherwise: string): OperationResult {
  const error = field(body, 'error');
  return {
    kind: 'failed',
    code: brief(text(field(error, 'code')) ?? otherwise, 80),
    text: brief(text(field(error, 'message')) ?? `The operation ended as ${otherwise}.`, 400),
  };
}

const field = (from: unknown, key: string): unknown => (typeof from === 'object' && from !== null ? Reflect.get(from, key) : undefined);
const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);
