import {
  type AccessToken,
  AzureCliCredential,
  AzureDeveloperCliCredential,
  AzurePowerShellCredential,
  ChainedTokenCredential,
  CredentialUnavailableError,
  ManagedIdentityCredential,
  type TokenCredential,
} from '@azure/identity';
import { systemClock } from '../clock';
import type { AzureHttpClient } from './arm';

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
    const options = { retryOptions: { maxRetries: 2 }, ...(httpClient === undefined ? {} : { httpClient }) };
    return bounded(new ManagedIdentityCredential(clientId === undefined || clientId === '' ? options : { clientId, ...options }));
  }
  const processTimeoutInMs = 20_000;
  return new ChainedTokenCredential(
    new AzureCliCredential({ processTimeoutInMs }),
    new AzureDeveloperCliCredential({ processTimeoutInMs }),
    new AzurePowerShellCredential({ processTimeoutInMs }),
  );
}

/** Token requests with their retries, and how long before its end a token is renewed; in ms. */
const TOKEN_MS = 30_000;
const RENEW_MS = 5 * 60_000;
const LEAST_LEFT_MS = 60_000;

/**
 * Keeps the token itself. The SDK's clients set no limit to a token request, take neither a policy nor a signal for one, and all wait for
 * the one under way: an endpoint that never answers once would hold every later call for the life of the process. And near a token's end
 * they renew it behind the caller's back, where a failure is an unhandled rejection, which ends the process: so to them each token is
 * told as over at once, and every call asks here.
 */
function bounded(credential: TokenCredential): TokenCredential {
  const tokens = new Map<string, AccessToken>();
  const renew = async (...given: Parameters<TokenCredential['getToken']>): Promise<AccessToken | null> => {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      const text = `The identity endpoint did not answer within ${String(TOKEN_MS / 1_000)} s.`;
      timer = setTimeout(() => reject(new CredentialUnavailableError(text)), TOKEN_MS);
    });
    try {
      return await Promise.race([credential.getToken(...given), late]);
    } finally {
      clearTimeout(timer);
    }
  };
  return {
    getToken: async (scopes, options) => {
      const key = String(scopes);
      const known = tokens.get(key);
      const left = (known?.expiresOnTimestamp ?? 0) - systemClock.now();
      let token = known;
      if (left < RENEW_MS) {
        try {
          token = (await renew(scopes, options)) ?? undefined;
          if (token !== undefined) tokens.set(key, token);
        } catch (error) {
          // Good for a while yet: the next call asks again.
          if (left < LEAST_LEFT_MS) throw error;
        }
      }
      return token === undefined ? null : { token: token.token, expiresOnTimestamp: systemClock.now() };
    },
  };
}
