import { MemorySwitchStore } from './memory-store.js';
import { switchStoreContract } from './store.contract.js';

switchStoreContract('memory', async () => new MemorySwitchStore());
