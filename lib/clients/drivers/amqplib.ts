import { Connection } from '../../../node_modules/amqplib/lib/connection.js'; // the package does not export it

export { connect, credentials } from 'amqplib';

/** Class 10, method 50: https://www.rabbitmq.com/amqp-0-9-1-reference#connection.close */
const CONNECTION_CLOSE = (10 << 16) | 50;

const { open, step } = Connection.prototype;
Connection.prototype.open = function (...args) {
  // A server that is not a broker can cause an `error` right after the handshake, before anybody could listen for it.
  // Without this listener, it would end the process.
  this.on('error', () => undefined);
  // During the handshake, amqplib drops the reply of a broker that closes the connection. The reply says why.
  this.step = (take) => {
    step.call(this, (error, frame) => {
      const { replyCode, replyText } = frame?.id === CONNECTION_CLOSE ? frame.fields : {};
      if (replyCode === undefined) take(error, frame);
      else take(Object.assign(new Error(replyText), { code: replyCode }), undefined);
    });
  };
  open.apply(this, args);
};
