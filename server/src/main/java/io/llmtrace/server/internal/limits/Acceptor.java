package io.llmtrace.server.internal.limits;

import com.linecorp.armeria.common.Flags;
import com.linecorp.armeria.common.util.EventLoopGroups;
import com.linecorp.armeria.common.util.ThreadFactories;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.kqueue.KQueueIoHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.Future;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

/**
 * The thread that accepts the connections of a port. It shuts down immediately: its port is closed by then, and Netty's default
 * would still wait 2 s for further work. Armeria's setting for this has no effect, since Armeria wraps the group that it is
 * given, and shuts down the inner one without the setting.
 */
public final class Acceptor extends MultiThreadIoEventLoopGroup {

    private static final int TIMEOUT_SECONDS = 1;

    private Acceptor(ThreadFactory threads, IoHandlerFactory io) {
        super(1, threads, io);
    }

    /** Returns a group of one thread for the I/O transport that Armeria uses on this machine. */
    public static EventLoopGroup group(String threadName) {
        ThreadFactory threads = ThreadFactories.newThreadFactory(threadName, false);
        return switch (Flags.transportType()) {
            case NIO -> new Acceptor(threads, NioIoHandler.newFactory());
            case EPOLL -> new Acceptor(threads, EpollIoHandler.newFactory());
            case KQUEUE -> new Acceptor(threads, KQueueIoHandler.newFactory());
            case IO_URING ->
                EventLoopGroups.newEventLoopGroup(1, threads); // only if configured and its library is present
        };
    }

    @Override
    public Future<?> shutdownGracefully() {
        return shutdownGracefully(0, TIMEOUT_SECONDS, TimeUnit.SECONDS);
    }
}
