/** Analytics over many spans: timelines, groups, suggested values, sessions, findings, actions and rankings. */
@NullMarked
package io.llmtrace.storage.analytics;

import org.jspecify.annotations.NullMarked;
