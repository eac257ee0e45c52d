import { Connection } from '../../../node_modules/amqplib/lib/connection.js'; // which the package does not export

export { connect } from 'amqplib';

// What a stranger says right behind the handshake is an error before anybody could listen for one, which would end the process.
const { open } = Connection.prototype;
Connection.prototype.open = function (...args) {
  this.on('error', () => undefined);
  open.apply(this, args);
};
