import type { WorldRequest, WorldResponse } from '../../world/exchange';
import { chance, episodes, HOUR, SECOND } from './schedule';
import type { FaultContext, FaultKind } from './types';

/** Readings of Azure that are wrong for less than the three minutes after which a drop is believed. */

const kind = (name: string, sentence: string, install: (context: FaultContext) => void): FaultKind => ({
  name,
  area: 'azure',
  sentence,
  install,
});

const isScaleSet = (request: WorldRequest): boolean =>
  request.method === 'GET' && /\/virtualmachinescalesets\/[^/]+$/i.test(pathOf(request));
const isList = (request: WorldRequest): boolean => request.method === 'GET' && /\/virtualmachines$/i.test(pathOf(request));
const pathOf = (request: WorldRequest): string => new URL(request.url, 'http://world.invalid').pathname;

type Body = { sku?: { capacity?: number }; value?: unknown[]; nextLink?: string };

function change(response: WorldResponse, with_: (body: Body) => boolean): WorldResponse | undefined {
  if (response.status !== 200) return undefined;
  try {
    const body = JSON.parse(response.body) as Body;
    return with_(body) ? { ...response, body: JSON.stringify(body) } : undefined;
  } catch {
    // Another fault has already made it unreadable.
    return undefined;
  }
}

/** Short enough that the wrong reading is over before it is believed. */
const wrongFor = (context: FaultContext): readonly [number, number] => [20 * SECOND, context.limits.wrongFleetSeconds * SECOND];

function misreads(context: FaultContext, capacityOf: (capacity: number) => number): void {
  const wrong = episodes(context, 6 * HOUR, wrongFor(context));
  context.hook({
    onAnswer: (service, request, response) => {
      if (service !== 'azure' || !wrong.isOn() || !isScaleSet(request)) return undefined;
      return change(response, (body) => {
        const capacity = body.sku?.capacity;
        if (body.sku === undefined || capacity === undefined || capacity === capacityOf(capacity)) return false;
        body.sku.capacity = capacityOf(capacity);
        context.count(`${String(capacity)} as ${String(body.sku.capacity)}`);
        return true;
      });
    },
  });
}

export const SCALE_SET_ANSWER_FAULTS: readonly FaultKind[] = [
  kind('capacity-reads-zero', 'The capacity is read as 0.', (context) => misreads(context, () => 0)),
  kind('capacity-reads-half', 'The capacity is read as half.', (context) => misreads(context, (capacity) => Math.floor(capacity / 2))),
  kind('list-incomplete', 'A list of VMs ends before its time and does not say so.', (context) => {
    const wrong = episodes(context, 8 * HOUR, wrongFor(context));
    context.hook({
      onAnswer: (service, request, response) => {
        if (service !== 'azure' || !wrong.isOn() || !isList(request)) return undefined;
        return change(response, (body) => {
          if (body.value === undefined || body.value.length < 2) return false;
          body.value = body.value.slice(0, Math.ceil(body.value.length / 2));
          delete body.nextLink;
          context.count();
          return true;
        });
      },
    });
  }),
  kind('page-fails', 'A later page of a list of VMs fails.', (context) =>
    context.hook({
      onRequest: (service, request) => {
        if (service !== 'azure' || !isList(request) || !request.url.includes('skiptoken') || !chance(context, 0.05)) return undefined;
        context.count();
        return { status: 500, body: '{"error":{"code":"InternalServerError","message":"An internal error occurred."}}' };
      },
    }),
  ),
];
