import { createScaleSet } from '../../src/adapters/azure/scaleSet';
import { ServiceError } from '../../src/errors';
import { armError, type ArmReply, startArmServer, SUBSCRIPTION } from '../support/fakes/armServer';
import { anInstance, createFakeScaleSet } from '../support/fakes/fakeScaleSet';
import { describeScaleSet } from './scaleSet.contract';

describeScaleSet('fake', async () => {
  const fake = createFakeScaleSet();
  return {
    scaleSet: fake,
    mode: 'Uniform',
    set: (instances) => {
      fake.instances = instances.map(({ id, ...fields }) => anInstance(id, fields));
      fake.state = { ...fake.state, capacity: instances.length };
    },
    failReading: (code) => fake.script.fail('readState', new ServiceError(code, 'scripted')),
    loseAnswer: () => void fake.nextOutcomes.push({ kind: 'unknown', code: 'azure-unavailable', text: 'scripted' }),
    close: () => undefined,
  };
});

const failures: Record<string, ArmReply> = {
  'azure-unauthorized': armError(401, 'InvalidAuthenticationToken', 'no'),
  'azure-forbidden': armError(403, 'AuthorizationFailed', 'no'),
  'azure-not-found': armError(404, 'ResourceNotFound', 'no'),
  'azure-malformed': { status: 200, body: {} },
};

for (const mode of ['Uniform', 'Flexible'] as const) {
  describeScaleSet(`Azure SDK over HTTPS, ${mode}`, async () => {
    const server = await startArmServer();
    server.mode = mode;
    server.pageSize = 3;
    return {
      scaleSet: createScaleSet({
        subscriptionId: SUBSCRIPTION,
        resourceGroup: 'rg',
        vmssName: 'runners',
        endpoint: server.endpoint,
        credential: { getToken: async () => ({ token: 'token', expiresOnTimestamp: Number.MAX_SAFE_INTEGER }) },
        httpClient: server.httpClient,
      }),
      mode,
      set: (instances) => {
        server.capacity = instances.length;
        server.vms = instances.map(({ id, vmId, computerName, power }) => ({
          id,
          vmId,
          computerName: computerName ?? '',
          power: power ?? '',
        }));
      },
      failReading: (code) => void server.replies.push(failures[code] ?? 'reset'),
      loseAnswer: () => void server.replies.push('reset'),
      close: () => server.close(),
    };
  });
}
