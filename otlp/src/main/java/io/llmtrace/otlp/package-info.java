/** The API for decoding OTLP requests, mapping GenAI spans to the model and back, and reading stored spans as chats. */
@NullMarked
package io.llmtrace.otlp;

import org.jspecify.annotations.NullMarked;
