/** The REST API under {@code /api/v1}, its OpenAPI description, and the page that shows it. */
@NullMarked
package io.llmtrace.server.internal.rest;

import org.jspecify.annotations.NullMarked;
