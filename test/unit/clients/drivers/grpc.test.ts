import { Http2SubchannelConnector } from '@grpc/grpc-js/build/src/transport.js';
import { expect, test } from 'vitest';

test('grpc-js still opens its connections with tcpConnect, the private method that is replaced', () => {
  const methods = Object.getOwnPropertyNames(Http2SubchannelConnector.prototype);
  expect(methods, 'see lib/clients/drivers/grpc.ts: this version of grpc-js opens connections otherwise').toContain(
    'tcpConnect',
  );
  expect(
    Http2SubchannelConnector.prototype.connect.toString(),
    'see lib/clients/drivers/grpc.ts: connect does not call tcpConnect, or not with its options',
  ).toMatch(/this\.tcpConnect\(address, options\)/);
});
