/** The kinds of check, one line each. Schema, documents and contract suite are made from this list. */
import { postgres } from './data/postgres.ts';
import type { AnyKind } from './kind.ts';
import { tcp } from './web/tcp.ts';

export const kinds: readonly AnyKind[] = [postgres, tcp];
