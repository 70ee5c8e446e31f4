package io.llmtrace.ingest;

/**
 * Counts of what became of all spans since the start. Once nothing is in flight,
 * {@code accepted = stored + spool.spans + spool.damagedSpans + deadLettered + rejected}. Events that arrived separately from their span count as spans.
 */
public sealed interface IngestState permits IngestStateValues {

    /** Returns the number of spans submitted, and of those that an earlier process left in the spool. */
    long accepted();

    /** Returns the number of spans that are durable in the repository. */
    long stored();

    /** Returns the number of spans that the repository refused for good, and that are kept in a file. */
    long deadLettered();

    /** Returns the number of spans whose caller got an error. */
    long rejected();

    /** Returns the estimated size of the requests that wait or are being stored. */
    long bytesInFlight();

    /** Returns what waits on disk for the repository. */
    SpoolState spool();

    /** Returns why the repository did not take the last write; empty if it did, or if nothing was written for a minute. */
    String storeFailure();
}
