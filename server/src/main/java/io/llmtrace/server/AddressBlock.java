package io.llmtrace.server;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * An address, or all addresses that begin with the same bits. An IPv6 block contains no IPv4 address.
 *
 * @param bits how many bits of the address count
 */
record AddressBlock(byte[] address, int bits) {

    /**
     * Parses {@code 127.0.0.1}, {@code ::1}, {@code 10.0.0.0/8} or {@code fd00::/8}. Names are not looked up.
     *
     * @throws IllegalArgumentException if it is none; the message does not repeat the text
     */
    static AddressBlock parse(String text) {
        String[] parts = text.split("/", 2);
        byte[] address = bytesOf(parts[0]);
        if (address != null) {
            int all = address.length * Byte.SIZE;
            int bits = parts.length == 1 ? all : bitsOf(parts[1]);
            if (bits <= all) {
                return new AddressBlock(address, bits);
            }
        }
        throw new IllegalArgumentException(
                "not an address or a block of addresses such as 127.0.0.1, ::1 or 10.0.0.0/8");
    }

    private static byte @Nullable [] bytesOf(String text) {
        // No brackets and no zones, which Netty accepts.
        return text.matches("[0-9A-Fa-f:.]+") ? NetUtil.createByteArrayFromIpAddressString(text) : null;
    }

    private static int bitsOf(String text) {
        return text.matches("[0-9]{1,3}") ? Integer.parseInt(text) : Integer.MAX_VALUE;
    }

    boolean contains(InetAddress other) {
        byte[] bytes = other.getAddress();
        if (bytes.length != address.length) {
            return false;
        }
        for (int bit = 0; bit < bits; bit++) {
            int mask = 0x80 >> (bit % Byte.SIZE);
            if (((bytes[bit / Byte.SIZE] ^ address[bit / Byte.SIZE]) & mask) != 0) {
                return false;
            }
        }
        return true;
    }
}
