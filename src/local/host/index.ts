/** The local durable host: serves an Azure Functions app without Azure. */
export { installDate, realClock, scaledClock, virtualClock, type Cancel, type HostClock, type VirtualClock } from './clock';

export { startHost, type Host, type Status } from './host';
export { memoryStorage } from './memoryStorage';
export { sqliteStorage } from './sqliteStorage';
export type { HostStorage, InstanceRow, Message, RuntimeStatus, Snapshot } from './storage';
export type { Fault, MessageFault, Hang, HostHooks, HostOptions, Step } from './options';
export type { Log, LogLevel, LogLine } from './coreTypes';
export { Counters } from './counters';
