/** The reasons why a request was not served, and the forms in which the protocols report them. */
@NullMarked
package io.llmtrace.server.internal.failures;

import org.jspecify.annotations.NullMarked;
