/** Prompts and responses as chat messages. */
@NullMarked
package io.llmtrace.cli.chat;

import org.jspecify.annotations.NullMarked;
