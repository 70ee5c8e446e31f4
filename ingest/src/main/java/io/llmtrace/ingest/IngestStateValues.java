package io.llmtrace.ingest;

/** The implementation of the counts. It is not public, so that a new component breaks no caller. */
record IngestStateValues(
        long accepted,
        long stored,
        long deadLettered,
        long rejected,
        long bytesInFlight,
        SpoolState spool,
        String storeFailure)
        implements IngestState {}
