/** The JSON form of the model: what is written reads back equal, and anything unexpected is refused. */
@NullMarked
package io.llmtrace.json;

import org.jspecify.annotations.NullMarked;
