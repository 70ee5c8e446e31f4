package io.llmtrace.ingest;

import io.llmtrace.model.TraceEvent;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.TraceRepository;
import io.llmtrace.storage.memory.InMemoryTraceRepository;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** A store that can be taken away, frozen, or made to refuse some spans. */
final class SwitchedStore {

    final InMemoryTraceRepository stored = new InMemoryTraceRepository();
    final TraceRepository repository;

    /** Of each write, how many spans. */
    final List<Integer> writes = new CopyOnWriteArrayList<>();

    /** Calls that have begun. */
    final AtomicInteger begun = new AtomicInteger();

    volatile Supplier<RuntimeException> failure;
    volatile Predicate<TraceSpan> refused = span -> false;
    volatile RuntimeException refusal;
    volatile CountDownLatch frozen = new CountDownLatch(0);

    SwitchedStore() {
        repository = (TraceRepository) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {TraceRepository.class}, (proxy, method, arguments) -> {
                    begun.incrementAndGet();
                    frozen.await();
                    if (failure != null) {
                        throw failure.get();
                    }
                    if (method.getName().equals("storeSpans")) {
                        check(spansOf(arguments[0]));
                    }
                    try {
                        return method.invoke(stored, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private void check(Collection<TraceSpan> spans) {
        if (spans.stream().anyMatch(refused)) {
            throw refusal;
        }
        writes.add(spans.size());
    }

    @SuppressWarnings("unchecked")
    private static Collection<TraceSpan> spansOf(Object argument) {
        return argument instanceof TraceEvent trace ? trace.spans() : (Collection<TraceSpan>) argument;
    }
}
