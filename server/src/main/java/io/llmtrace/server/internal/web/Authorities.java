package io.llmtrace.server.internal.web;

/** Compares hosts with their ports. */
final class Authorities {

    private Authorities() {}

    /** Returns whether two authorities in lower case are the same, with and without the default port of the scheme. */
    static boolean same(String scheme, String one, String other) {
        return withoutDefaultPort(scheme, one).equals(withoutDefaultPort(scheme, other));
    }

    private static String withoutDefaultPort(String scheme, String authority) {
        String port = scheme.equals("https") ? ":443" : ":80";
        return authority.endsWith(port) ? authority.substring(0, authority.length() - port.length()) : authority;
    }
}
