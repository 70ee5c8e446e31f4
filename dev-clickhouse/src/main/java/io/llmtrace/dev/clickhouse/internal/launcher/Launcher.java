package io.llmtrace.dev.clickhouse.internal.launcher;

import java.util.Arrays;
import java.util.List;

/**
 * The main class of a server's process. It makes the process die with the one that started it, and then either replaces itself by
 * a ClickHouse binary or runs the engine of a shared library.
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
            replaceProcess(rest);
        }
        LibraryServer.run(rest.get(0), rest.get(1), rest.get(2), rest.get(3));
    }

    /** Makes the kernel kill this process when its parent dies, for whatever reason, even while this process is paused. */
    private static void endWithParent(long parent) {
        LibC c = LibC.INSTANCE;
        LibC.check("prctl(PR_SET_PDEATHSIG)", c.prctl(LibC.PR_SET_PDEATHSIG, LibC.SIGKILL, 0, 0, 0));
        // Packages give the binary file capabilities; executing such a file would reset the setting above.
        LibC.check("prctl(PR_SET_NO_NEW_PRIVS)", c.prctl(LibC.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
        long actual = ProcessHandle.current().parent().map(ProcessHandle::pid).orElse(0L);
        if (actual != parent) {
            throw new IllegalStateException("the process that requested a server has ended: " + parent);
        }
        // Ctrl-C in a terminal is sent to the whole process group. Only the parent must receive it, to end its servers
        // gracefully. The call fails only if this process already leads a group.
        c.setsid();
    }

    private static void replaceProcess(List<String> command) {
        LibC.check("execv " + command.get(0), LibC.INSTANCE.execv(command.get(0), command.toArray(String[]::new)));
    }
}
