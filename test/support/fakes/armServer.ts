import { createServer, type Server } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createDefaultHttpClient } from '@azure/core-rest-pipeline';
import { generate } from 'selfsigned';
import type { AzureHttpClient } from '../../../src/adapters/azure/arm';

export interface ArmReply {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}
export interface ArmRequest {
  readonly method: string;
  /** Path below the origin, decoded. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: unknown;
}
export type ArmScript = ArmReply | 'reset' | ((request: ArmRequest) => ArmReply);

export interface ArmVm {
  readonly id: string;
  readonly vmId: string;
  readonly computerName?: string;
  readonly power?: string;
  protection?: { protectFromScaleIn?: boolean; protectFromScaleSetActions?: boolean };
  readonly tags?: Record<string, string>;
}

/** One scale set of Azure Resource Manager over real HTTPS, of either mode, with pages, ETags and operations. */
export interface ArmServer {
  readonly endpoint: string;
  /** The SDK's own transport, trusting this server's certificate. */
  readonly httpClient: AzureHttpClient;
  readonly received: ArmRequest[];
  readonly replies: ArmScript[];
  mode: 'Uniform' | 'Flexible';
  capacity: number;
  etag: number;
  vms: ArmVm[];
  pageSize: number;
  /** Merged into the scale set's properties. */
  properties: Record<string, unknown>;
  readonly operations: Map<string, ArmReply>;
  close(): Promise<void>;
}

export const SUBSCRIPTION = '11111111-2222-3333-4444-555555555555';
export const SCALE_SET_ID = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.Compute/virtualMachineScaleSets/runners`;

export async function startArmServer(): Promise<ArmServer> {
  const { private: key, cert } = await generate([{ name: 'commonName', value: '127.0.0.1' }], {
    extensions: [
      { name: 'basicConstraints', cA: true },
      { name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] },
    ],
  });
  const server: Server = createServer({ key, cert }, (request, response) => void handle(request, response));

  const handle = async (raw: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(raw.url ?? '/', state.endpoint);
    let text = '';
    for await (const chunk of raw) text += String(chunk);
    const request: ArmRequest = {
      method: raw.method ?? '',
      path: decodeURIComponent(url.pathname),
      query: url.searchParams,
      headers: raw.headers,
      body: text === '' ? undefined : (JSON.parse(text) as unknown),
    };
    state.received.push(request);
    const scripted = state.replies.shift();
    if (scripted === 'reset') return void raw.socket.destroy();
    const reply = typeof scripted === 'function' ? scripted(request) : (scripted ?? answer(state, request));
    const isText = typeof reply.body === 'string';
    response.writeHead(reply.status, { 'content-type': isText ? 'text/html' : 'application/json', ...reply.headers });
    response.end(reply.body === undefined ? '' : isText ? reply.body : JSON.stringify(reply.body));
  };

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const client = createDefaultHttpClient();
  const state: ArmServer = {
    endpoint: `https://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    httpClient: {
      sendRequest: (request) => {
        request.tlsSettings = { ca: cert };
        return client.sendRequest(request);
      },
    },
    received: [],
    replies: [],
    mode: 'Uniform',
    capacity: 0,
    etag: 1,
    vms: [],
    pageSize: 100,
    properties: {},
    operations: new Map(),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return state;
}

export const armError = (status: number, code: string, message: string): ArmReply => ({ status, body: { error: { code, message } } });

function answer(state: ArmServer, request: ArmRequest): ArmReply {
  const { method, path } = request;
  if (path.startsWith('/operations/')) return state.operations.get(path) ?? armError(404, 'NotFound', 'no such operation');
  if (path === SCALE_SET_ID && method === 'GET') return { status: 200, body: scaleSet(state) };
  if (path === SCALE_SET_ID && method === 'PATCH') return patch(state, request);
  if (path === `${SCALE_SET_ID}/delete` && method === 'POST') {
    const { instanceIds } = request.body as { instanceIds: string[] };
    const left = state.vms.filter((vm) => !instanceIds.includes(vm.id));
    state.capacity -= state.vms.length - left.length;
    state.vms = left;
    return accepted(state, 'location');
  }
  const vmRoot = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines`;
  const root = state.mode === 'Uniform' ? `${SCALE_SET_ID}/virtualMachines` : vmRoot;
  if (path === root || path === `${root}/`) return page(state, request);
  const id = /\/virtualMachines\/([^/]+)$/i.exec(path)?.[1];
  const vm = state.vms.find((each) => each.id === id);
  if (vm !== undefined && method === 'PUT')
    vm.protection = (request.body as { properties: { protectionPolicy: object } }).properties.protectionPolicy;
  return vm === undefined ? armError(404, 'ResourceNotFound', `no ${path}`) : { status: 200, body: toBody(state, vm) };
}

function scaleSet(state: ArmServer): unknown {
  return {
    id: SCALE_SET_ID,
    name: 'runners',
    location: 'westeurope',
    etag: `"${String(state.etag)}"`,
    sku: { name: 'Standard_D2s_v5', tier: 'Standard', capacity: state.capacity },
    properties: {
      orchestrationMode: state.mode,
      provisioningState: 'Succeeded',
      uniqueId: 'unique-1',
      singlePlacementGroup: false,
      overprovision: false,
      upgradePolicy: { mode: 'Manual' },
      ...state.properties,
    },
  };
}

function patch(state: ArmServer, request: ArmRequest): ArmReply {
  if (request.headers['if-match'] !== `"${String(state.etag)}"`) return armError(412, 'PreconditionFailed', 'the etag does not match');
  const { sku } = request.body as { sku: { capacity: number } };
  for (let at = state.vms.length; at < sku.capacity; at += 1) state.vms.push({ id: `new_${String(at)}`, vmId: `vmid-new-${String(at)}` });
  state.capacity = sku.capacity;
  state.etag += 1;
  return { ...accepted(state, 'azure-asyncoperation'), status: 200, body: scaleSet(state) };
}

function accepted(state: ArmServer, header: string): ArmReply {
  const path = `/operations/${String(state.operations.size + 1)}`;
  state.operations.set(path, { status: 200, body: { status: 'Succeeded' } });
  return { status: 202, headers: { [header]: `${state.endpoint}${path}` } };
}

function page(state: ArmServer, request: ArmRequest): ArmReply {
  const from = Number(request.query.get('$skiptoken') ?? '0');
  const rest = state.vms.slice(from + state.pageSize);
  const next = new URL(`${state.endpoint}${request.path}`);
  for (const [name, value] of request.query) next.searchParams.set(name, value);
  next.searchParams.set('$skiptoken', String(from + state.pageSize));
  const value = state.vms.slice(from, from + state.pageSize).map((vm) => toBody(state, vm));
  return { status: 200, body: { value, ...(rest.length === 0 ? {} : { nextLink: next.href }) } };
}

function toBody(state: ArmServer, vm: ArmVm): unknown {
  const uniform = state.mode === 'Uniform';
  return {
    name: uniform ? `runners_${vm.id}` : vm.id,
    location: 'westeurope',
    ...(uniform ? { instanceId: vm.id } : {}),
    ...(vm.tags === undefined ? {} : { tags: vm.tags }),
    properties: {
      vmId: vm.vmId,
      provisioningState: 'Succeeded',
      ...(vm.protection === undefined ? {} : { protectionPolicy: vm.protection }),
      timeCreated: '2025-01-02T03:04:05.678Z',
      ...(vm.computerName === undefined ? {} : { osProfile: { computerName: vm.computerName } }),
      ...(uniform ? {} : { virtualMachineScaleSet: { id: SCALE_SET_ID.replace('resourceGroups/rg', 'resourceGroups/RG') } }),
      instanceView: {
        statuses: [{ code: 'ProvisioningState/succeeded' }, ...(vm.power === undefined ? [] : [{ code: `PowerState/${vm.power}` }])],
      },
    },
  };
}
