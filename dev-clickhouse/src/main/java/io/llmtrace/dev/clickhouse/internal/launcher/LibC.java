package io.llmtrace.dev.clickhouse.internal.launcher;

import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import org.jspecify.annotations.Nullable;

/** Functions of the C library, with the names and constants of Linux. */
interface LibC extends Library {

    LibC INSTANCE = Native.load("c", LibC.class);

    int O_RDWR = 2;
    int O_NOCTTY = 0400;
    int O_NONBLOCK = 04000;
    int O_CLOEXEC = 02000000;

    int PR_SET_PDEATHSIG = 1;
    int PR_SET_NO_NEW_PRIVS = 38;
    int SIGKILL = 9;
    int SHUT_RDWR = 2;

    int prctl(int option, long argument2, long argument3, long argument4, long argument5);

    int setsid();

    int posix_openpt(int flags);

    int grantpt(int descriptor);

    int unlockpt(int descriptor);

    @Nullable
    String ptsname(int descriptor);

    int open(String path, int flags);

    int dup2(int from, int to);

    int close(int descriptor);

    int shutdown(int socket, int how);

    int pipe2(int[] descriptors, int flags);

    NativeLong write(int descriptor, byte[] bytes, NativeLong count);

    int execv(String path, String[] arguments);

    /**
     * Returns the result of a call.
     *
     * @throws IllegalStateException if it is negative, that is, the call failed
     */
    static int check(String call, int result) {
        if (result < 0) {
            throw new IllegalStateException(call + " failed with errno " + Native.getLastError());
        }
        return result;
    }
}
