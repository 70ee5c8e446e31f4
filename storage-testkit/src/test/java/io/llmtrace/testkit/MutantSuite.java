package io.llmtrace.testkit;

import io.llmtrace.storage.TraceRepository;
import java.util.function.Supplier;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestWatcher;

/** The contract of a mutant. Only {@link MutantsTest} runs it: the build runs classes named {@code *Test}. */
@ExtendWith(MutantSuite.StopAtTheFirstFailure.class)
final class MutantSuite extends TraceRepositoryContract {

    private static volatile Supplier<Mutant> mutant = Mutant::new;
    private static volatile boolean caught;

    static void startOn(Supplier<Mutant> of) {
        mutant = of;
        caught = false;
    }

    @Override
    protected RepositoryFixture fixture() {
        return new MutantFixture();
    }

    private static final class MutantFixture implements RepositoryFixture {
        @Override
        public TraceRepository newRepository() {
            return mutant.get();
        }

        @Override
        public TraceRepository restart(TraceRepository repository) {
            throw new UnsupportedOperationException("nothing of an in-memory repository outlives it");
        }

        @Override
        public boolean isRestartable() {
            return false;
        }

        @Override
        public void compact(TraceRepository repository) {
            ((Mutant) repository).compact();
        }

        @Override
        public void clear(TraceRepository repository) {
            repository.close();
        }
    }

    /** Skips all tests after the first failure, which is proof enough. */
    static final class StopAtTheFirstFailure implements ExecutionCondition, TestWatcher {
        @Override
        public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
            return caught
                    ? ConditionEvaluationResult.disabled("the mutant is caught already")
                    : ConditionEvaluationResult.enabled("not caught so far");
        }

        @Override
        public void testFailed(ExtensionContext context, Throwable cause) {
            caught = true;
        }
    }
}
