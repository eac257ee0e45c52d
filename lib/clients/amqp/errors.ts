/** What the errors of an AMQP 0-9-1 broker mean. */
import { AuthError, ConfigurationError, ConnectionError, UnhealthyError } from '../../errors.ts';
import type { CheckError } from '../../errors.ts';
import { connectionClosed, networkError } from '../network-errors.ts';
import { after, serverWords } from '../server-words.ts';

/** What is known of the broker and of the login. */
export interface Login {
  /** Names the broker for messages: `rabbitmq mq.example:5672`. */
  readonly name: string;
  readonly vhost: string;
  readonly password: string | undefined;
}

/** An error of the handshake. A reply of the broker has its code; see drivers/amqplib.ts. */
export function handshakeError(error: unknown, login: Login): CheckError {
  const { name, vhost } = login;
  const text = error instanceof Error ? error.message : '';
  const code = replyCode(error);
  const words = wordsOf(error, login);
  if (code === 530) {
    if (/limit/i.test(words)) return new UnhealthyError(`${name}, virtual host ${vhost}: ${words}`);
    if (/not found|NOT_FOUND/.test(words)) return new ConfigurationError(`${name} has no such virtual host: ${vhost}`);
    return new AuthError(`${name}: the user has no permission on the virtual host ${vhost}: ${words}`);
  }
  if (code === 403) return new AuthError(`${name} refused the user or the password${after(loginWords(words))}`);
  if (code !== undefined)
    return new UnhealthyError(`${name} ended the handshake with reply code ${String(code)}${after(words)}`);
  if (text.includes('exceeds maxFrameSize')) return new UnhealthyError(`${name} sent more than 128 KiB in one frame`);
  if (text.startsWith('SASL mechanism'))
    return new ConfigurationError(`${name} does not offer the auth_mechanism of the URL`);
  return closedAbruptly(text) ? connectionClosed(name) : notAmqp(name);
}

/** The usual words say nothing that our own do not. */
function loginWords(words: string): string {
  return /refused using authentication mechanism (AMQ)?PLAIN/.test(words) ? '' : words;
}

/**
 * The broker's reply text without its name for the code (`ACCESS_REFUSED - …`). After the handshake, amqplib wraps it
 * in its own text. The name of the user is part of the user info, so it is not shown.
 */
function wordsOf(error: unknown, { password }: Pick<Login, 'password'>): string {
  const text = error instanceof Error ? error.message : '';
  const reply = /with message "([^]*)"$/.exec(text)?.[1] ?? text;
  const bare = reply.replace(/^[A-Z_]+ - /, '').replace(/\buser '[^']*'/g, 'this user');
  return serverWords(bare, [password]);
}

/** By reply code: https://www.rabbitmq.com/docs/specification, "Reply codes". */
export function brokerError(error: unknown, name: string, password?: string): CheckError | undefined {
  const network = networkError(error, name);
  if (network !== undefined) return network;
  const code = replyCode(error);
  const words = wordsOf(error, { password });
  if (code === 320)
    return new ConnectionError(
      `${name} closed the connection: it is shutting down, or an operator closed it: ${words}`,
    );
  if (code === 403) return new AuthError(`${name}: the user lacks a permission: ${words}`);
  if (code === 530) return new ConfigurationError(`${name} does not allow the user to do this: ${words}`);
  if (code !== undefined) return new UnhealthyError(`${name} failed with reply code ${String(code)}${after(words)}`);
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
