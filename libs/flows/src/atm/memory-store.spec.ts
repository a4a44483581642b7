import { MemoryAtmStore } from './memory-store.js';
import { atmStoreContract } from './store.contract.js';

atmStoreContract('memory', async () => new MemoryAtmStore());
