/**
 * How long a server may take to accept a connection, ms, before it is tried anew. The address of a pod that has gone stays in use
 * for a moment, and nobody there refuses: with the 20 s that the driver waits otherwise, NATS is away for so long although it is back
 * after a second.
 */
export const CONNECT_WITHIN_MS = 5_000;
