/** The ways in which Secrets Manager is called. Lambda's environment is what tells that its requests are signed without the SDK. */
export const transports: [string, Readonly<Record<string, string>>][] = [
  ['by the SDK', {}],
  ['in Lambda', { AWS_LAMBDA_RUNTIME_API: '127.0.0.1:9001', AWS_SESSION_TOKEN: 'a-session-token' }],
];
