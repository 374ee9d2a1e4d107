import type { WorldClock } from './clock';
import {
  type Call,
  type Reply,
  type Service,
  toCall,
  toResponse,
  type WorldAnswer,
  type WorldRequest,
  type WorldResponse,
} from './exchange';
import type { RequestFault, WorldFaults } from './faults';

export type Handlers = Readonly<Record<Service, (call: Call) => Reply>>;

/** How often each kind of request came, by "service kind", refused ones included. */
export type Counters = Record<string, number>;

/**
 * The one way to the services, for sockets and for an in-process transport: faults before, the service itself, faults after. Without a
 * delay the service acts in the same turn, so that a simulation's order is the order of its requests.
 */
export function createServe(clock: WorldClock, faults: WorldFaults, handlers: Handlers, counters: Counters) {
  const serveNow = (service: Service, request: WorldRequest, fault: RequestFault | undefined): WorldAnswer => {
    const dated = (response: WorldResponse): WorldResponse => {
      const date = new Date(clock.now() + (faults.skewMs?.(service) ?? 0)).toUTCString();
      return { ...response, headers: { date, ...response.headers } };
    };
    if (fault?.reset === true) return 'reset';
    if (fault?.hang === true) return 'hang';
    if (fault?.status !== undefined)
      return dated({ status: fault.status, headers: { 'content-type': 'application/json', ...fault.headers }, body: fault.body ?? '' });
    const call = toCall(request);
    if (call === undefined)
      return toResponse({
        kind: 'unreadable',
        status: 400,
        body: { error: { code: 'InvalidRequestContent', message: 'The request is no JSON.' } },
      });
    const apply = (): WorldResponse => {
      const reply = handlers[service](call);
      const name = `${service} ${reply.kind}`;
      counters[name] = (counters[name] ?? 0) + 1;
      return toResponse(reply);
    };
    if (fault?.applyAfterMs !== undefined) {
      clock.at(clock.now() + fault.applyAfterMs, () => void apply());
      return toResponse({ kind: 'late', status: 200, body: { msg: 'Success' } });
    }
    const response = dated(apply());
    return fault?.loseAnswer === true ? 'reset' : (faults.onAnswer?.(service, request, response) ?? response);
  };

  return (service: Service, request: WorldRequest): Promise<WorldAnswer> => {
    const fault = faults.onRequest?.(service, request);
    const delay = fault?.delayMs ?? 0;
    if (delay <= 0) return Promise.resolve(serveNow(service, request, fault));
    return new Promise((resolve) => clock.at(clock.now() + delay, () => resolve(serveNow(service, request, fault))));
  };
}
