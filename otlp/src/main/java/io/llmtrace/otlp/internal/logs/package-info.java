/** Log records that become spans of their own, since their senders report what they do in no other form. */
@NullMarked
package io.llmtrace.otlp.internal.logs;

import org.jspecify.annotations.NullMarked;
