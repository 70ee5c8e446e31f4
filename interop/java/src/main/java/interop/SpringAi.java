package interop;

import org.springframework.ai.chat.client.ChatClient;
import org.springframework.ai.embedding.EmbeddingModel;
import org.springframework.ai.tool.annotation.Tool;
import org.springframework.ai.tool.annotation.ToolParam;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.ConfigurableApplicationContext;

/** Spring AI, whose observations become spans through Micrometer. Its settings are in application.properties. */
@SpringBootApplication
class SpringAi {

    static final class Weather {

        @Tool(name = Fixed.TOOL, description = Fixed.TOOL_DESCRIPTION)
        String weather(@ToolParam String city) {
            return Fixed.TOOL_RESULT;
        }
    }

    public static void main(String[] arguments) {
        ConfigurableApplicationContext context = SpringApplication.run(SpringAi.class, arguments);
        ChatClient client = context.getBean(ChatClient.Builder.class)
                .defaultSystem(Fixed.SYSTEM)
                .build();
        client.prompt(Fixed.QUESTION).call().content();
        client.prompt(Fixed.QUESTION).stream().content().blockLast();
        client.prompt(Fixed.WEATHER_QUESTION).tools(new Weather()).call().content();
        context.getBean(EmbeddingModel.class).embed(Fixed.TEXT);
        Fixed.failing(() -> client.prompt(Fixed.RATE_LIMITED_QUESTION).call().content());
        // The threads of OpenAI's client would keep the process alive for a minute.
        System.exit(SpringApplication.exit(context));
    }
}
