import { readmeSuite } from '../test/readme.js';
import * as library from './index.js';

readmeSuite({
  url: new URL('../README.md', import.meta.url),
  exports: {},
  library,
  results: 3,
  names: 31,
});
