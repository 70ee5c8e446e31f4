/** The exact JSON form of the model. */
@NullMarked
package io.llmtrace.json;

import org.jspecify.annotations.NullMarked;
