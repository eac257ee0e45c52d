/** The ways in which Secrets Manager is called. In the environment of Lambda, requests are signed without the SDK. */
export const transports: [string, Readonly<Record<string, string>>][] = [
  ['through the SDK', {}],
  ['without the SDK, as in Lambda', { AWS_LAMBDA_RUNTIME_API: '127.0.0.1:9001', AWS_SESSION_TOKEN: 'a-session-token' }],
];
