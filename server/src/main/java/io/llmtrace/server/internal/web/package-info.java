/** How browsers and proxies reach the server: base path, forwarded headers, pages of other sites. */
@NullMarked
package io.llmtrace.server.internal.web;

import org.jspecify.annotations.NullMarked;
