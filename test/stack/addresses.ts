/**
 * Where the servers of the test stack are: plain data, which can be handed to test workers.
 *
 * Each file in test/stack/servers/ adds the entry of its own server by module augmentation
 * (https://www.typescriptlang.org/docs/handbook/declaration-merging.html#module-augmentation), so nothing is listed
 * here.
 */
export interface Addresses {}

/** The name of a server of the stack. */
export type PartName = keyof Addresses;
