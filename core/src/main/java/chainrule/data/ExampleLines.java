package chainrule.data;

import chainrule.BadInput;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** The JSON of a file's lines, but for blank ones. */
final class ExampleLines implements AutoCloseable {
    /**
     * A line.
     *
     * @param content its JSON as Java's lists, maps, texts, numbers and truth values
     * @param origin where it stands
     */
    record Line(@Nullable Object content, String origin) {
        /** The value under a name; null without one. @throws BadInput where the line is no object */
        @Nullable
        Object get(String name) {
            if (content instanceof Map<?, ?> fields) {
                return fields.get(name);
            }
            throw wrong("is not a JSON object: write one object a line.");
        }

        BadInput wrong(String what) {
            return new BadInput(origin + " " + what);
        }
    }

    private final Path file;
    private final Lines lines;

    ExampleLines(Path file, LongConsumer read) {
        this.file = file;
        this.lines = new Lines(file, JsonLines.LIMIT, read);
    }

    /** The next line; null after the last. @throws BadInput for one that is no JSON */
    @Nullable
    Line next() {
        for (String text = lines.next(); text != null; text = lines.next()) {
            String origin = file + " line " + lines.number();
            if (!lines.whole()) {
                throw new BadInput(
                        origin + " is longer than " + JsonLines.LIMIT + " bytes: write one JSON object a line.");
            }
            if (!text.isBlank()) {
                try {
                    return new Line(JsonMapper.shared().readValue(text, Object.class), origin);
                } catch (JacksonException e) {
                    throw new BadInput(origin + " is not JSON: " + e.getOriginalMessage(), e);
                }
            }
        }
        return null;
    }

    @Override
    public void close() {
        lines.close();
    }
}
