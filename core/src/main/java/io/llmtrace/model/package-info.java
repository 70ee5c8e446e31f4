/** The domain model: immutable, validated spans and traces whose fields have the same names in Java, JSON and SQL. */
@NullMarked
package io.llmtrace.model;

import org.jspecify.annotations.NullMarked;
