package chainrule.text;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The normalizer, pre_tokenizer and post_processor of a tokenizer.json, copied field by field: known types with known
 * fields, and nothing that makes the native library (tokenizers 0.21) end the process on some text. It ends it where a
 * normalizer inserts at an empty match or prepends nothing, where pieces have no length, where a template names a special
 * token or sequence that is not there or follows another template, and where a pattern backtracks too often.
 */
final class Pipeline {
    private static final int MOST_STEPS = 64;
    private static final int LONGEST_INSERT = 256;
    private static final double MOST_GROWTH = 128;
    /** Oniguruma's limit is 10,000,000. */
    private static final double MOST_TRIES = 9_000_000;

    private static final Set<String> BEHAVIOURS =
            Set.of("Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous");
    private static final Set<String> SCHEMES = Set.of("first", "always", "never");

    private interface Rule extends BiFunction<Pipeline, JsonPlace, ObjectNode> {}

    private static final Map<String, Rule> NORMALIZERS = Map.ofEntries(
            Map.entry("NFC", flags()),
            Map.entry("NFD", flags()),
            Map.entry("NFKC", flags()),
            Map.entry("NFKD", flags()),
            Map.entry("Lowercase", flags()),
            Map.entry("StripAccents", flags()),
            Map.entry("Nmt", flags()),
            Map.entry("ByteLevel", Pipeline::byteLevelNormalizer),
            Map.entry("Strip", flags("strip_left", "strip_right")),
            Map.entry("BertNormalizer", flags("clean_text", "handle_chinese_chars", "strip_accents?", "lowercase")),
            Map.entry("Prepend", Pipeline::prepend),
            Map.entry("Replace", Pipeline::replace),
            Map.entry("Precompiled", Pipeline::precompiled),
            Map.entry("Sequence", (p, place) -> p.sequence(place, "normalizers", Pipeline::normalizer)));

    private static final Map<String, Rule> PRE_TOKENIZERS = Map.ofEntries(
            Map.entry("BertPreTokenizer", flags()),
            Map.entry("Whitespace", flags()),
            Map.entry("WhitespaceSplit", flags()),
            Map.entry("UnicodeScripts", flags()),
            Map.entry("Digits", flags("individual_digits")),
            Map.entry("ByteLevel", Pipeline::byteLevel),
            Map.entry("CharDelimiterSplit", (p, place) -> p.character(place, "delimiter")),
            Map.entry("Metaspace", Pipeline::metaspace),
            Map.entry("Split", Pipeline::split),
            Map.entry("Punctuation", (p, place) -> p.choice(p.copy(place), place, "behavior?", BEHAVIOURS)),
            Map.entry("FixedLength", Pipeline::fixedLength),
            Map.entry("Sequence", (p, place) -> p.sequence(place, "pretokenizers", Pipeline::preTokenizer)));

    private static final Map<String, Rule> POST_PROCESSORS = Map.of(
            "ByteLevel", flags("add_prefix_space", "trim_offsets", "use_regex?"),
            "BertProcessing", (p, place) -> p.marks(p.copy(place), place),
            "RobertaProcessing", (p, place) -> p.marks(p.copy(place, "trim_offsets", "add_prefix_space"), place),
            "TemplateProcessing", Pipeline::template,
            "Sequence", (p, place) -> p.sequence(place, "processors", Pipeline::postProcessor));

    private final Set<Integer> ids;
    private int steps;
    private int templates;
    private double growth = 1;
    private boolean emptyMatches;
    private double longest = 8_000_000;

    /** @param ids the ids of the vocabulary, added tokens included */
    Pipeline(Set<Integer> ids) {
        this.ids = ids;
    }

    /** Characters of the longest text that may be encoded. */
    int longest() {
        return (int) longest;
    }

    ObjectNode normalizer(JsonPlace place) {
        ObjectNode copy = step(place, "normalizer", NORMALIZERS);
        if (growth > MOST_GROWTH) {
            throw place.fault("may make a text more than " + (int) MOST_GROWTH + " times as long");
        }
        return copy;
    }

    ObjectNode preTokenizer(JsonPlace place) {
        return step(place, "pre-tokenizer", PRE_TOKENIZERS);
    }

    ObjectNode postProcessor(JsonPlace place) {
        return step(place, "post-processor", POST_PROCESSORS);
    }

    private ObjectNode step(JsonPlace place, String what, Map<String, Rule> rules) {
        String type = place.object().get("type").text();
        Rule rule = rules.get(type);
        if (rule == null) {
            throw place.fault("has the type " + type + ", which is no " + what + " known here; known are "
                    + String.join(", ", rules.keySet().stream().sorted().toList()));
        }
        if (++steps > MOST_STEPS) {
            throw place.fault("is one step too many: " + MOST_STEPS + " are allowed");
        }
        if (emptyMatches && !rules.equals(POST_PROCESSORS) && !type.equals("Replace")) {
            throw place.fault("comes after a replacement of empty matches, which the library cannot bear");
        }
        return rule.apply(this, place);
    }

    private ObjectNode copy(JsonPlace place, String... flags) {
        ObjectNode copy = JsonPlace.MAPPER
                .createObjectNode()
                .put("type", place.get("type").text());
        for (String flag : flags) {
            boolean optional = flag.endsWith("?");
            String name = optional ? flag.substring(0, flag.length() - 1) : flag;
            if (!optional) {
                copy.put(name, place.get(name).flag());
            } else {
                place.maybe(name).ifPresent(value -> copy.put(name, value.flag()));
            }
        }
        return copy;
    }

    private static Rule flags(String... names) {
        return (p, place) -> p.copy(place, names);
    }

    private ObjectNode sequence(JsonPlace place, String key, BiFunction<Pipeline, JsonPlace, ObjectNode> member) {
        ObjectNode copy = copy(place);
        ArrayNode list = copy.putArray(key);
        for (JsonPlace item : place.get(key).items()) {
            list.add(member.apply(this, item));
        }
        return copy;
    }

    private ObjectNode choice(ObjectNode copy, JsonPlace place, String key, Set<String> allowed) {
        boolean optional = key.endsWith("?");
        String name = optional ? key.substring(0, key.length() - 1) : key;
        if (optional && place.maybe(name).isEmpty()) {
            return copy;
        }
        JsonPlace value = place.get(name);
        if (!allowed.contains(value.text())) {
            throw value.fault(
                    "is none of " + String.join(", ", allowed.stream().sorted().toList()));
        }
        return copy.put(name, value.text());
    }

    private ObjectNode character(JsonPlace place, String key) {
        String text = place.get(key).text();
        if (text.codePointCount(0, text.length()) != 1) {
            throw place.get(key).fault("should be one character");
        }
        return copy(place).put(key, text);
    }

    private String insert(JsonPlace place) {
        if (place.text().length() > LONGEST_INSERT) {
            throw place.fault("is longer than " + LONGEST_INSERT + " characters");
        }
        return place.text();
    }

    private ObjectNode byteLevelNormalizer(JsonPlace place) {
        growth *= 4;
        return copy(place);
    }

    private ObjectNode prepend(JsonPlace place) {
        place.get("prepend").nonEmpty();
        return copy(place).put("prepend", insert(place.get("prepend")));
    }

    private ObjectNode replace(JsonPlace place) {
        String content = insert(place.get("content"));
        ObjectNode copy = copy(place).put("content", content);
        double shortest = pattern(place, copy);
        emptyMatches |= shortest == 0 && !content.isEmpty();
        growth *= Math.max(1, content.length() / Math.max(1, shortest) + (shortest == 0 ? 1 : 0));
        return copy;
    }

    private ObjectNode precompiled(JsonPlace place) {
        JsonPlace map = place.get("precompiled_charsmap");
        try {
            Charsmap charsmap = Charsmap.parse(map.text());
            growth *= Math.max(1, charsmap.longest());
            return copy(place).put("precompiled_charsmap", charsmap.base64());
        } catch (IllegalArgumentException e) {
            throw map.fault(String.valueOf(e.getMessage()));
        }
    }

    private ObjectNode byteLevel(JsonPlace place) {
        ObjectNode copy = copy(place, "add_prefix_space", "trim_offsets", "use_regex?");
        if (place.maybe("use_regex").map(JsonPlace::flag).orElse(true)) {
            limit(OnigPattern.parse(OnigPattern.GPT2));
        }
        growth *= 4;
        return copy;
    }

    private ObjectNode metaspace(JsonPlace place) {
        ObjectNode copy = character(place, "replacement");
        place.maybe("split").ifPresent(split -> copy.put("split", split.flag()));
        place.maybe("add_prefix_space").ifPresent(space -> copy.put("add_prefix_space", space.flag()));
        return choice(copy, place, "prepend_scheme?", SCHEMES);
    }

    private ObjectNode split(JsonPlace place) {
        ObjectNode copy = copy(place, "invert");
        pattern(place, copy);
        return choice(copy, place, "behavior", BEHAVIOURS);
    }

    private ObjectNode fixedLength(JsonPlace place) {
        ObjectNode copy = copy(place);
        place.maybe("length").ifPresent(length -> copy.put("length", length.whole(1, 1 << 20)));
        return copy;
    }

    /** Copies {@code {"String": …}} or {@code {"Regex": …}}; returns the characters of the shortest match. */
    private double pattern(JsonPlace place, ObjectNode copy) {
        JsonPlace pattern = place.get("pattern").object();
        if (pattern.maybe("String").isPresent()) {
            String text = pattern.get("String").nonEmpty();
            copy.putObject("pattern").put("String", text);
            return text.codePointCount(0, text.length());
        }
        JsonPlace regex = pattern.get("Regex");
        copy.putObject("pattern").put("Regex", regex.nonEmpty());
        OnigPattern parsed = regex(regex);
        limit(parsed);
        return parsed.least();
    }

    static OnigPattern regex(JsonPlace regex) {
        try {
            return OnigPattern.parse(regex.nonEmpty());
        } catch (IllegalArgumentException e) {
            throw regex.fault(e.getMessage() + ", which is not supported");
        }
    }

    private void limit(OnigPattern pattern) {
        double room = MOST_TRIES - pattern.tries().fixed();
        if (pattern.tries().linear() > 0) {
            longest = Math.min(longest, room / pattern.tries().linear() / growth);
        }
    }

    private ObjectNode marks(ObjectNode copy, JsonPlace place) {
        for (String key : List.of("sep", "cls")) {
            List<JsonPlace> pair = place.get(key).items();
            if (pair.size() != 2) {
                throw place.get(key).fault("should be a token and its id");
            }
            copy.putArray(key).add(pair.get(0).text()).add(known(pair.get(1)));
        }
        return copy;
    }

    private int known(JsonPlace id) {
        int number = id.whole(0, Integer.MAX_VALUE);
        if (!ids.contains(number)) {
            throw id.fault("is " + number + ", an id that the vocabulary lacks");
        }
        return number;
    }

    private ObjectNode template(JsonPlace place) {
        if (templates++ > 0) {
            throw place.fault("is a second template; the library takes one");
        }
        ObjectNode copy = copy(place);
        ObjectNode special = JsonPlace.MAPPER.createObjectNode();
        JsonPlace table = place.get("special_tokens");
        for (Map.Entry<String, JsonNode> entry : table.entries()) {
            special.set(entry.getKey(), specialToken(table.get(entry.getKey())));
        }
        copy.set("single", pieces(place.get("single"), special, Set.of("A")));
        copy.set("pair", pieces(place.get("pair"), special, Set.of("A", "B")));
        copy.set("special_tokens", special);
        return copy;
    }

    private ObjectNode specialToken(JsonPlace place) {
        ObjectNode copy =
                JsonPlace.MAPPER.createObjectNode().put("id", place.get("id").text());
        ArrayNode numbers = copy.putArray("ids");
        place.get("ids").items().forEach(id -> numbers.add(known(id)));
        ArrayNode texts = copy.putArray("tokens");
        place.get("tokens").items().forEach(token -> texts.add(token.text()));
        if (numbers.size() != texts.size()) {
            throw place.fault("has " + numbers.size() + " ids for " + texts.size() + " tokens");
        }
        return copy;
    }

    private ArrayNode pieces(JsonPlace place, ObjectNode special, Set<String> sequences) {
        ArrayNode copy = JsonPlace.MAPPER.createArrayNode();
        Set<String> missing = new HashSet<>(sequences);
        List<JsonPlace> items = place.items();
        if (items.size() > MOST_STEPS) {
            throw place.fault("has more than " + MOST_STEPS + " pieces");
        }
        for (JsonPlace item : items) {
            boolean token = item.object().maybe("SpecialToken").isPresent();
            JsonPlace piece = item.get(token ? "SpecialToken" : "Sequence");
            String id = piece.get("id").text();
            if (token ? !special.has(id) : !sequences.contains(id)) {
                throw piece.fault("names " + id + ", which is no " + (token ? "special token" : "sequence") + " here");
            }
            missing.remove(token ? "" : id);
            int type = piece.get("type_id").whole(0, Integer.MAX_VALUE);
            copy.addObject()
                    .putObject(token ? "SpecialToken" : "Sequence")
                    .put("id", id)
                    .put("type_id", type);
        }
        if (!missing.isEmpty()) {
            throw place.fault("does not use the sequence " + missing.iterator().next());
        }
        return copy;
    }
}
