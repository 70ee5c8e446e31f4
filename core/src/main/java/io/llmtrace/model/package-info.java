/** The vocabulary of LLM traces: immutable, validated values that are the same in Java, JSON and SQL. */
@NullMarked
package io.llmtrace.model;

import org.jspecify.annotations.NullMarked;
