/**
 * A module of the canary's runtime:
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Synthetics_Canaries_Library_Nodejs.html
 */
declare module '@aws/synthetics-core' {
  export const synthetics: {
    /** Runs a function as a step with its own metrics. Returns or throws what the function returns or throws. */
    executeStep<T>(name: string, step: () => Promise<T>): Promise<T>;
  };
}
