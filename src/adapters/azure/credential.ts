import {
  AzureCliCredential,
  AzureDeveloperCliCredential,
  AzurePowerShellCredential,
  ChainedTokenCredential,
  ManagedIdentityCredential,
  type TokenCredential,
} from '@azure/identity';
import type { AzureHttpClient } from './arm';

/** One attempt, in ms. */
const ATTEMPT_MS = 15_000;

type Policy = NonNullable<NonNullable<ConstructorParameters<typeof ManagedIdentityCredential>[0]>['additionalPolicies']>[number]['policy'];

/**
 * The SDK sets no limit of its own, and all its clients wait for the one token request under way: an endpoint that never answers once
 * would hold every later call for the life of the process.
 */
const bounded: Policy = {
  name: 'autoscalerIdentityBound',
  sendRequest: (request, next) => {
    request.timeout = ATTEMPT_MS;
    return next(request);
  },
};

/**
 * The managed identity inside Azure (Functions sets IDENTITY_ENDPOINT; AZURE_CLIENT_ID picks a user-assigned one), elsewhere the
 * developer's login: Azure CLI, Azure Developer CLI, Azure PowerShell. Not DefaultAzureCredential: its chain probes for a machine
 * identity for seconds on a laptop and would pick up unrelated variables in Azure. Tokens are cached by the SDK.
 */
export function createCredential(
  env: Readonly<Record<string, string | undefined>> = process.env,
  httpClient?: AzureHttpClient,
): TokenCredential {
  if (env['IDENTITY_ENDPOINT'] !== undefined && env['IDENTITY_ENDPOINT'] !== '') {
    const clientId = env['AZURE_CLIENT_ID'];
    const options = {
      retryOptions: { maxRetries: 2 },
      additionalPolicies: [{ policy: bounded, position: 'perRetry' as const }],
      ...(httpClient === undefined ? {} : { httpClient }),
    };
    return new ManagedIdentityCredential(clientId === undefined || clientId === '' ? options : { clientId, ...options });
  }
  const processTimeoutInMs = 20_000;
  return new ChainedTokenCredential(
    new AzureCliCredential({ processTimeoutInMs }),
    new AzureDeveloperCliCredential({ processTimeoutInMs }),
    new AzurePowerShellCredential({ processTimeoutInMs }),
  );
}
