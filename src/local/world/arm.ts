import { type Place, etagOf, operationBody, scaleSetBody, scaleSetId, scaleSetVmBody, vmBody } from './armBodies';
import { neighboursOf, summaryOf } from './armLists';
import { type Accepted, deleteSingle, deleteVms, writeCapacity } from './capacity';
import { type Call, field, type Reply } from './exchange';
import type { Operation, PoolState, Vm } from './state';
import { type LimitName, take } from './throttle';

export interface ArmOptions {
  readonly place: () => Place;
  readonly pools: readonly PoolState[];
  /** Whether the caller's token is good. */
  readonly knows: (authorization: string | undefined) => boolean;
  readonly now: () => number;
  readonly skewMs: () => number;
}

const error = (kind: string, status: number, code: string, message: string, headers?: Record<string, string>): Reply => ({
  kind,
  status,
  body: { error: { code, message } },
  ...(headers === undefined ? {} : { headers }),
});

/** Azure Resource Manager, as far as the autoscaler (and its forerunner) speaks it. Names in paths know no case. */
export function answerArm(options: ArmOptions, call: Call): Reply {
  const parts = call.path.split('/').filter((part) => part !== '');
  const lower = parts.map((part) => part.toLowerCase());
  const place = options.place();
  const kind = `${call.method} ${templateOf(lower)}`;
  if (!options.knows(call.headers['authorization']))
    return error(kind, 401, 'InvalidAuthenticationToken', 'The access token is missing or invalid.', {
      'www-authenticate': 'Bearer authorization_uri="https://login.microsoftonline.com/", error="invalid_token"',
    });
  if (!/^\d{4}-\d{2}-\d{2}/.test(call.query.get('api-version') ?? ''))
    return error(kind, 400, 'MissingApiVersionParameter', 'The api-version query parameter (?api-version=) is required for all requests.');
  if (lower[0] !== 'subscriptions' || lower[1] !== place.subscriptionId.toLowerCase())
    return error(kind, 404, 'SubscriptionNotFound', `The subscription '${parts[1] ?? ''}' could not be found.`);
  const route: Route = { options, place, call, kind };
  return resources(route, parts, lower);
}

function resources(route: Route, parts: readonly string[], lower: readonly string[]): Reply {
  const { call, kind, place, options } = route;
  if (lower[2] === 'providers' && lower[6] === 'operations') return operation(route, lower[7] ?? '');
  if (lower[2] !== 'resourcegroups' || lower[3] !== place.resourceGroup.toLowerCase())
    return error(kind, 404, 'ResourceGroupNotFound', `Resource group '${parts[3] ?? ''}' could not be found.`);
  if (lower[4] === 'providers' && lower[5] === 'microsoft.compute') {
    if (lower[6] === 'virtualmachinescalesets' && parts.length >= 8) return scaleSet(route, parts, lower);
    if (lower[6] === 'virtualmachines' && parts.length <= 8) return virtualMachines(route, parts[7]);
  }
  if (lower[4] === 'providers' && (lower[5] === 'microsoft.insights' || lower[5] === 'microsoft.standbypool'))
    return found(kind, neighboursOf(place, options.pools, lower[6] ?? ''));
  return error(kind, 404, 'InvalidResourceType', `There is nothing at ${call.path}.`);
}

interface Route {
  readonly options: ArmOptions;
  readonly place: Place;
  readonly call: Call;
  readonly kind: string;
}

/** The path with its names taken out: under it requests are counted. */
function templateOf(lower: readonly string[]): string {
  const rest = lower.slice(6);
  const names: Record<string, string> = { virtualmachinescalesets: '{scaleSet}', virtualmachines: '{vm}', operations: '{operation}' };
  return rest.map((part, at) => names[rest[at - 1] ?? ''] ?? part).join('/') || '/';
}

function scaleSet(route: Route, parts: readonly string[], lower: readonly string[]): Reply {
  const { call, kind, options, place } = route;
  const name = parts[7] ?? '';
  const pool = options.pools.find((each) => each.vmssName.toLowerCase() === name.toLowerCase());
  const child = lower[8];
  if (pool === undefined)
    return error(
      kind,
      404,
      child === undefined ? 'ResourceNotFound' : 'ParentResourceNotFound',
      `The Resource 'Microsoft.Compute/virtualMachineScaleSets/${name}' under resource group '${place.resourceGroup}' was not found.`,
    );
  if (child === undefined && call.method === 'GET')
    return limited(route, pool, 'get', () => found(kind, scaleSetBody(place, pool), etagOf(pool)));
  if (child === undefined && (call.method === 'PATCH' || call.method === 'PUT'))
    return limited(route, pool, 'update', () => update(route, pool));
  if (child === 'delete' && call.method === 'POST') return limited(route, pool, 'vmDelete', () => batchDelete(route, pool));
  if (child === 'instanceview' && call.method === 'GET')
    return limited(route, pool, 'instanceView', () => ({
      kind,
      status: 200,
      body: { virtualMachine: { statusesSummary: summaryOf(pool) } },
    }));
  if (child !== 'virtualmachines') return error(kind, 404, 'InvalidResourceType', `There is nothing at ${call.path}.`);
  const view = call.query.get('$expand')?.toLowerCase() === 'instanceview';
  const body = (vm: Vm): unknown => scaleSetVmBody(place, pool, vm, view, options.skewMs());
  const id = parts[9];
  if (id === undefined) return limited(route, pool, 'list', () => page(route, [...pool.vms.values()], pool, body));
  return oneVm(route, pool, pool.vms.get(id), body, () => deleteVms(pool, [id]));
}

/** Flexible: VMs as resources of their own, of all scale sets of the resource group. */
function virtualMachines(route: Route, id: string | undefined): Reply {
  const { call, kind, options, place } = route;
  const flexible = options.pools.filter((pool) => pool.mode === 'Flexible');
  const expand = call.query.get('$expand');
  const view = expand?.toLowerCase() === 'instanceview';
  const skewMs = options.skewMs();
  if (id !== undefined) {
    const pool = flexible.find((each) => each.vms.has(id));
    const vm = pool?.vms.get(id);
    if (pool === undefined || vm === undefined)
      return call.method === 'DELETE'
        ? { kind, status: 204 }
        : error(kind, 404, 'ResourceNotFound', `The Resource 'Microsoft.Compute/virtualMachines/${id}' was not found.`);
    return oneVm(
      route,
      pool,
      vm,
      () => vmBody(place, pool, vm, view, skewMs),
      () => deleteSingle(pool, vm),
    );
  }
  if (call.method !== 'GET') return error(kind, 405, 'MethodNotAllowed', 'Only GET lists.');
  const filter = call.query.get('$filter');
  if (filter === null && expand !== null) return error(kind, 400, 'BadRequest', '$expand is not supported without $filter.');
  const wanted = /^\s*'virtualMachineScaleSet\/id'\s+eq\s+'([^']+)'\s*$/i.exec(filter ?? '')?.[1]?.toLowerCase();
  if (filter !== null && wanted === undefined) return error(kind, 400, 'BadRequest', `The filter ${filter} is not supported.`);
  const pools = flexible.filter((pool) => wanted === undefined || scaleSetId(place, pool).toLowerCase() === wanted);
  const owners = new Map(pools.flatMap((pool) => [...pool.vms.values()].map((vm) => [vm, pool] as const)));
  const first = pools[0];
  const body = (vm: Vm): unknown => {
    const pool = owners.get(vm);
    return pool === undefined ? undefined : vmBody(place, pool, vm, view, skewMs);
  };
  return first === undefined
    ? found(kind, { value: [] })
    : limited(route, first, 'list', () => page(route, [...owners.keys()], first, body));
}

function oneVm(route: Route, pool: PoolState, vm: Vm | undefined, body: (vm: Vm) => unknown, remove: () => Accepted): Reply {
  const { call, kind } = route;
  if (call.method === 'GET')
    return limited(route, pool, 'vmGet', () =>
      vm === undefined ? error(kind, 404, 'ResourceNotFound', 'The virtual machine was not found.') : found(kind, body(vm)),
    );
  if (call.method === 'PUT' && pool.mode === 'Uniform') return limited(route, pool, 'vmUpdate', () => protect(route, vm, body));
  if (call.method !== 'DELETE') return error(kind, 405, 'MethodNotAllowed', `${call.method} is not simulated here.`);
  return limited(route, pool, 'vmDelete', () => (vm === undefined ? { kind, status: 204 } : accepted(route, remove())));
}

/** Of a VM's model only its protection and its tags can be changed here. */
function protect({ call, kind }: Route, vm: Vm | undefined, body: (vm: Vm) => unknown): Reply {
  if (vm === undefined) return error(kind, 404, 'ResourceNotFound', 'The virtual machine was not found.');
  const policy = field(field(call.body, 'properties'), 'protectionPolicy');
  vm.protection = {
    protectFromScaleIn: field(policy, 'protectFromScaleIn') === true,
    protectFromScaleSetActions: field(policy, 'protectFromScaleSetActions') === true,
  };
  vm.tags = { ...(field(call.body, 'tags') as Record<string, string> | undefined) };
  return found(kind, body(vm));
}

function update(route: Route, pool: PoolState): Reply {
  const { call, kind, place } = route;
  const ifMatch = call.headers['if-match'];
  if (ifMatch !== undefined && ifMatch !== '*' && ifMatch !== etagOf(pool))
    return error(
      kind,
      412,
      'PreconditionFailed',
      `The precondition given in If-Match (${ifMatch}) does not hold: the ETag is ${etagOf(pool)}.`,
    );
  const capacity = field(field(call.body, 'sku'), 'capacity');
  if (capacity !== undefined && typeof capacity !== 'number')
    return error(kind, 400, 'InvalidRequestContent', 'sku.capacity is no number.');
  const answer = accepted(route, writeCapacity(pool, capacity ?? pool.capacity));
  return answer.status === 202 ? { ...answer, body: scaleSetBody(place, pool) } : answer;
}

function batchDelete(route: Route, pool: PoolState): Reply {
  const ids = field(route.call.body, 'instanceIds');
  if (!Array.isArray(ids) || ids.length === 0) return error(route.kind, 400, 'InvalidParameter', 'instanceIds is required.');
  return accepted(route, deleteVms(pool, ids.map(String)));
}

function accepted(route: Route, outcome: Accepted): Reply {
  const { kind, place } = route;
  if (!outcome.ok) return error(kind, outcome.refusal.status, outcome.refusal.code, outcome.refusal.message);
  const version = route.call.query.get('api-version') ?? '';
  const url = `${place.endpoint}/subscriptions/${place.subscriptionId}/providers/Microsoft.Compute/locations/westeurope/operations/${outcome.operation.id}?api-version=${version}`;
  return { kind, status: 202, headers: { 'azure-asyncoperation': url, location: `${url}&monitor=true` } };
}

/** Azure-AsyncOperation tells a status; the same address as Location tells by HTTP status. */
function operation(route: Route, id: string): Reply {
  const { call, kind, options } = route;
  const known: Operation | undefined = options.pools.map((pool) => pool.operations.get(id)).find((each) => each !== undefined);
  if (known === undefined) return error(kind, 404, 'NotFound', `The operation ${id} is not known.`);
  if (call.query.get('monitor') === null) return found(kind, operationBody(known));
  if (known.endedAt === undefined)
    return { kind, status: 202, headers: { location: `${route.place.endpoint}${call.path}?${call.query.toString()}` } };
  return known.failure === undefined ? { kind, status: 204 } : error(kind, 409, known.failure.code, known.failure.message);
}

/** Goes on after the last VM of the page before, so that a list that changes meanwhile loses none. */
function page(route: Route, vms: readonly Vm[], pool: PoolState, body: (vm: Vm) => unknown): Reply {
  const { call, kind, place } = route;
  const after = Number(call.query.get('$skiptoken') ?? '-1');
  const rest = vms.filter((vm) => vm.seq > after).sort((a, b) => a.seq - b.seq);
  const now = rest.slice(0, pool.env.flags.pageSize);
  const last = now.at(-1);
  const next = new URL(`${place.endpoint}${encodeURI(call.path)}`);
  for (const [name, value] of call.query) next.searchParams.set(name, value);
  next.searchParams.set('$skiptoken', String(last?.seq ?? 0));
  return found(kind, { value: now.map(body), ...(rest.length > now.length ? { nextLink: next.href } : {}) });
}

const found = (kind: string, body: unknown, etag?: string): Reply => ({
  kind,
  status: 200,
  body,
  ...(etag === undefined ? {} : { headers: { etag } }),
});

function limited(route: Route, pool: PoolState, name: LimitName, work: () => Reply): Reply {
  if (pool.env.flags.throttle === 0) return work();
  const taken = take(pool.buckets, name, route.options.now());
  if (!taken.ok)
    return error(
      route.kind,
      429,
      'OperationNotAllowed',
      `The server rejected the request because too many of its kind (${name}) were received for this scale set.`,
      {
        'retry-after': String(taken.retryAfterSeconds),
      },
    );
  const reply = work();
  return {
    ...reply,
    headers: { ...reply.headers, 'x-ms-ratelimit-remaining-resource': `Microsoft.Compute/${name};${String(taken.left)}` },
  };
}
