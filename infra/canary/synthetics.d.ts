/** Part of the canary's runtime: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Synthetics_Canaries_Library_Nodejs.html */
declare module '@aws/synthetics-core' {
  export const synthetics: {
    /** Runs it as a step with metrics of its own, and hands on what it returns or throws. */
    executeStep<T>(name: string, step: () => Promise<T>): Promise<T>;
  };
}
