/** The port to one Azure VM scale set. Times are epoch milliseconds. */

export type OrchestrationMode = 'Uniform' | 'Flexible';

export interface ScaleSetState {
  /** ARM's uniqueId: changes when a scale set is deleted and created again under its old name. */
  readonly uniqueId: string;
  readonly mode: OrchestrationMode;
  /** sku.capacity: the number of VMs asked for (Uniform); nominal on Flexible, where it may stay above the number of VMs. */
  readonly capacity: number;
  readonly etag: string;
  /** provisioningState, e.g. Succeeded, Updating, Failed. */
  readonly provisioningState: string;
  /** The most VMs this scale set can hold: 100 with singlePlacementGroup, else 1,000 (600 from a custom image). */
  readonly limit: number;
  /** Traits that make Azure or others a second writer: overprovision, zoneBalance, automaticRepairs, automaticUpgrade, spot. */
  readonly surprises: readonly string[];
}

export interface Instance {
  /** Uniform "0", "1", … (used again after a delete); Flexible: the VM's name. */
  readonly id: string;
  /** The only identity that is never used again. */
  readonly vmId: string;
  readonly computerName: string | undefined;
  readonly provisioningState: string;
  /** running, starting, stopped, deallocated, … from the instance view; undefined when not told. */
  readonly power: string | undefined;
  readonly createdAt: number | undefined;
  /** Somebody wants it left alone by us: protectFromScaleSetActions, or the tag `sg-autoscaler: protect`. */
  readonly isProtected?: boolean;
  /** protectFromScaleIn, which keeps Azure from choosing it; absent on Flexible scale sets, which have no such protection. */
  readonly scaleInProtection?: 'on' | 'off';
}

/**
 * accepted: Azure took it; `operation` (if any) is the URL whose result a later tick reads. conflict: 412, somebody wrote since the
 * reading – nothing happened. refused: 4xx, nothing happened; `permanent` for 403, a lock or a policy. unknown: the answer was lost.
 */
export type AzureOutcome =
  | { readonly kind: 'accepted'; readonly operation: string | undefined }
  | { readonly kind: 'conflict' }
  | {
      readonly kind: 'refused';
      readonly code: string;
      readonly text: string;
      /** HTTP status. */
      readonly status: number;
      readonly retryAfterMs: number | undefined;
    }
  | { readonly kind: 'unknown'; readonly code: string; readonly text: string };

export type OperationResult =
  | { readonly kind: 'running' }
  | { readonly kind: 'succeeded' }
  | { readonly kind: 'failed'; readonly code: string; readonly text: string }
  /** 404 or expired: Azure forgot the operation. */
  | { readonly kind: 'forgotten' };

export interface ScaleSet {
  /**
   * Throws {@link ServiceError}: `azure-unauthorized` (401, or no token), `azure-forbidden` (403; the text names the missing action),
   * `azure-not-found` (404), `azure-throttled` (429, with retryAfterMs), `azure-unavailable` (timeout, reset, 5xx), `azure-malformed`.
   */
  readState(): Promise<ScaleSetState>;
  /** All pages or an error; never a part of the list. Same errors as readState. */
  listInstances(state: Pick<ScaleSetState, 'mode' | 'uniqueId'>): Promise<readonly Instance[]>;
  /** One instance by id; undefined on 404. Same errors as readState otherwise. */
  readInstance(mode: OrchestrationMode, id: string): Promise<Instance | undefined>;
  /** PATCH of sku.capacity alone with If-Match; submitted, never awaited; never retried. */
  setCapacity(capacity: number, etag: string): Promise<AzureOutcome>;
  /** One batched delete by id, never forced, submitted, never awaited, never retried. */
  deleteInstances(ids: readonly string[]): Promise<AzureOutcome>;
  /**
   * Uniform only: sets protectFromScaleIn on one instance, after reading that it still bears this vmId; its other protection and its tags
   * stay. gone: it is not there any more, or another VM has its id – nothing was sent. Submitted, never awaited, never retried.
   */
  protectFromScaleIn(id: string, vmId: string): Promise<AzureOutcome | { readonly kind: 'gone' }>;
  /** Looks at a long-running operation once. `operation` is a URL that this adapter returned; one of another host is refused. */
  readOperation(operation: string): Promise<OperationResult>;
}
