// The package is CommonJS in a form whose names Node does not find. Its main file would also load a WebSocket client.
import client from '@mattermost/client/lib/client4.js';

export const Client4 = client.default;
