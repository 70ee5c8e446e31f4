/** From OTLP to the model and back: decoding of requests, and the mapping of GenAI attributes. */
@NullMarked
package io.llmtrace.otlp;

import org.jspecify.annotations.NullMarked;
