package io.llmtrace.storage.spi;

import io.llmtrace.storage.RetentionRule;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A thread that deletes the expired traces of a store: when it starts, when a rule has changed, and at regular intervals. It does
 * nothing else, so that no other work of the store can delay it.
 */
public final class RetentionScheduler implements AutoCloseable {

    private static final Duration RETRY_AFTER = Duration.ofMinutes(1);

    private final Supplier<Map<UUID, RetentionRule>> rules;
    private final Runnable expiry;
    private final Consumer<Throwable> onFailure;
    private final Duration lookEvery;
    private final Duration deleteEvery;
    private final Duration retryAfter;
    private final ScheduledThreadPoolExecutor thread;

    // Only the thread itself uses these.
    private @Nullable Map<UUID, RetentionRule> applied;
    private long appliedNanos;
    private boolean failing;
    private @Nullable Future<?> next;

    private RetentionScheduler(Builder builder) {
        this.rules = builder.rules;
        this.expiry = builder.expiry;
        this.onFailure = builder.onFailure;
        this.lookEvery = builder.lookEvery;
        this.deleteEvery = builder.deleteEvery;
        this.retryAfter = builder.retryAfter;
        this.thread = new ScheduledThreadPoolExecutor(1, work -> {
            Thread daemon = new Thread(work, builder.name);
            daemon.setDaemon(true);
            return daemon;
        });
        thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        thread.setRemoveOnCancelPolicy(true);
    }

    /**
     * Returns a builder of a thread that begins at once, deletes every hour, and looks at no other time unless it is woken: for a
     * store whose rules only its own process can change.
     *
     * @param name of the thread
     * @param rules reads the rules of all tenants that have one
     * @param expiry deletes the expired traces of all tenants
     */
    public static Builder builder(String name, Supplier<Map<UUID, RetentionRule>> rules, Runnable expiry) {
        return new Builder(name, rules, expiry);
    }

    /** Builds a thread. */
    public static final class Builder {
        private final String name;
        private final Supplier<Map<UUID, RetentionRule>> rules;
        private final Runnable expiry;
        private Consumer<Throwable> onFailure = failure -> {};
        private Duration firstLook = Duration.ZERO;
        private Duration lookEvery = Duration.ofHours(1);
        private Duration deleteEvery = Duration.ofHours(1);
        private Duration retryAfter = RETRY_AFTER;

        private Builder(String name, Supplier<Map<UUID, RetentionRule>> rules, Runnable expiry) {
            this.name = Objects.requireNonNull(name, "name");
            this.rules = Objects.requireNonNull(rules, "rules");
            this.expiry = Objects.requireNonNull(expiry, "expiry");
        }

        /** How long after its start the thread reads the rules for the first time, and deletes. */
        public Builder firstLook(Duration value) {
            this.firstLook = Objects.requireNonNull(value, "firstLook");
            return this;
        }

        /** How often it reads the rules, to see whether another process has changed them. */
        public Builder lookEvery(Duration value) {
            this.lookEvery = Objects.requireNonNull(value, "lookEvery");
            return this;
        }

        /** How often it deletes while the rules stay the same; it does so when it looks. */
        public Builder deleteEvery(Duration value) {
            this.deleteEvery = Objects.requireNonNull(value, "deleteEvery");
            return this;
        }

        /** Is told why reading the rules or deleting failed, once until it succeeds again. It is tried again every minute. */
        public Builder onFailure(Consumer<Throwable> value) {
            this.onFailure = Objects.requireNonNull(value, "onFailure");
            return this;
        }

        /** How long after a failure it tries again, for tests. */
        Builder retryAfter(Duration value) {
            this.retryAfter = value;
            return this;
        }

        /** Starts the thread. */
        public RetentionScheduler start() {
            RetentionScheduler started = new RetentionScheduler(this);
            started.submit(() -> started.lookAfter(firstLook));
            return started;
        }
    }

    /** Lets the thread look at the rules immediately, since this process has changed one. */
    public void wake() {
        submit(() -> {
            if (!look()) {
                lookAfter(retryAfter);
            }
        });
    }

    /** Ends the thread, without waiting for a deletion that is running: it ends with the next call to the closed store. */
    @Override
    public void close() {
        thread.shutdown();
    }

    /** Looks after a pause, in place of the next look that was planned. */
    private void lookAfter(Duration pause) {
        if (next != null) {
            next.cancel(false);
        }
        try {
            next = thread.schedule(
                    () -> lookAfter(look() ? lookEvery : retryAfter), pause.toNanos(), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            // closed meanwhile
        }
    }

    private void submit(Runnable work) {
        try {
            thread.execute(work);
        } catch (RejectedExecutionException e) {
            // closed meanwhile
        }
    }

    /** Deletes if that is due, and returns whether nothing failed. Whatever fails, the thread has to go on looking. */
    private boolean look() {
        try {
            Map<UUID, RetentionRule> current = rules.get();
            if (!current.equals(applied) || System.nanoTime() - appliedNanos >= deleteEvery.toNanos()) {
                expiry.run();
                applied = current;
                appliedNanos = System.nanoTime();
            }
            failing = false;
            return true;
        } catch (Throwable e) {
            OutOfMemoryErrors.note(e);
            tell(e);
            return false;
        }
    }

    private void tell(Throwable failure) {
        boolean isFirst = !failing;
        failing = true;
        if (isFirst && !thread.isShutdown()) {
            try {
                onFailure.accept(failure);
            } catch (RuntimeException e) {
                // there is nobody else to tell
            }
        }
    }
}
