import { MemoryIssuerStore } from './memory-store.js';
import { issuerStoreContract } from './store.contract.js';

issuerStoreContract('memory', {
  fresh: async (now) => new MemoryIssuerStore({ now }),
});
