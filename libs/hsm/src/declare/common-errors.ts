/**
 * Errors that any command can answer, before its own, in order of precedence. One table for the
 * dispatcher, the reference and the clients.
 */
export const COMMON_ERRORS = {
  COMMAND_UNKNOWN: 'no such command',
  DEVICE_ERROR: 'a self-test failed: the device answers nothing but status, and can be erased',
  DEVICE_TAMPERED: 'the device was tampered with and holds no keys',
  DEVICE_NOT_READY: 'the device has no master keys yet',
  SESSION_INVALID: 'the session is not of this device, has expired, or was closed',
  COMMAND_REFUSED: 'the command is not available in this mode or to this kind of device',
  ROLE_REFUSED: 'the identity does not have a role that may call the command',
  DUAL_CONTROL_REQUIRED: 'two different identities are needed',
  LIMIT_REACHED: 'too many such commands for now',
  INPUT_INVALID: 'a member is missing, of another type, or outside its limits',
  TOKEN_INVALID: 'a token is not one of this device for this place, whatever the reason',
} as const;

export type CommonError = keyof typeof COMMON_ERRORS;
