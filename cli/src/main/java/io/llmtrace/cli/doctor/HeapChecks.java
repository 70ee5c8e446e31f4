package io.llmtrace.cli.doctor;

import io.llmtrace.cli.terminal.Formats;
import io.llmtrace.server.ServerConfig;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Map;

/**
 * Checks the heap of this JVM, and the limits that are derived from its size. A {@code serve} that is started in the same way
 * has the same heap.
 */
public final class HeapChecks {

    /** The system property in which the launcher passes the option by which it sets the size of the heap. */
    private static final String LAUNCHER_PROPERTY = "llmtrace.launcher.heap";

    /** Environment variables with options for the JVM. The launcher reads the first, the JVM the others. */
    private static final List<String> OPTION_VARIABLES =
            List.of("LLMTRACE_JAVA_OPTS", "JDK_JAVA_OPTIONS", "JAVA_TOOL_OPTIONS");

    private static final List<String> HEAP_OPTIONS =
            List.of("-Xmx", "-XX:MaxHeapSize=", "-XX:MaxRAMPercentage=", "-XX:MaxRAMFraction=", "-XX:MaxRAM=");

    private HeapChecks() {}

    /** Reports the maximum size of the heap, what set it, and the share of it that a server would use for requests. */
    public static Diagnosis heap(ServerConfig config, Map<String, String> variables) {
        String origin = origin(
                ManagementFactory.getRuntimeMXBean().getInputArguments(),
                System.getProperty(LAUNCHER_PROPERTY, ""),
                variables);
        return heap(Runtime.getRuntime().maxMemory(), origin, config);
    }

    static Diagnosis heap(long maxBytes, String origin, ServerConfig config) {
        long requests = config.maxRequestMemory();
        long answers = config.maxReadMemory();
        long waiting = config.ingest().maxBytesInFlight();
        String message = "up to " + Formats.bytes(maxBytes) + " (" + origin + "), of which request bodies may take "
                + Formats.bytes(requests) + " (max-request-memory), answers " + Formats.bytes(answers)
                + " (max-read-memory), and requests that wait for the store " + Formats.bytes(waiting);
        return requests + answers + waiting > maxBytes / 4 * 3
                ? Diagnosis.warn(
                        "heap",
                        message + ": together more than three quarters of it; lower --max-request-memory or"
                                + " --max-read-memory, or raise the heap with LLMTRACE_JAVA_OPTS=-Xmx…")
                : Diagnosis.ok("heap", message);
    }

    /**
     * Returns where the size of the heap comes from.
     *
     * @param arguments the arguments of the JVM; the last one that sets the size of the heap counts
     * @param launcherOption the option that the launcher added; empty if it added none
     */
    static String origin(List<String> arguments, String launcherOption, Map<String, String> variables) {
        String option = arguments.stream()
                .filter(argument -> HEAP_OPTIONS.stream().anyMatch(argument::startsWith))
                .reduce("", (first, second) -> second);
        if (option.isEmpty()) {
            return "default of the JVM: a quarter of the memory; LLMTRACE_JAVA_OPTS=-Xmx… sets it";
        }
        for (String variable : OPTION_VARIABLES) {
            if (variables.getOrDefault(variable, "").contains(option)) {
                return option + " from " + variable;
            }
        }
        return option.equals(launcherOption)
                ? option + " by default: half of the memory, at most 2 GiB; LLMTRACE_JAVA_OPTS=-Xmx… sets it"
                : option + " from the command line of java";
    }
}
