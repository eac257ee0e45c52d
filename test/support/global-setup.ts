/**
 * Builds the product, installs what the stack needs, and starts the stack once for all test files. `inject('stack')`
 * gives its addresses.
 */
import type { TestProject } from 'vitest/node';
import type { Addresses } from '../stack/addresses.ts';
import { findMissing, install } from '../stack/install.ts';
import { buildProduct } from '../stack/product.ts';
import { step } from '../stack/progress.ts';
import { motoEnvironment } from '../stack/servers/moto.ts';
import { startStack } from '../stack/stack.ts';
import type { Stack } from '../stack/stack.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    readonly stack: Addresses;
  }
}

/** Each project loads this module again, in the same process. */
const shared = globalThis as { healthgateTestStack?: Promise<Stack> };

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const stack = await (shared.healthgateTestStack ??= startWholeStack());
  project.provide('stack', stack.addresses);
  return () => stack.stop();
}

/** If a part cannot be installed, all tests fail, and none are skipped. */
async function startWholeStack(): Promise<Stack> {
  const failures = await install(findMissing());
  if (failures.length > 0) {
    const reasons = failures.map(({ requirement, reason }) => `${requirement.name}: ${reason}`);
    throw new Error(`could not install what the tests need:\n${reasons.join('\n')}`);
  }
  // The checks under test would ask the proxy of this machine for the servers of the stack.
  for (const name of Object.keys(process.env))
    if (/^(https?|all|no)_proxy$/i.test(name)) Reflect.deleteProperty(process.env, name);
  await step('building dist/', buildProduct);
  const stack = await step('starting the servers', () => startStack());
  // Test workers inherit the environment of this process.
  Object.assign(process.env, motoEnvironment(stack.addresses.aws));
  return stack;
}
