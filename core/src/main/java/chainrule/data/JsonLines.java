package chainrule.data;

import chainrule.BadInput;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/** The documents of a file with one JSON object a line: of each, the first of the wanted fields that is there. */
final class JsonLines implements Documents {
    /** The longest line in bytes. */
    static final int LIMIT = 1 << 26;

    private static final JsonFactory JSON = new JsonFactory();

    private final Path file;
    private final List<String> fields;
    private final Lines lines;

    JsonLines(Path file, List<String> fields, LongConsumer read) {
        this.file = file;
        this.fields = fields;
        this.lines = new Lines(file, LIMIT, read);
    }

    @Override
    public @Nullable Document next() {
        for (String line = lines.next(); line != null; line = lines.next()) {
            if (!lines.whole()) {
                throw wrong("is longer than " + LIMIT + " bytes: write one JSON object a line.");
            }
            Document document = line.isBlank() ? null : parse(line);
            if (document != null) {
                return document;
            }
        }
        return null;
    }

    @Override
    public void close() {
        lines.close();
    }

    /** The document of a line; null where it is empty. */
    private @Nullable Document parse(String line) {
        var names = new ArrayList<String>();
        Object value = null;
        int rank = fields.size();
        try (JsonParser json = JSON.createParser(ObjectReadContext.empty(), line)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw wrong("is not a JSON object: write one object a line, as in {\"text\": \"...\"}.");
            }
            for (String name = json.nextName(); name != null; name = json.nextName()) {
                names.add(name);
                json.nextToken();
                int wanted = fields.indexOf(name);
                if (wanted >= 0 && wanted < rank) {
                    value = value(json, name);
                    rank = wanted;
                } else {
                    json.skipChildren();
                }
            }
            if (json.nextToken() != null) {
                throw wrong("goes on after its JSON object: write one object a line.");
            }
        } catch (JacksonException e) {
            throw wrong("is not the JSON expected: " + e.getOriginalMessage());
        }
        return switch (value) {
            case String text -> text.isEmpty() ? null : new Document.Text(text, origin());
            case int[] ids -> ids.length == 0 ? null : new Document.Ids(ids, origin());
            case null, default ->
                throw wrong("has no field " + String.join(" or ", fields) + ": it has "
                        + (names.isEmpty() ? "none" : String.join(", ", names)) + "; name the one to read.");
        };
    }

    private Object value(JsonParser json, String name) {
        if (json.currentToken() == JsonToken.VALUE_STRING) {
            String text = json.getString();
            if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
                throw wrong("has half a surrogate pair in its field " + name + ": write whole characters.");
            }
            return text;
        }
        if (json.currentToken() != JsonToken.START_ARRAY) {
            throw wrong("has neither a text nor an array of token ids in its field " + name + ".");
        }
        var ids = IntStream.builder();
        while (json.nextToken() != JsonToken.END_ARRAY) {
            if (json.currentToken() != JsonToken.VALUE_NUMBER_INT || json.getIntValue() < 0) {
                throw wrong("has something else than token ids in its field " + name + ": " + json.getString());
            }
            ids.add(json.getIntValue());
        }
        return ids.build().toArray();
    }

    private String origin() {
        return file + " line " + lines.number();
    }

    private BadInput wrong(String what) {
        return new BadInput(origin() + " " + what);
    }
}
