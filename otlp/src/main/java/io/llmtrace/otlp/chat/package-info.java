/** What was said to a model and what it answered, in one form for every convention. */
@NullMarked
package io.llmtrace.otlp.chat;

import org.jspecify.annotations.NullMarked;
