package chainrule.checkpoint;

import chainrule.BadInput;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Strict JSON: no key twice, nothing after the end, bounded in size and depth. */
public final class JsonFile {
    /** No configuration comes near; the indices of the largest published models stay below. */
    private static final long LARGEST = 16L << 20;

    private static final JsonFactory STRICT = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(100)
                    .maxNumberLength(100)
                    .maxTokenCount(4_000_000)
                    .build())
            .build();
    private static final JsonMapper MAPPER = JsonMapper.builder(STRICT)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private JsonFile() {}

    /** A file that holds one JSON object. */
    public static JsonNode object(Path file) {
        return object(file.toString(), text(file));
    }

    /** A file that holds one JSON object, where it exists. */
    static Optional<JsonNode> optional(Path file) {
        return Files.exists(file) ? Optional.of(object(file)) : Optional.empty();
    }

    static JsonNode object(String origin, String json) {
        JsonNode node = node(origin, json);
        if (!node.isObject()) {
            throw new BadInput(origin + ": a JSON object is needed.");
        }
        return node;
    }

    static JsonNode node(String origin, String json) {
        try {
            JsonNode node = MAPPER.readTree(json);
            if (node == null || node.isMissingNode()) {
                throw new BadInput(origin + ": the file is empty where JSON is needed.");
            }
            return node;
        } catch (JacksonException e) {
            throw bad(origin, e);
        }
    }

    /** A parser over JSON text, for what is too large or too regular for a tree. */
    static JsonParser parser(byte[] json) {
        return STRICT.createParser(ObjectReadContext.empty(), json);
    }

    static BadInput bad(String origin, JacksonException e) {
        var place = e.getLocation();
        String where = place == null || place.getLineNr() < 1
                ? ""
                : " (line " + place.getLineNr() + ", column " + place.getColumnNr() + ")";
        return new BadInput(
                origin + ": no valid JSON: " + Quote.of(String.valueOf(e.getOriginalMessage())) + where + ".", e);
    }

    /** A text file of bounded size. */
    static String text(Path file) {
        try {
            if (Files.isDirectory(file)) {
                throw new BadInput(file + " is a folder where a file is needed.");
            }
            long size = Files.size(file);
            if (size > LARGEST) {
                throw new BadInput(file + ": " + size + " bytes are more than such a file can need (" + LARGEST + ").");
            }
            return Files.readString(file, StandardCharsets.UTF_8);
        } catch (CharacterCodingException e) {
            throw new BadInput(file + ": the text is not UTF-8.", e);
        } catch (IOException e) {
            throw Mapped.unreadable(file, e);
        }
    }
}
