package io.llmtrace.ingest;

/**
 * What became of all spans since the start. Once nothing is in flight,
 * {@code accepted = stored + spool.spans + deadLettered + rejected}. Events that came apart from their span count as spans.
 *
 * @param accepted handed in; also what a process before has left in the spool
 * @param stored durable in the repository
 * @param deadLettered refused by the repository for good, and kept in a file
 * @param rejected given back to the caller with an error
 * @param bytesInFlight of requests that wait or are being stored, as an estimate
 * @param spool what waits for the repository
 * @param storeFailure why the repository did not take the last ones; empty if it did, or nothing was written for a minute
 */
public record IngestState(
        long accepted,
        long stored,
        long deadLettered,
        long rejected,
        long bytesInFlight,
        SpoolState spool,
        String storeFailure) {}
