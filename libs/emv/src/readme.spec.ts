import * as crypto from '@pinfold/crypto';
import { readmeSuite } from '../../crypto/test/readme.js';
import * as library from './index.js';

readmeSuite({
  url: new URL('../README.md', import.meta.url),
  exports: crypto,
  library,
  results: 3,
  names: 17,
});
