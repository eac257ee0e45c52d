/** The fixtures of the contract suite that have answers without end. */
import { fixtures } from '../contract/fixtures/index.ts';
import type { Leaf } from '../contract/fixture.ts';
import type { Addresses } from '../stack/addresses.ts';
import type { EndlessAnswers } from '../support/endless.ts';

export interface Aimed {
  readonly name: string;
  readonly endless: EndlessAnswers;
  readonly at: (port: number) => Leaf;
  readonly realPort: number;
  readonly environment: ((port: number) => Readonly<Record<string, string>>) | undefined;
}

export function aimedFixtures(stack: Addresses): Aimed[] {
  return fixtures.flatMap(({ kind, at, realPort, environment, endless }) =>
    at === undefined || realPort === undefined || endless === undefined
      ? []
      : [{ name: kind, endless, at: (port) => at(port, stack), realPort: realPort(stack), environment }],
  );
}
