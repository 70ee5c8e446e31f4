package io.llmtrace.server;

/** What was left when a server stopped. Everything that it had acknowledged is in the repository or in the spool. */
public sealed interface StopReport permits StopReportValues {

    /**
     * Returns the number of requests to write that were still being served when the time for them was over; they got no answer, and
     * must be sent again.
     */
    int unansweredRequests();

    /** Returns the number of spans that wait on disk for the store; the next start stores them. */
    long spooledSpans();
}
