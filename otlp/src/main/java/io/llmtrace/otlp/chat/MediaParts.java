package io.llmtrace.otlp.chat;

import static io.llmtrace.otlp.chat.Fields.first;
import static io.llmtrace.otlp.chat.Fields.text;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

/**
 * Parses images, audio, video and files, given as a URL or as bytes. Only images have a type of their own; of audio without bytes, what was
 * said counts.
 */
final class MediaParts {

    private MediaParts() {}

    /**
     * Parses a part.
     *
     * @param part the whole part, which becomes the text of a part of type json
     * @param content where the content is: the part itself, or what it holds under its key
     */
    static ChatPart read(JsonNode part, JsonNode content) {
        JsonNode nested = first(
                content,
                "image_url",
                "audio_url",
                "video_url",
                "document_url",
                "image",
                "source",
                "file",
                "input_audio");
        JsonNode holder = nested.isObject() ? nested : content;
        String mime = mimeType(holder);
        mime = mime != null ? mime : mimeType(content);
        String url = nested.isTextual() ? nested.asText() : text(holder, "url", "uri", "file_uri", "fileUri");
        String bytes = text(holder, "content", "data", "bytes", "file_data", "base64");
        if (url == null && bytes != null) {
            url = urlOf(bytes, mime);
        }
        if (url != null && mime == null && url.startsWith("data:") && url.indexOf(';') > 0) {
            mime = url.substring("data:".length(), url.indexOf(';'));
        }
        String kind = content.path("modality").asText(PartKind.typeOf(part));
        boolean image = kind.contains("image") || (mime != null && mime.startsWith("image/"));
        if (image && url != null) {
            return ChatPart.image(url, mime);
        }
        String spoken = text(content, "transcript");
        return url == null && spoken != null ? ChatPart.text(spoken) : ChatPart.json(part.toString(), url, mime);
    }

    /** Returns an image that a tool generated. */
    static ChatPart generated(String base64, @Nullable String format) {
        String mime = "image/" + (format == null ? "png" : format);
        return ChatPart.image(urlOf(base64, mime), mime);
    }

    private static String urlOf(String bytes, @Nullable String mime) {
        boolean isUrl = bytes.startsWith("data:") || bytes.startsWith("http:") || bytes.startsWith("https:");
        return isUrl ? bytes : "data:" + (mime == null ? "application/octet-stream" : mime) + ";base64," + bytes;
    }

    private static @Nullable String mimeType(JsonNode holder) {
        return text(holder, "mime_type", "media_type", "mimeType", "mediaType", "contentType");
    }
}
