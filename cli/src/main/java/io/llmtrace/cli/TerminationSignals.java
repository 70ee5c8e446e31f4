package io.llmtrace.cli;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.List;

/**
 * The signals that ask a process to end: SIGTERM of service managers and containers, SIGINT of Ctrl-C, SIGHUP of a closed terminal. Left
 * to the JVM, they end it with 128 plus their number, which service managers take for a failure, however cleanly it ended.
 */
final class TerminationSignals {

    private static final List<String> NAMES = List.of("TERM", "INT", "HUP");

    private TerminationSignals() {}

    /**
     * Runs an action on each of these signals, in a thread of its own, instead of ending the process. Does nothing where the JVM does not
     * allow that: it has no {@code sun.misc.Signal}, or runs with {@code -Xrs}.
     */
    static void handle(Runnable action) {
        try {
            // By reflection, since javac warns of these classes and can neither be told not to nor offers others.
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object handling =
                    Proxy.newProxyInstance(handler.getClassLoader(), new Class<?>[] {handler}, handlerOf(action));
            for (String name : NAMES) {
                signal.getMethod("handle", signal, handler)
                        .invoke(null, signal.getConstructor(String.class).newInstance(name), handling);
            }
        } catch (ReflectiveOperationException e) {
            return; // the JVM runs its shutdown hooks
        }
    }

    private static InvocationHandler handlerOf(Runnable action) {
        return (proxy, method, arguments) -> switch (method.getName()) {
            case "handle" -> {
                action.run();
                yield null;
            }
            case "equals" -> proxy == arguments[0];
            case "hashCode" -> System.identityHashCode(proxy);
            default -> TerminationSignals.class.getSimpleName();
        };
    }
}
