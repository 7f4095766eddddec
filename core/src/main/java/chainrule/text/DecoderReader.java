package chainrule.text;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** Reads the decoder of a tokenizer.json. */
final class DecoderReader {
    private static final int MOST = 64;

    private static final Map<String, Function<JsonPlace, TextDecoder>> TYPES = Map.of(
            "ByteLevel", p -> new TextDecoder.ByteLevel(),
            "ByteFallback", p -> new TextDecoder.ByteFallback(),
            "Fuse", p -> new TextDecoder.Fuse(),
            "WordPiece",
                    p -> new TextDecoder.WordPiece(
                            p.get("prefix").text(), p.get("cleanup").flag()),
            "Metaspace", DecoderReader::metaspace,
            "BPEDecoder", p -> new TextDecoder.BpeSuffix(p.get("suffix").nonEmpty()),
            "Strip", DecoderReader::strip,
            "Replace", DecoderReader::replace,
            "CTC",
                    p -> new TextDecoder.Ctc(
                            p.get("pad_token").nonEmpty(),
                            p.get("word_delimiter_token").nonEmpty(),
                            p.get("cleanup").flag()));

    private DecoderReader() {}

    /** The decoders in order, sequences flattened. */
    static List<TextDecoder> read(JsonPlace place) {
        List<TextDecoder> decoders = new ArrayList<>();
        read(place, decoders);
        return List.copyOf(decoders);
    }

    private static void read(JsonPlace place, List<TextDecoder> decoders) {
        String type = place.object().get("type").text();
        if (type.equals("Sequence")) {
            place.get("decoders").items().forEach(item -> read(item, decoders));
            return;
        }
        Function<JsonPlace, TextDecoder> reader = TYPES.get(type);
        if (reader == null) {
            throw place.fault("has the type " + type + ", which is no decoder known here; known are Sequence, "
                    + String.join(", ", TYPES.keySet().stream().sorted().toList()));
        }
        if (decoders.size() == MOST) {
            throw place.fault("is one decoder too many: " + MOST + " are allowed");
        }
        decoders.add(reader.apply(place));
    }

    private static TextDecoder metaspace(JsonPlace place) {
        boolean never = place.maybe("prepend_scheme")
                .map(JsonPlace::text)
                .orElse("always")
                .equals("never");
        boolean space = place.maybe("add_prefix_space").map(JsonPlace::flag).orElse(true);
        return new TextDecoder.Metaspace(character(place.get("replacement")), !never && space);
    }

    private static TextDecoder strip(JsonPlace place) {
        return new TextDecoder.Strip(
                character(place.get("content")).codePointAt(0),
                place.get("start").whole(0, Integer.MAX_VALUE),
                place.get("stop").whole(0, Integer.MAX_VALUE));
    }

    private static String character(JsonPlace place) {
        String text = place.text();
        if (text.codePointCount(0, text.length()) != 1) {
            throw place.fault("should be one character");
        }
        return text;
    }

    private static TextDecoder replace(JsonPlace place) {
        JsonPlace pattern = place.get("pattern").object();
        String content = place.get("content").text();
        if (pattern.maybe("String").isPresent()) {
            return new TextDecoder.Replace(pattern.get("String").nonEmpty(), content);
        }
        JsonPlace regex = pattern.get("Regex");
        Pipeline.regex(regex);
        try {
            int flags = Pattern.UNICODE_CHARACTER_CLASS | Pattern.MULTILINE | Pattern.UNIX_LINES;
            return new TextDecoder.ReplaceMatches(Pattern.compile(regex.text(), flags), content);
        } catch (PatternSyntaxException e) {
            throw regex.fault("is no pattern of Java's (" + e.getDescription() + ")");
        }
    }
}
