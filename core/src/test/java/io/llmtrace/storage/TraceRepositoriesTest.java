package io.llmtrace.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.llmtrace.storage.memory.InMemoryTraceRepository;
import org.junit.jupiter.api.Test;

final class TraceRepositoriesTest {

    @Test
    void open_findsTheProviderByScheme() {
        try (TraceRepository repository = TraceRepositories.open("memory:")) {
            assertThat(repository).isInstanceOf(InMemoryTraceRepository.class);
        }
        try (TraceRepository repository = TraceRepositories.open("MEMORY:")) {
            assertThat(repository).isInstanceOf(InMemoryTraceRepository.class);
        }
    }

    @Test
    void open_unknownSchemeNamesTheKnownOnesAndNoSecret() {
        assertThatThrownBy(() -> TraceRepositories.open("redis://user:password@host"))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessage("unknown storage scheme 'redis'; known are memory:");
        assertThatThrownBy(() -> TraceRepositories.open("password"))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessage("storage URL without a scheme; known are memory:");
    }
}
