package chainrule.text;

import chainrule.BadInput;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A value of a JSON file, with the place where it stands for messages.
 *
 * @param file how messages name the file
 * @param path where the value stands, as in {@code model.merges[7]}; empty for the whole
 */
record JsonPlace(String file, Supplier<String> path, JsonNode node) {
    private static final long LARGEST = 256L << 20;

    static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(32)
                            .maxStringLength(16 << 20)
                            .maxNameLength(1 << 16)
                            .build())
                    .build())
            .build();

    /** Reads a file of at most 256 MiB. */
    static JsonPlace read(Path file) {
        try {
            if (Files.size(file) > LARGEST) {
                throw new BadInput(file + ": the file is larger than 256 MiB; it cannot be a tokenizer's.");
            }
            return parse(Files.readString(file, StandardCharsets.UTF_8), file.toString());
        } catch (IOException e) {
            throw new BadInput(file + ": the file cannot be read as UTF-8 text (" + e.getMessage() + ").", e);
        }
    }

    static JsonPlace parse(String json, String file) {
        try {
            return new JsonPlace(file, () -> "", MAPPER.readTree(json)).object();
        } catch (JacksonException e) {
            throw new BadInput(
                    file + ": the file is not JSON as it should be: " + shortened(e.getOriginalMessage()) + ".", e);
        }
    }

    BadInput fault(String what) {
        String place = path.get().isEmpty() ? "the file" : shortened(path.get());
        return new BadInput(file + ": " + place + " " + shortened(what) + ".");
    }

    /** What a file says, fit for a message: not more than 300 characters of it. */
    static String shortened(@Nullable String text) {
        String all = String.valueOf(text);
        return all.length() <= 300 ? all : all.substring(0, 200) + "…";
    }

    /** The value under a key; empty if there is none or it is null. */
    Optional<JsonPlace> maybe(String key) {
        JsonNode value = node.get(key);
        return value == null || value.isNull() ? Optional.empty() : Optional.of(under(key, value));
    }

    /** A value of this object. */
    JsonPlace under(String key, JsonNode value) {
        return new JsonPlace(file, () -> path.get().isEmpty() ? key : path.get() + "." + key, value);
    }

    JsonPlace get(String key) {
        return maybe(key).orElseThrow(() -> fault("lacks the field " + key));
    }

    Set<Map.Entry<String, JsonNode>> entries() {
        return object().node.properties();
    }

    JsonPlace object() {
        if (!node.isObject()) {
            throw fault("should be an object");
        }
        return this;
    }

    List<JsonPlace> items() {
        if (!node.isArray()) {
            throw fault("should be a list");
        }
        List<JsonPlace> items = new ArrayList<>(node.size());
        for (JsonNode item : node.values()) {
            int index = items.size();
            items.add(new JsonPlace(file, () -> path.get() + "[" + index + "]", item));
        }
        return items;
    }

    String text() {
        if (!node.isString()) {
            throw fault("should be a string");
        }
        String text = node.stringValue();
        if (!wellFormed(text)) {
            throw fault("holds half of a surrogate pair");
        }
        return text;
    }

    String nonEmpty() {
        String text = text();
        if (text.isEmpty()) {
            throw fault("is empty");
        }
        return text;
    }

    boolean flag() {
        if (!node.isBoolean()) {
            throw fault("should be true or false");
        }
        return node.booleanValue();
    }

    int whole(int least, int most) {
        if (!node.isIntegralNumber() || !node.canConvertToInt() || node.intValue() < least || node.intValue() > most) {
            String found = node.isNumber() ? node.toString() : "something else";
            throw fault("should be a whole number from " + least + " to " + most + " and is " + found);
        }
        return node.intValue();
    }

    static boolean wellFormed(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isSurrogate(c)) {
                if (!Character.isHighSurrogate(c)
                        || i + 1 == text.length()
                        || !Character.isLowSurrogate(text.charAt(i + 1))) {
                    return false;
                }
                i++;
            }
        }
        return true;
    }
}
