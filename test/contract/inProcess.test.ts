import { request } from 'node:https';
import { createScaleSet } from '../../src/adapters/azure/scaleSet';
import { createRunnerService } from '../../src/adapters/stackguardian/client';
import { realClock } from '../../src/local/host';
import { createTransport } from '../../src/local/simulate/transport';
import type { WorldAnswer, WorldRequest } from '../../src/local/world/exchange';
import { IN_PROCESS } from '../../src/local/world/world';
import { type ArmReply, armError, startArmServer, SUBSCRIPTION } from '../support/fakes/armServer';
import { type Reply, startStackGuardianServer } from '../support/fakes/stackguardianServer';
import { describeRunnerService } from './runnerService.contract';
import { describeScaleSet } from './scaleSet.contract';

/**
 * The simulation's transport with the same servers behind it as the sockets have: what the adapters make of an answer, a refusal, a page or
 * a broken connection must not depend on the way it came.
 */
const ways = (relay: (request: WorldRequest) => Promise<WorldAnswer>) =>
  createTransport({ world: { handle: (_service, request) => relay(request) }, clock: realClock(), latencyMs: () => 1 });

const answerOf = async (response: Response): Promise<WorldAnswer> => ({
  status: response.status,
  headers: Object.fromEntries(response.headers),
  body: await response.text(),
});

const sgFailures: Record<string, Reply> = {
  'sg-unauthorized': { status: 401 },
  'sg-forbidden': { status: 403 },
  'sg-not-found': { status: 404 },
  'sg-malformed': { status: 200, body: '<html>' },
};

describeRunnerService('StackGuardian API in process', async () => {
  const server = await startStackGuardianServer();
  const { fetch: inProcess } = ways(({ url, method, headers, body }) => {
    const address = url.replace(IN_PROCESS.stackguardian, server.baseUri);
    const { authorization = '' } = headers;
    const init = { method, headers: { authorization, 'content-type': 'application/json' }, ...(body === undefined ? {} : { body }) };
    return fetch(address, init).then(answerOf, () => 'reset' as const);
  });
  return {
    service: createRunnerService({
      ...{ baseUri: IN_PROCESS.stackguardian, org: 'acme', group: 'builders', apiKey: 'sgu_secret' },
      fetch: inProcess,
    }),
    set: ({ queued, pending, runners }) => {
      const entries = runners.map((runner) => ({
        runnerId: runner.runnerId,
        status: runner.status,
        agentConnected: runner.connected,
        runningTasksCount: runner.runningTasks,
        pendingTasksCount: runner.pendingTasks,
        instanceDetails: runner.computerName === undefined ? undefined : [{ ComputerName: runner.computerName }],
      }));
      server.group = { QueuedWorkflowsCount: queued, PendingWorkflowsCount: pending, ContainerInstances: entries };
    },
    failReading: (code) => void server.replies.push(sgFailures[code] ?? 'reset'),
    loseAnswer: () => void server.replies.push('reset'),
    close: () => server.close(),
  };
});

/** Over the fake's HTTPS, whose certificate nobody signed. */
const send = (asked: WorldRequest, url: string): Promise<WorldAnswer> =>
  new Promise((resolve) => {
    const headers = Object.fromEntries(Object.entries(asked.headers).filter((each): each is [string, string] => each[1] !== undefined));
    const outgoing = request(url, { method: asked.method, headers, rejectUnauthorized: false }, (incoming) => {
      const parts: Buffer[] = [];
      incoming.on('data', (part: Buffer) => parts.push(part));
      incoming.on('end', () =>
        resolve({
          status: incoming.statusCode ?? 0,
          headers: Object.fromEntries(Object.entries(incoming.headers).map(([name, value]) => [name, String(value)])),
          body: Buffer.concat(parts).toString(),
        }),
      );
    });
    outgoing.on('error', () => resolve('reset'));
    outgoing.end(asked.body);
  });

const armFailures: Record<string, ArmReply> = {
  'azure-unauthorized': armError(401, 'InvalidAuthenticationToken', 'no'),
  'azure-forbidden': armError(403, 'AuthorizationFailed', 'no'),
  'azure-not-found': armError(404, 'ResourceNotFound', 'no'),
  'azure-malformed': { status: 200, body: {} },
};

for (const mode of ['Uniform', 'Flexible'] as const) {
  describeScaleSet(`Azure SDK in process, ${mode}`, async () => {
    const server = await startArmServer();
    server.mode = mode;
    server.pageSize = 3;
    const outside = (text: string): string => text.replaceAll(IN_PROCESS.azure, server.endpoint);
    const inside = (text: string): string => text.replaceAll(server.endpoint, IN_PROCESS.azure);
    const { httpClient } = ways(async (asked) => {
      const answer = await send(asked, outside(asked.url));
      if (typeof answer === 'string') return answer;
      const told = Object.fromEntries(Object.entries(answer.headers).map(([name, value]) => [name, inside(value)]));
      return { status: answer.status, headers: told, body: inside(answer.body) };
    });
    return {
      scaleSet: createScaleSet({
        ...{ subscriptionId: SUBSCRIPTION, resourceGroup: 'rg', vmssName: 'runners', endpoint: IN_PROCESS.azure },
        credential: { getToken: () => Promise.resolve({ token: 'token', expiresOnTimestamp: Number.MAX_SAFE_INTEGER }) },
        httpClient,
      }),
      mode,
      set: (instances) => {
        server.capacity = instances.length;
        server.vms = instances.map(({ id, vmId, computerName = '', power = '' }) => ({ id, vmId, computerName, power }));
      },
      failReading: (code) => void server.replies.push(armFailures[code] ?? 'reset'),
      loseAnswer: () => void server.replies.push('reset'),
      close: () => server.close(),
    };
  });
}
