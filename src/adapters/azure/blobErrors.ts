import { ServiceError } from '../../errors';
import { brief, safeCause } from '../text';
import { failureOf, isTokenError } from './errors';

/** Where the texts point the operator. */
export interface StorePlace {
  readonly container: string;
  readonly account: string;
  /** The app setting that opens the account: AZURE_BLOB_STORAGE_CONN_STRING or AZURE_BLOB_ACCOUNT_URL. */
  readonly setting: string;
}

/** Any error of blob storage as the port's ServiceError. `doing` reads like "read of state/x". Storage's own texts on 403 quote signatures and are left out. */
export function toStoreError(error: unknown, doing: string, place: StorePlace): ServiceError {
  if (error instanceof ServiceError) return error;
  const { status, code, message, retryAfterMs } = failureOf(error);
  const make = (kind: string, text: string) =>
    new ServiceError(kind, brief(text, 500), status === 403 ? { retryAfterMs } : { retryAfterMs, cause: safeCause(error) });
  const where = `blob container "${place.container}" of account "${place.account}"`;
  if (status === 403 || status === 401 || isTokenError(error)) {
    return make(
      'store-forbidden',
      `Blob storage refused the ${doing} in ${where} (${code}). Check ${place.setting}; with AZURE_BLOB_ACCOUNT_URL the app's identity needs the role "Storage Blob Data Contributor" on the account.`,
    );
  }
  if (code === 'ContainerNotFound') return containerMissing(code, place);
  if (code.startsWith('Lease')) {
    return make(
      'store-unavailable',
      `The ${doing} in ${where} failed: somebody holds a lease on it (${code}). Break the lease; it is tried again.`,
    );
  }
  if (status === undefined) {
    return make(
      'store-unavailable',
      `Blob storage did not answer for the ${doing} in ${where} (${code}). Check ${place.setting} and the network; it is tried again.`,
    );
  }
  const said = status < 500 ? `: ${message}` : '';
  return make('store-unavailable', `The ${doing} in ${where} failed (HTTP ${String(status)}, ${code})${said}`);
}

/** `reason`: why we could not make it ourselves. */
export function containerMissing(reason: string, place: StorePlace): ServiceError {
  const { container, account } = place;
  return new ServiceError(
    'store-not-found',
    brief(
      `The blob container "${container}" of account "${account}" does not exist and could not be made (${reason}). Check AZURE_BLOB_CONTAINER_NAME, or: az storage container create --name ${container} --account-name ${account}`,
      500,
    ),
  );
}
