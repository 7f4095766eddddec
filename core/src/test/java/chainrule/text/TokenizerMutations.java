package chainrule.text;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Seeded damage to a tokenizer.json: to its bytes, or to values of its tree, the small parts as often as the large. */
final class TokenizerMutations {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final List<String> STRINGS = List.of(
            "",
            " ",
            "a",
            "▁",
            "##",
            "<s>",
            "é",
            "🙂",
            "\u0000",
            "\ud800",
            "$A",
            "B",
            "first",
            "never",
            "Sequence",
            "Replace",
            "Prepend",
            "Precompiled",
            "TemplateProcessing",
            "Split",
            "Fuse",
            "NFC",
            "Strip",
            "Isolated",
            "(a+)+b",
            "a*a*a*b",
            "[",
            "\\",
            "(?=",
            "^",
            "\\p{L",
            "(?<x>a)\\k<x>",
            "a{1,99999}",
            "(?i)x|y",
            "\\s+(?!\\S)",
            "</w>",
            "MergedWithNext");
    private static final long[] NUMBERS = {
        -1, 0, 1, 2, 255, 256, 65536, Integer.MAX_VALUE, 1L << 31, 1L << 32, Long.MAX_VALUE, Long.MIN_VALUE
    };

    private final Random random;
    private final List<JsonNode> pieces = new ArrayList<>();

    /** @param files from which values are moved to other places */
    TokenizerMutations(long seed, List<JsonNode> files) {
        random = new Random(seed);
        for (JsonNode file : files) {
            for (String part : List.of("normalizer", "pre_tokenizer", "post_processor", "decoder")) {
                collect(file.get(part));
            }
        }
    }

    private void collect(JsonNode node) {
        if (node != null) {
            pieces.add(node);
            node.values().forEach(this::collect);
        }
    }

    String mutated(JsonNode file) {
        if (random.nextInt(4) == 0) {
            return damagedBytes(file.toString());
        }
        JsonNode root = file.deepCopy();
        for (int i = 1 + random.nextInt(3); i > 0; i--) {
            descend(root);
        }
        String text = root.toString();
        return random.nextInt(20) == 0 ? damagedBytes(text) : text;
    }

    private String damagedBytes(String json) {
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        for (int i = 1 + random.nextInt(3); i > 0; i--) {
            int at = random.nextInt(bytes.length);
            switch (random.nextInt(3)) {
                case 0 -> bytes[at] = (byte) random.nextInt(256);
                case 1 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                default -> bytes = Arrays.copyOf(bytes, 1 + random.nextInt(bytes.length));
            }
        }
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /** Goes down to a random depth, then changes the value there. */
    private void descend(JsonNode node) {
        JsonNode at = node;
        while (true) {
            List<JsonNode> children = at.values().stream()
                    .filter(c -> c.isContainer() && !c.isEmpty())
                    .toList();
            if (children.isEmpty() || (at != node && random.nextInt(3) == 0)) {
                break;
            }
            at = children.get(random.nextInt(children.size()));
        }
        if (at instanceof ObjectNode object) {
            List<String> keys = new ArrayList<>(object.propertyNames());
            String key = keys.get(random.nextInt(keys.size()));
            switch (random.nextInt(6)) {
                case 0 -> object.remove(key);
                case 1 -> object.set(STRINGS.get(random.nextInt(STRINGS.size())), object.get(key));
                default -> object.set(key, other(object.get(key)));
            }
        } else if (at instanceof ArrayNode array) {
            int index = random.nextInt(array.size());
            switch (random.nextInt(6)) {
                case 0 -> array.remove(index);
                case 1 -> array.add(array.get(index));
                default -> array.set(index, other(array.get(index)));
            }
        }
    }

    private JsonNode other(JsonNode value) {
        int kind = random.nextInt(8);
        if (value.isString() && kind < 5) {
            return NODES.stringNode(string(value.stringValue()));
        }
        if (value.isNumber() && kind < 5) {
            long near = (long) value.doubleValue() + random.nextInt(3) - 1;
            return NODES.numberNode(random.nextBoolean() ? near : NUMBERS[random.nextInt(NUMBERS.length)]);
        }
        if (value.isBoolean() && kind < 6) {
            return NODES.booleanNode(!value.booleanValue());
        }
        return switch (random.nextInt(6)) {
            case 0 -> NODES.nullNode();
            case 1 -> NODES.stringNode(STRINGS.get(random.nextInt(STRINGS.size())));
            case 2 -> NODES.arrayNode().add(value.deepCopy());
            case 3 -> NODES.objectNode().set("type", NODES.stringNode(STRINGS.get(random.nextInt(STRINGS.size()))));
            default -> pieces.get(random.nextInt(pieces.size())).deepCopy();
        };
    }

    private String string(String text) {
        if (text.isEmpty() || random.nextInt(3) == 0) {
            return STRINGS.get(random.nextInt(STRINGS.size()));
        }
        if (text.length() > 1000 && text.matches("[A-Za-z0-9+/=]*")) {
            byte[] map = Base64.getDecoder().decode(text);
            for (int i = 1 + random.nextInt(4); i > 0; i--) {
                map[random.nextBoolean() ? random.nextInt(map.length) : random.nextInt(8)] ^=
                        (byte) (1 << random.nextInt(8));
            }
            return Base64.getEncoder().encodeToString(map);
        }
        int at = random.nextInt(text.length());
        int to = at + random.nextInt(text.length() - at + 1);
        return switch (random.nextInt(3)) {
            case 0 -> text.substring(0, at) + text.substring(to);
            case 1 -> text.substring(0, to) + text.substring(at);
            default -> text.substring(0, at) + STRINGS.get(random.nextInt(STRINGS.size())) + text.substring(at);
        };
    }
}
