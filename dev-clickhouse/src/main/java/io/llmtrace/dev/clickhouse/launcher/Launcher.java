package io.llmtrace.dev.clickhouse.launcher;

import java.util.Arrays;
import java.util.List;

/**
 * The main class of a server's process. It ties the process to the one that started it, so that none is left over, and
 * then either becomes a ClickHouse binary or runs the engine of a shared library.
 *
 * <pre>
 * Launcher PARENT_PID exec COMMAND ARGUMENT…
 * Launcher PARENT_PID library LIBRARY CONFIG_FILE DATA_FOLDER LOG_LEVEL
 * </pre>
 */
public final class Launcher {

    static final int ENDED_BY_ITSELF = 1;
    static final int NOT_STARTED = 2;

    private Launcher() {}

    public static void main(String[] arguments) {
        try {
            start(arguments);
        } catch (RuntimeException | LinkageError e) {
            System.err.println("launcher: " + e);
            Runtime.getRuntime().halt(NOT_STARTED);
        }
    }

    private static void start(String[] arguments) {
        endWithParent(Long.parseLong(arguments[0]));
        List<String> rest = Arrays.asList(arguments).subList(2, arguments.length);
        if (arguments[1].equals("exec")) {
            become(rest);
        }
        LibraryServer.run(rest.get(0), rest.get(1), rest.get(2), rest.get(3));
    }

    /** The kernel kills this process when its parent dies, however that happens, even while this one is paused. */
    private static void endWithParent(long parent) {
        LibC c = LibC.INSTANCE;
        LibC.check("prctl(PR_SET_PDEATHSIG)", c.prctl(LibC.PR_SET_PDEATHSIG, LibC.SIGKILL, 0, 0, 0));
        // Packages give the binary file capabilities, and to start such a one would undo the line above.
        LibC.check("prctl(PR_SET_NO_NEW_PRIVS)", c.prctl(LibC.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
        long found = ProcessHandle.current().parent().map(ProcessHandle::pid).orElse(0L);
        if (found != parent) {
            throw new IllegalStateException("the process that wanted a server has ended: " + parent);
        }
        // Ctrl-C in a terminal goes to all of its group; only the parent shall hear it, and end its servers in order.
        // Fails only where that is so already.
        c.setsid();
    }

    private static void become(List<String> command) {
        LibC.check("execv " + command.get(0), LibC.INSTANCE.execv(command.get(0), command.toArray(String[]::new)));
    }
}
