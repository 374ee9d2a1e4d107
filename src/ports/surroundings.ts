/** The port to what stands beside a scale set in its resource group and may write to it too. The preflight alone asks. */
export interface Surroundings {
  /** Names of the autoscale settings that target the scale set; undefined: we have no right to see them. */
  autoscaleSettings(): Promise<readonly string[] | undefined>;
  /** Names of the standby pools attached to the scale set; undefined: we have no right to see them. */
  standbyPools(): Promise<readonly string[] | undefined>;
  /** What Azure's clock said with the last answer, epoch ms. */
  serverTime(): { readonly told: number; readonly at: number } | undefined;
}
