package io.llmtrace.otlp.internal.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PythonLiteralTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'cache_read': 41000, 'audio': None} | {\"cache_read\":41000,\"audio\":null}",
                "{'ok': True, 'no': False, 'x': 1.5e-05} | {\"ok\":true,\"no\":false,\"x\":0.000015}",
                "{\"it's\": 'a \"quote\"', 'l': [1, {'b': 2}]} | {\"it's\":\"a \\\"quote\\\"\",\"l\":[1,{\"b\":2}]}",
                "{'escaped': 'it\\'s'} | {\"escaped\":\"it's\"}",
                "{'control': '\\x1b'} | {\"control\":\"\\u001B\"}",
                "{'a': Usage(tokens=3)} | {\"a\":{\"tokens\":3}}",
                "Usage(tokens=3, details=a.Details(cached=None)) | {\"tokens\":3,\"details\":{\"cached\":null}}",
                "Usage(of=[Count(kind=<Kind.TEXT: 'TEXT'>, n=9)]) | {\"of\":[{\"kind\":\"TEXT\",\"n\":9}]}",
                "{} | {}",
            })
    void tree_ofDict_isTheSameAsJson(String python, String json) {
        JsonNode tree = PythonLiteral.tree(python);

        assertThat(tree).isNotNull();
        assertThat(Json.write(tree)).isEqualTo(json);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "None",
                "[1]",
                "{'a': ",
                "{'a': 'b",
                "Hello (world)",
                "f(x)",
                "{'a': <broken}",
                "{'a': {1, 2}}",
                "{'a': datetime.datetime(2026, 1, 1)}"
            })
    void tree_ofOtherText_isNull(String text) {
        assertThat(PythonLiteral.tree(text)).isNull();
    }

    @Test
    void content_isADictOrAListOfThem() {
        assertThat(Json.write(PythonLiteral.content("[{'role': 'user', 'content': 'It\\'s \"it\"'}]")))
                .isEqualTo("[{\"role\":\"user\",\"content\":\"It's \\\"it\\\"\"}]");
        assertThat(PythonLiteral.content("['a']")).isNull();
        assertThat(PythonLiteral.content("Usage(tokens=3)")).isNull();
    }

    @Test
    void tree_ofLongText_isNull() {
        assertThat(PythonLiteral.tree("{'a': '" + "x".repeat(20_000) + "'}")).isNull();
        assertThat(PythonLiteral.tree("{'a': ".repeat(1_500))).isNull();
    }
}
