package io.llmtrace.ingest;

import io.llmtrace.model.TraceEvent;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.TraceRepository;
import io.llmtrace.storage.TraceRetention;
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

/** A store that can be made to fail, to hang, or to refuse some spans. */
final class SwitchedStore {

    final InMemoryTraceRepository stored = new InMemoryTraceRepository();
    final TraceRepository repository;

    /** The number of spans in each write. */
    final List<Integer> writes = new CopyOnWriteArrayList<>();

    /** The names of the methods that were called. */
    final List<String> calls = new CopyOnWriteArrayList<>();

    /** The number of calls that have started. */
    final AtomicInteger begun = new AtomicInteger();

    volatile Supplier<RuntimeException> failure;
    /** As in a store that is full: reads and deletes work. */
    volatile Supplier<RuntimeException> writeFailure;

    volatile Supplier<RuntimeException> deleteFailure;
    /** Runs at the beginning of each delete. */
    volatile Runnable onDelete = () -> {};

    volatile Predicate<TraceSpan> refused = span -> false;
    volatile RuntimeException refusal;
    volatile CountDownLatch frozen = new CountDownLatch(0);

    SwitchedStore() {
        repository = (TraceRepository) Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {TraceRepository.class, TraceRetention.class},
                (proxy, method, arguments) -> {
                    begun.incrementAndGet();
                    calls.add(method.getName());
                    frozen.await();
                    if (failure != null) {
                        throw failure.get();
                    }
                    if (writeFailure != null && method.getName().startsWith("store")) {
                        throw writeFailure.get();
                    }
                    if (method.getName().startsWith("delete")) {
                        onDelete.run();
                        if (deleteFailure != null) {
                            throw deleteFailure.get();
                        }
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
