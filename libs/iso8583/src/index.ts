export { FIELDS_1987, type FieldDefinition, type FieldTable, type Shown } from './fields-1987.js';
export { type FieldFormat, type FieldKind, readFormat } from './format.js';
export {
  type Frame,
  FrameSplitter,
  type Framing,
  type FramingErrorCode,
  frame,
} from './framing.js';
export { type LoggableField, loggable, masked } from './loggable.js';
export { MAC_BYTES, macFieldOf, macInput, macInputOf, macOf, packForMac, placeMac } from './mac.js';
export { bytesOf, type FieldValue, type IsoErrorCode, type IsoMessage, textOf } from './message.js';
export { pack } from './pack.js';
export {
  ASCII_1987,
  ASCII_HEX_1987,
  BINARY_1987,
  type Encoding,
  type Packaging,
  type PackagingOptions,
  packaging,
} from './packaging.js';
export { measure, parse } from './parse.js';
