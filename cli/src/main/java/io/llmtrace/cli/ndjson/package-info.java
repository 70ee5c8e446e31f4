/** Reading of JSON lines from files and servers. */
@NullMarked
package io.llmtrace.cli.ndjson;

import org.jspecify.annotations.NullMarked;
