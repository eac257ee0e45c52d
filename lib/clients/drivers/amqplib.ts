import { Connection } from '../../../node_modules/amqplib/lib/connection.js'; // the package does not export it

export { connect, credentials } from 'amqplib';

// A server that is not a broker can cause an `error` right after the handshake, before anybody could listen for it.
// Without this listener, it would end the process.
const { open } = Connection.prototype;
Connection.prototype.open = function (...args) {
  this.on('error', () => undefined);
  open.apply(this, args);
};
