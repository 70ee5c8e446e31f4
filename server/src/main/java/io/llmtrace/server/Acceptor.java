package io.llmtrace.server;

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
 * The thread that accepts the connections of a port. It ends at once: when it is told to, its port is closed already, and
 * Netty's default would wait for 2 s for further work. Armeria has a setting for this that does not take effect, since it
 * shuts down the group behind the one that it was given.
 */
final class Acceptor extends MultiThreadIoEventLoopGroup {

    private static final int TIMEOUT_SECONDS = 1;

    private Acceptor(ThreadFactory threads, IoHandlerFactory io) {
        super(1, threads, io);
    }

    /** For the transport that Armeria uses on this machine. */
    static EventLoopGroup group(String threadName) {
        ThreadFactory threads = ThreadFactories.newThreadFactory(threadName, false);
        return switch (Flags.transportType()) {
            case NIO -> new Acceptor(threads, NioIoHandler.newFactory());
            case EPOLL -> new Acceptor(threads, EpollIoHandler.newFactory());
            case KQUEUE -> new Acceptor(threads, KQueueIoHandler.newFactory());
            case IO_URING -> EventLoopGroups.newEventLoopGroup(1, threads); // only if asked for, and its library added
        };
    }

    @Override
    public Future<?> shutdownGracefully() {
        return shutdownGracefully(0, TIMEOUT_SECONDS, TimeUnit.SECONDS);
    }
}
