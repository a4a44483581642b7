/** Key management: generate, form, import, export, translate, check. */
import { checkValueOfKey } from './check-value.js';
import { formKey, formZmkOfThree, formZmkOfTwo } from './form.js';
import { generateKey } from './generate.js';
import { generateTak, generateTmkKey, generateZekZak, generateZpk } from './generate-under.js';
import { exportKey, importKey } from './import-export.js';
import { eraseKeyChange, translateOldLmk, translateScheme } from './translate.js';
import { exportZpk, importZekZak, importZpk } from './zone-keys.js';

export const KEY_COMMANDS = [
  generateKey,
  formKey,
  importKey,
  exportKey,
  translateScheme,
  eraseKeyChange,
  checkValueOfKey,
  translateOldLmk,
  generateTmkKey,
  generateTak,
  generateZpk,
  importZpk,
  exportZpk,
  importZekZak,
  generateZekZak,
  formZmkOfTwo,
  formZmkOfThree,
] as const;
