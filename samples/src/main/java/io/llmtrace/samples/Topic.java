package io.llmtrace.samples;

import io.llmtrace.model.AgentActionType;
import java.util.List;

/** The subject of an application: a grammar, and the services that use it. */
enum Topic {
    SHOP(List.of("shop-support", "help-center"), "shop"),
    CODE(List.of("code-assistant", "review-bot"), "code"),
    LEGAL(List.of("contract-search"), "legal"),
    TRAVEL(List.of("travel-agent", "trip-planner"), "travel"),
    ANALYST(List.of("data-analyst"), "analyst"),
    SHOP_GERMAN(List.of("shop-support"), "shop", "shop_de"),
    TRAVEL_FRENCH(List.of("trip-planner"), "travel", "travel_fr"),
    LEGAL_SPANISH(List.of("contract-search"), "legal", "legal_es"),
    SHOP_JAPANESE(List.of("shop-support"), "shop", "shop_ja");

    /** The topics whose rules, including tools and documents, are all in English. */
    static final List<Topic> ENGLISH = List.of(SHOP, CODE, LEGAL, TRAVEL, ANALYST);

    static final List<Topic> OTHER_LANGUAGES = List.of(SHOP_GERMAN, TRAVEL_FRENCH, LEGAL_SPANISH, SHOP_JAPANESE);

    private final List<String> services;
    private final Grammar grammar;
    private final List<Tool> tools;

    Topic(List<String> services, String... files) {
        String[] all = new String[files.length + 1];
        all[0] = "common";
        System.arraycopy(files, 0, all, 1, files.length);
        this.services = services;
        this.grammar = Grammar.of(all);
        this.tools = grammar.alternatives("tools").stream().map(Tool::parse).toList();
    }

    /** A tool. The rules {@code tool.NAME.arguments} and {@code tool.NAME.result} generate its calls. */
    record Tool(String name, AgentActionType actionType) {

        static Tool parse(String text) {
            int colon = text.indexOf(':');
            return new Tool(text.substring(0, colon), AgentActionType.ofText(text.substring(colon + 1)));
        }

        /** Returns an error of tools of this kind; that of web access begins with the HTTP status. */
        String failure(Dice dice) {
            return dice.pick(
                    switch (actionType) {
                        case TOOL_CALL ->
                            List.of("{\"error\":\"invalid argument\"}", "{\"error\":\"deadline exceeded\"}");
                        case SKILL_INVOCATION -> List.of("skill is not enabled for this workspace");
                        case COMMAND_EXECUTION ->
                            List.of(
                                    "make: *** [Makefile:14: test] Error 1",
                                    "bash: line 1: rg: command not found",
                                    "Killed");
                        case WEB_ACCESS -> List.of("404 Not Found", "503 Service Unavailable", "403 Forbidden");
                        case FILE_ACCESS -> List.of("No such file or directory", "Permission denied");
                    });
        }
    }

    List<String> services() {
        return services;
    }

    List<Tool> tools() {
        return tools;
    }

    Telling telling(Dice dice) {
        return new Telling(grammar, dice);
    }
}
