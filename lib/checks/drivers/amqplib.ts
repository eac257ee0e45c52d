export { connect } from 'amqplib';
