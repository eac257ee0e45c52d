// The package is CommonJS in a form whose names Node does not find. Its main file would also load a WebSocket client.
import client from '@mattermost/client/lib/client4.js';

/** Vitest unpacks the default of such a module, and Node and esbuild do not. */
export const Client4 = 'default' in client ? client.default : client;
