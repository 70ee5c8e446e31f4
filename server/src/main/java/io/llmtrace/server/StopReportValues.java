package io.llmtrace.server;

/** The implementation of a report. It is not public, so that a new component breaks no caller. */
record StopReportValues(int unansweredRequests, long spooledSpans) implements StopReport {}
