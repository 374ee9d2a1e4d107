import type { Mutant } from '../defect';

const AZURE = { test: 'test/contract/azure.badInput.test.ts' };
const SCALE_SET = 'src/adapters/azure/scaleSet.ts';
const CLIENT = { file: 'src/adapters/stackguardian/client.ts', check: { test: 'test/contract/stackguardian.badInput.test.ts' } };

/** What the adapters send, and what they make of the answers. */
export const services: readonly Mutant[] = [
  {
    name: 'no If-Match',
    danger: 'A capacity that another hand raised meanwhile is written over.',
    file: SCALE_SET,
    from: '{ ifMatch: etag, ...hooks }',
    to: 'hooks',
    check: AZURE,
  },
  {
    name: 'a delete of everything',
    danger: 'To the batch delete the id "*" is every VM of the scale set.',
    file: SCALE_SET,
    from: 'const INSTANCE_ID = /^\\w[\\w.-]*$/;',
    to: 'const INSTANCE_ID = /^[\\w*][\\w.-]*$/;',
    check: { test: 'test/contract/scaleSet.test.ts' },
  },
  {
    name: 'VMs of others count as ours',
    danger: 'A Flexible list returns VMs beside the scale set, and they are deleted as strays.',
    file: SCALE_SET,
    from: 'if (isOurs(vm.virtualMachineScaleSet?.id)) found.push',
    to: 'found.push',
    check: AZURE,
  },
  {
    name: 'retry a non-idempotent write, to Azure',
    danger: 'A capacity write whose answer was lost is sent again over what came since.',
    file: 'src/adapters/azure/arm.ts',
    from: "request.method === 'GET' && passing",
    to: 'passing',
    check: AZURE,
  },
  {
    name: 'retry a non-idempotent write, to StackGuardian',
    danger: 'A give-back that was carried out is sent once more over what came since.',
    ...CLIENT,
    from: 'return outcomeOf(await send(`${root}${path}/`, json), place);',
    to: 'return outcomeOf(await send(`${root}${path}/`, json).catch(() => send(`${root}${path}/`, json)), place);',
  },
  {
    name: 'an answer that was lost counts as a refusal',
    danger: 'A growth that Azure carries out is taken back, and ordered again.',
    file: 'src/adapters/azure/errors.ts',
    from: 'if (status === undefined || status < 300 || status >= 500 || status === 408)',
    to: 'if (status === 408)',
    check: { test: 'test/contract/scaleSet.test.ts' },
  },
  {
    name: 'a token goes to another host',
    danger: 'A next page or an operation of another host gets our token.',
    file: 'src/adapters/azure/arm.ts',
    from: 'if (!isSameHost(endpoint, request.url)) {',
    to: 'if (request.url === endpoint) {',
    check: AZURE,
  },
  {
    name: 'the key in a text',
    danger: 'StackGuardian echoes the key in an error, and it stands in status and logs.',
    ...CLIENT,
    from: 'secrets: [apiKey],',
    to: 'secrets: [],',
  },
  {
    name: 'a conditional blob write is repeated by the SDK',
    danger: 'The repeat meets our own write, and a tick that was kept counts as lost.',
    file: 'src/adapters/azure/blobStore.ts',
    from: 'const container = condition === undefined ? retrying : once;',
    to: 'const container = retrying;',
    check: { test: 'test/contract/stateStore.test.ts' },
  },
  {
    name: 'a negative count is a count',
    danger: 'Demand of −1: busy runners are drained.',
    file: 'src/adapters/stackguardian/schema.ts',
    from: '(value as number) >= 0 &&',
    to: '(value as number) >= -1 &&',
    check: { test: 'test/contract/stackguardian.badInput.test.ts' },
  },
  {
    name: 'normalize a scale set that has VMs',
    danger: 'An operator’s normalize deletes the whole fleet.',
    file: 'src/act/normalize.ts',
    from: 'if (instances > 0) return',
    to: 'if (instances < 0) return',
    check: { test: 'test/act/normalize.test.ts' },
  },
];
