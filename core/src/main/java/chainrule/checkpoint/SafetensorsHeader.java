package chainrule.checkpoint;

import chainrule.BadInput;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A safetensors file's JSON header: text metadata, and each tensor's entry. */
record SafetensorsHeader(Map<String, String> metadata, SequencedMap<String, Entry> entries) {
    private static final JsonMapper MAPPER = new JsonMapper();
    private static final String METADATA = "__metadata__";
    private static final int MOST_DIMENSIONS = 64;

    /**
     * Reads and checks a header.
     *
     * @param data the number of bytes behind the header, which the tensors must fill without gap or overlap
     */
    static SafetensorsHeader parse(String origin, byte[] json, long data) {
        try (JsonParser parser = JsonFile.parser(json)) {
            SafetensorsHeader header = new Reading(origin, parser).header();
            Entry.checkLayout(origin, header.entries.values(), data);
            long covered =
                    header.entries.values().stream().mapToLong(Entry::bytes).sum();
            if (covered != data) {
                throw new BadInput(origin + ": " + (data - covered) + " bytes of data belong to no tensor.");
            }
            return header;
        } catch (JacksonException e) {
            throw JsonFile.bad(origin + ": header", e);
        }
    }

    /** Tensors in canonical order, as the reference implementation writes them: wide types first, then by name. */
    static SafetensorsHeader arrange(String origin, List<Entry> entries, Map<String, String> metadata) {
        List<Entry> sorted = new ArrayList<>(entries);
        sorted.sort(Comparator.comparing(Entry::dtype).reversed().thenComparing(Entry::name));
        SequencedMap<String, Entry> placed = new LinkedHashMap<>();
        long offset = 0;
        for (Entry e : sorted) {
            Entry entry = Entry.of(origin, e.name(), e.dtype(), offset, e.shape());
            placed.put(entry.name(), entry);
            offset = Math.addExact(offset, entry.bytes());
        }
        return new SafetensorsHeader(Collections.unmodifiableMap(metadata), placed);
    }

    byte[] json() {
        ObjectNode root = MAPPER.createObjectNode();
        if (!metadata.isEmpty()) {
            ObjectNode texts = root.putObject(METADATA);
            metadata.forEach(texts::put);
        }
        entries.forEach((name, entry) -> {
            ObjectNode tensor = root.putObject(name).put("dtype", entry.dtype().name());
            ArrayNode shape = tensor.putArray("shape");
            for (long d : entry.shape()) {
                shape.add(d);
            }
            tensor.putArray("data_offsets").add(entry.offset()).add(entry.offset() + entry.bytes());
        });
        return MAPPER.writeValueAsBytes(root);
    }

    /** One pass over the header's tokens. */
    private record Reading(String origin, JsonParser parser) {
        SafetensorsHeader header() {
            Map<String, String> metadata = Map.of();
            SequencedMap<String, Entry> entries = new LinkedHashMap<>();
            need(parser.nextToken(), JsonToken.START_OBJECT, "an object");
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                String name = parser.currentName();
                if (name.equals(METADATA)) {
                    metadata = texts();
                } else {
                    entries.put(name, entry(name));
                }
            }
            need(parser.currentToken(), JsonToken.END_OBJECT, "a tensor's name");
            if (parser.nextToken() != null) {
                throw bad("something follows the header's end");
            }
            return new SafetensorsHeader(metadata, Collections.unmodifiableSequencedMap(entries));
        }

        private Map<String, String> texts() {
            Map<String, String> texts = new LinkedHashMap<>();
            need(parser.nextToken(), JsonToken.START_OBJECT, "an object of metadata");
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                String key = parser.currentName();
                need(parser.nextToken(), JsonToken.VALUE_STRING, "text as metadata " + Quote.of(key));
                texts.put(key, parser.getString());
            }
            return Collections.unmodifiableMap(texts);
        }

        private Entry entry(String name) {
            String shown = Quote.of(name);
            Map<String, Object> fields = new HashMap<>();
            need(parser.nextToken(), JsonToken.START_OBJECT, "an object for tensor " + shown);
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                String key = parser.currentName();
                switch (key) {
                    case "dtype" -> fields.put(key, dtype(shown));
                    case "shape" -> fields.put(key, numbers("the shape of " + shown, MOST_DIMENSIONS));
                    case "data_offsets" -> fields.put(key, numbers("the offsets of " + shown, 2));
                    default -> throw bad("tensor " + shown + " has an unknown field '" + Quote.of(key) + "'");
                }
            }
            if (!(fields.get("dtype") instanceof Dtype dtype)
                    || !(fields.get("shape") instanceof long[] shape)
                    || !(fields.get("data_offsets") instanceof long[] range)
                    || range.length != 2) {
                throw bad("tensor " + shown + " needs a dtype, a shape and two data_offsets");
            }
            Entry entry = Entry.of(origin, name, dtype, range[0], shape);
            if (range[1] - range[0] != entry.bytes()) {
                throw bad("tensor " + shown + " of shape " + Arrays.toString(shape) + " and type " + dtype + " takes "
                        + entry.bytes() + " bytes, not those from " + range[0] + " to " + range[1]);
            }
            return entry;
        }

        private Dtype dtype(String tensor) {
            need(parser.nextToken(), JsonToken.VALUE_STRING, "a dtype for tensor " + tensor);
            String name = parser.getString();
            return Dtype.ofSafetensors(name)
                    .orElseThrow(
                            () -> bad("the type '" + Quote.of(name) + "' of tensor " + tensor + " is not supported"));
        }

        private long[] numbers(String what, int most) {
            long[] numbers = new long[most];
            int count = 0;
            need(parser.nextToken(), JsonToken.START_ARRAY, "a list for " + what);
            while (parser.nextToken() == JsonToken.VALUE_NUMBER_INT && count < most) {
                if (parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER || parser.getLongValue() < 0) {
                    throw bad(what + " contains " + Quote.of(parser.getString()));
                }
                numbers[count++] = parser.getLongValue();
            }
            need(parser.currentToken(), JsonToken.END_ARRAY, "at most " + most + " whole numbers for " + what);
            return Arrays.copyOf(numbers, count);
        }

        private void need(@Nullable JsonToken found, JsonToken needed, String what) {
            if (found != needed) {
                throw bad("the header has " + (found == null ? "its end" : found.name()) + " where " + what
                        + " is needed");
            }
        }

        private BadInput bad(String what) {
            return new BadInput(origin + ": " + what + ".");
        }
    }
}
