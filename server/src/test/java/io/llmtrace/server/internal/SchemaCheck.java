package io.llmtrace.server.internal;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** Checks values against the subset of JSON Schema that the OpenAPI document uses. An unknown keyword is an error. */
final class SchemaCheck {

    private final JsonNode document;

    SchemaCheck(JsonNode document) {
        this.document = document;
    }

    /** Returns the places where the value violates the schema; empty if it is valid. */
    List<String> violations(JsonNode schema, JsonNode value) {
        List<String> violations = new ArrayList<>();
        check(schema, value, "$", violations);
        return violations;
    }

    private void check(JsonNode schema, JsonNode value, String path, List<String> violations) {
        schema.properties().forEach(keyword -> {
            JsonNode given = keyword.getValue();
            boolean fits = switch (keyword.getKey()) {
                case "description", "default" -> true;
                case "$ref" -> {
                    check(document.at(given.asText().substring(1)), value, path, violations);
                    yield true;
                }
                case "type" -> hasType(given.asText(), value);
                case "format" -> hasFormat(given.asText(), value.asText());
                case "pattern" -> value.asText().matches(given.asText());
                case "enum" -> contains(given, value);
                case "minimum" -> value.asDouble() >= given.asDouble();
                case "maximum" -> value.asDouble() <= given.asDouble();
                case "required" -> missing(given, value, path, violations);
                case "items" -> {
                    for (int i = 0; i < value.size(); i++) {
                        check(given, value.get(i), path + "[" + i + "]", violations);
                    }
                    yield true;
                }
                case "properties" -> {
                    given.properties().forEach(property -> {
                        if (value.has(property.getKey())) {
                            String inner = path + "." + property.getKey();
                            check(property.getValue(), value.get(property.getKey()), inner, violations);
                        }
                    });
                    yield true;
                }
                case "additionalProperties" -> {
                    value.properties().forEach(property -> {
                        if (schema.path("properties").has(property.getKey())) {
                            return;
                        }
                        if (given.isObject()) {
                            check(given, property.getValue(), path + "." + property.getKey(), violations);
                        } else {
                            violations.add(path + " has the unknown field " + property.getKey());
                        }
                    });
                    yield true;
                }
                default -> throw new AssertionError("unknown keyword " + keyword.getKey());
            };
            if (!fits) {
                violations.add(path + " is not " + keyword.getKey() + " " + given + ": " + value);
            }
        });
    }

    private static boolean missing(JsonNode required, JsonNode value, String path, List<String> violations) {
        required.forEach(name -> {
            if (!value.has(name.asText())) {
                violations.add(path + " lacks " + name.asText());
            }
        });
        return true;
    }

    private static boolean hasType(String type, JsonNode value) {
        return switch (type) {
            case "string" -> value.isTextual();
            case "integer" -> value.isIntegralNumber();
            case "number" -> value.isNumber();
            case "boolean" -> value.isBoolean();
            case "array" -> value.isArray();
            case "object" -> value.isObject();
            default -> throw new AssertionError("unknown type " + type);
        };
    }

    private static boolean hasFormat(String format, String text) {
        return switch (format) {
            case "uuid" -> UUID.fromString(text).toString().equals(text);
            case "date-time" -> Instant.parse(text).toString().equals(text);
            default -> throw new AssertionError("unknown format " + format);
        };
    }

    private static boolean contains(JsonNode values, JsonNode value) {
        for (JsonNode one : values) {
            if (one.equals(value)) {
                return true;
            }
        }
        return false;
    }
}
