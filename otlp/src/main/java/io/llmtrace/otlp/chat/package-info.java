/** Conversations with models in one form for every convention: messages, parts and tools. */
@NullMarked
package io.llmtrace.otlp.chat;

import org.jspecify.annotations.NullMarked;
