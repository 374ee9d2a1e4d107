/** The simulated StackGuardian and Azure. */
export { createWorld, startWorld, type RunningWorld, type World } from './world';
export { trustCa } from './certificate';
