/** What the errors of an AMQP 0-9-1 broker mean. */
import { AuthError, ConfigurationError, ConnectionError, UnhealthyError } from '../../errors.ts';
import type { CheckError } from '../../errors.ts';
import { connectionClosed, networkError } from '../network-errors.ts';

/** amqplib's handshake errors have no code: what the broker said is only in the text. */
export function handshakeError(error: unknown, name: string): CheckError {
  const text = error instanceof Error ? error.message : '';
  const code = /^Handshake terminated by server: (\d{3}) /.exec(text)?.[1];
  if (code === '403') return new AuthError(`${name} refused the user or the password`);
  if (code !== undefined) return new UnhealthyError(`${name} ended the handshake with reply code ${code}`);
  if (text.includes('<ConnectionClose '))
    return new ConfigurationError(`${name} has no such virtual host, or the user may not access it`);
  return closedAbruptly(text) ? connectionClosed(name) : notAmqp(name);
}

/** By reply code: https://www.rabbitmq.com/docs/specification, "Reply codes". */
export function brokerError(error: unknown, name: string): CheckError | undefined {
  const network = networkError(error, name);
  if (network !== undefined) return network;
  const code = replyCode(error);
  if (code === 320)
    return new ConnectionError(`${name} closed the connection: it is shutting down, or an operator closed it`);
  if (code === 403) return new AuthError(`${name}: the user lacks a permission on the virtual host`);
  if (code === 530) return new ConfigurationError(`${name} does not allow the user to do this`);
  if (code !== undefined) return new UnhealthyError(`${name} failed with reply code ${String(code)}`);
  if (!(error instanceof Error)) return undefined;
  return error.name === 'IllegalOperationError' || closedAbruptly(error.message) ? connectionClosed(name) : undefined;
}

export function replyCode(error: unknown): number | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'number' ? error.code : undefined;
}

/** An error for a connection that ended abruptly has no code either, before or after the handshake. */
function closedAbruptly(text: string): boolean {
  return text.startsWith('Socket closed abruptly') || text === 'Unexpected close';
}

/** For a server whose answer makes no sense. */
export function notAmqp(name: string): CheckError {
  return new UnhealthyError(`${name} does not answer like an AMQP 0-9-1 broker; is it the right port?`);
}
