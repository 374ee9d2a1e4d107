import type { DurableClient, DurableOrchestrationStatus } from 'durable-functions';

/** The status of an instance, or undefined where the engine knows none (the client throws on 404). */
export async function statusOf(client: DurableClient, id: string): Promise<DurableOrchestrationStatus | undefined> {
  try {
    return await client.getStatus(id);
  } catch (error) {
    if (String(error).includes('404')) return undefined;
    throw error;
  }
}

const OVER = new Set(['Completed', 'Failed', 'Terminated', 'Canceled']);

/** It ran and runs no more. */
export const isOver = (status: DurableOrchestrationStatus | undefined): boolean =>
  status !== undefined && OVER.has(String(status.runtimeStatus));
