/** What a server may send as one message. */

/**
 * KiB of a message, after decompression. A dry run that fails has a few, with its stack. In frames of one byte, a
 * message takes two hundred times its size while it is collected.
 */
export const MAX_MESSAGE_KIB = 64;
