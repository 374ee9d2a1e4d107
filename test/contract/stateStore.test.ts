import { createMemoryStore } from '../support/fakes/memoryStore';
import { describeStateStore } from './stateStore.contract';

describeStateStore('memory', async () => ({ store: createMemoryStore(), close: () => undefined }));
