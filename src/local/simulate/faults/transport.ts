import type { RequestFault } from '../../world/faults';
import type { Service, WorldRequest, WorldResponse } from '../../world/exchange';
import { between, chance, episodes, MINUTE, SECOND } from './schedule';
import type { FaultContext, FaultKind } from './types';

/** What can go wrong on the way to a service, the same for both. */

type Side = 'stackguardian' | 'azure';

const SIDES: readonly (readonly [Side, string])[] = [
  ['stackguardian', 'StackGuardian'],
  ['azure', 'Azure'],
];

const SHARE = 0.004;
const HTML = '<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>';

const isWrite = (request: WorldRequest): boolean => request.method !== 'GET';

/** Each has quiet days and bad quarters of an hour. */
function onRequests(context: FaultContext, side: Side, fault: (request: WorldRequest) => RequestFault | undefined): void {
  const bad = episodes(context, 180 * MINUTE, [2 * MINUTE, 15 * MINUTE]);
  context.hook({
    onRequest: (service, request) => {
      if (service !== side || !chance(context, bad.isOn() ? 0.25 : SHARE)) return undefined;
      const done = fault(request);
      if (done !== undefined) context.count(`${request.method} ${pathOf(request)}`);
      return done;
    },
  });
}

function onAnswers(context: FaultContext, side: Side, replace: (response: WorldResponse) => WorldResponse | undefined): void {
  context.hook({
    onAnswer: (service: Service, request, response) => {
      if (service !== side || response.status >= 300 || isWrite(request) || !chance(context, SHARE)) return undefined;
      const answer = replace(response);
      if (answer !== undefined) context.count(pathOf(request));
      return answer;
    },
  });
}

export const pathOf = (request: WorldRequest): string =>
  new URL(request.url, 'http://world.invalid').pathname.split('/').slice(-3).join('/');

function kindsOf([side, name]: readonly [Side, string]): FaultKind[] {
  const kind = (trouble: string, sentence: string, install: (context: FaultContext) => void): FaultKind => ({
    name: `${side}-${trouble}`,
    area: side,
    sentence: `${name} ${sentence}.`,
    install,
  });
  return [
    kind('timeout', 'never answers a request', (context) => onRequests(context, side, () => ({ hang: true }))),
    kind('reset', 'breaks the connection before it sees a request', (context) => onRequests(context, side, () => ({ reset: true }))),
    kind('throttled', 'answers 429 with Retry-After', (context) =>
      onRequests(context, side, () => ({
        status: 429,
        headers: { 'retry-after': String(Math.ceil(between(context, 1, 90))) },
        body: '{}',
      })),
    ),
    kind('throttled-silently', 'answers 429 without Retry-After', (context) =>
      onRequests(context, side, () => ({ status: 429, body: '{}' })),
    ),
    kind('server-error', 'answers 500 to 504', (context) =>
      onRequests(context, side, () => ({ status: 500 + context.random.below(5), body: '{"msg":"internal error"}' })),
    ),
    kind('slow', 'answers late', (context) =>
      onRequests(context, side, () => ({ delayMs: between(context, 0.2 * SECOND, context.limits.slowSeconds * SECOND) })),
    ),
    kind('html', 'answers with a proxy’s HTML page', (context) =>
      onRequests(context, side, () => ({
        status: context.random.next() < 0.5 ? 200 : 502,
        headers: { 'content-type': 'text/html' },
        body: HTML,
      })),
    ),
    kind('truncated', 'sends half a JSON', (context) =>
      onAnswers(context, side, (response) => ({ ...response, body: response.body.slice(0, Math.floor(response.body.length / 2)) })),
    ),
    kind('answer-lost', 'accepts a write and its answer is lost', (context) =>
      context.hook({
        onRequest: (service, request) => {
          if (service !== side || !isWrite(request) || !chance(context, 0.03)) return undefined;
          context.count(`${request.method} ${pathOf(request)}`);
          return { loseAnswer: true };
        },
      }),
    ),
    kind('outage', 'fails every request for hours', (context) => {
      const outage = episodes(context, 30 * 60 * MINUTE, [20 * MINUTE, 240 * MINUTE], { begin: () => context.count('begins') });
      context.hook({
        onRequest: (service) => {
          if (service !== side || !outage.isOn()) return undefined;
          return context.random.next() < 0.2 ? { hang: true } : { status: 503, body: '{"msg":"Service Unavailable"}' };
        },
      });
    }),
  ];
}

export const TRANSPORT_FAULTS: readonly FaultKind[] = SIDES.flatMap(kindsOf);
