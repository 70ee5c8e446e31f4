/** Lines of JSON, from files and from servers. */
@NullMarked
package io.llmtrace.cli.ndjson;

import org.jspecify.annotations.NullMarked;
