package chainrule.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chainrule.BadInput;
import chainrule.Golden;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A GGUF file's vocabulary becomes the tokenizer that it came from. */
class GgufVocabularyTest {
    private static Map<String, Object> metadata(Object... pairs) {
        Map<String, Object> metadata = new HashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            metadata.put("tokenizer.ggml." + pairs[i], pairs[i + 1]);
        }
        return metadata;
    }

    /** The metadata that a byte-level golden tokenizer would have in a GGUF file. */
    private static Map<String, Object> byteLevel(JsonNode json, String pre) {
        String[] tokens = new String[702];
        json.get("model")
                .get("vocab")
                .properties()
                .forEach(e -> tokens[e.getValue().intValue()] = e.getKey());
        int[] types = new int[tokens.length];
        Arrays.fill(types, 1);
        json.get("added_tokens").values().forEach(token -> {
            int id = token.get("id").intValue();
            tokens[id] = token.get("content").stringValue();
            types[id] = token.get("special").booleanValue() ? 3 : 4;
        });
        List<String> merges = new ArrayList<>();
        json.get("model")
                .get("merges")
                .values()
                .forEach(m -> merges.add(m.get(0).stringValue() + " " + m.get(1).stringValue()));
        return metadata(
                "model",
                "gpt2",
                "pre",
                pre,
                "tokens",
                tokens,
                "token_type",
                types,
                "merges",
                merges,
                "add_bos_token",
                false);
    }

    @ParameterizedTest
    @CsvSource({"gpt2_bpe,gpt-2", "smollm_bpe,smollm", "llama3_bpe,llama-bpe", "qwen_bpe,qwen2"})
    void aByteLevelVocabularyEncodesAsItsTokenizer(String name, String pre) throws IOException {
        Path folder = Golden.path("tokenizers/" + name);
        JsonMapper mapper = JsonMapper.shared();
        JsonNode json = mapper.readTree(Files.readString(folder.resolve("tokenizer.json")));
        try (HuggingFaceTokenizer expected = HuggingFaceTokenizer.open(folder);
                HuggingFaceTokenizer made = HuggingFaceTokenizer.parse(
                        GgufVocabulary.tokenizerJson(byteLevel(json, pre), "x.gguf"), "x.gguf")) {
            for (JsonNode c : mapper.readTree(Files.readString(folder.resolve("cases.json")))
                    .get("cases")
                    .values()) {
                String text = c.get("text").stringValue();
                // <mask> takes in the space before it, which a GGUF file does not say.
                if (!text.contains(" <mask>")) {
                    assertThat(made.ids(text, true)).as(text).isEqualTo(expected.ids(text, true));
                    assertThat(made.encode(text, true).offsets())
                            .as(text)
                            .isDeepEqualTo(expected.encode(text, true).offsets());
                }
            }
        }
    }

    static List<String> names() {
        return PreTokenization.allNames().toList();
    }

    @ParameterizedTest
    @MethodSource("names")
    void everyKnownPreTokenizerLoadsAndKeepsTheText(String pre) throws IOException {
        JsonNode json =
                JsonMapper.shared().readTree(Files.readString(Golden.path("tokenizers/gpt2_bpe/tokenizer.json")));
        String text = "I'll pay $1234567.89,  naïve 世界…\n\n\t<tool>Done!\r\n  x";
        try (HuggingFaceTokenizer made =
                HuggingFaceTokenizer.parse(GgufVocabulary.tokenizerJson(byteLevel(json, pre), "x.gguf"), "x.gguf")) {
            assertThat(made.decode(made.ids(text, true), false)).isEqualTo(text);
        }
    }

    /** SentencePiece's own rule: again and again, the leftmost of the neighbours whose union has the highest score. */
    private static List<String> sentencePiece(String text, Map<String, Float> scores) {
        List<String> symbols = new ArrayList<>();
        ("▁" + text.replace(' ', '▁')).codePoints().forEach(c -> symbols.add(Character.toString(c)));
        while (true) {
            int best = -1;
            float highest = Float.NEGATIVE_INFINITY;
            for (int i = 0; i + 1 < symbols.size(); i++) {
                float score = scores.getOrDefault(symbols.get(i) + symbols.get(i + 1), Float.NEGATIVE_INFINITY);
                if (score > highest) {
                    highest = score;
                    best = i;
                }
            }
            if (best < 0) {
                return symbols;
            }
            symbols.set(best, symbols.get(best) + symbols.remove(best + 1));
        }
    }

    @Test
    void aSentencePieceVocabularyMergesByScore() {
        List<String> tokens = new ArrayList<>(List.of("<unk>", "<s>", "</s>"));
        List<Integer> types = new ArrayList<>(List.of(2, 3, 3));
        for (int b = 0; b < 256; b++) {
            tokens.add("<0x%02X>".formatted(b));
            types.add(6);
        }
        Random random = new Random(11);
        List<String> letters = List.of("▁", "a", "b", "c", "é");
        List<String> pieces = new ArrayList<>(letters);
        while (pieces.size() < 120) {
            String piece = pieces.get(random.nextInt(pieces.size())) + pieces.get(random.nextInt(pieces.size()));
            if (!pieces.contains(piece) && piece.length() < 9) {
                pieces.add(piece);
            }
        }
        Collections.shuffle(pieces, random);
        Map<String, Float> scores = new HashMap<>();
        float[] all = new float[tokens.size() + pieces.size()];
        for (String piece : pieces) {
            all[tokens.size()] = -tokens.size();
            scores.put(piece, letters.contains(piece) ? -1e9f : -tokens.size());
            tokens.add(piece);
            types.add(1);
        }
        String json = GgufVocabulary.tokenizerJson(
                metadata(
                        "model",
                        "llama",
                        "tokens",
                        tokens,
                        "token_type",
                        types,
                        "scores",
                        all,
                        "unknown_token_id",
                        0,
                        "bos_token_id",
                        1L,
                        "eos_token_id",
                        2,
                        "add_eos_token",
                        true),
                "x.gguf");
        try (HuggingFaceTokenizer tokenizer = HuggingFaceTokenizer.parse(json, "x.gguf")) {
            for (int n = 0; n < 500; n++) {
                StringBuilder text = new StringBuilder();
                for (int i = 1 + random.nextInt(15); i > 0; i--) {
                    text.append(" abcé".charAt(random.nextInt(5)));
                }
                List<String> expected = new ArrayList<>(sentencePiece(text.toString(), scores));
                expected.addFirst("<s>");
                expected.addLast("</s>");
                assertThat(tokenizer.encode(text.toString(), true).tokens()).isEqualTo(expected);
                assertThat(tokenizer.decode(tokenizer.ids(text.toString(), true), true))
                        .isEqualTo(text.toString());
            }
            assertThat(tokenizer.encode("a🙂", false).tokens()).contains("<0xF0>", "<0x9F>", "<0x99>", "<0x82>");
        }
    }

    @Test
    void metadataThatCannotBeGetsASentence() {
        List<String> ab = List.of("a", "b", "ab");
        List<Map<String, Object>> bad = List.of(
                metadata(),
                metadata("model", "bert", "tokens", ab),
                metadata("model", "gpt2", "tokens", ab, "pre", "gpt-9"),
                metadata("model", "gpt2", "tokens", List.of("a", "a")),
                metadata("model", "gpt2", "tokens", List.of("a", 1)),
                metadata("model", "gpt2", "tokens", "ab"),
                metadata("model", "gpt2", "tokens", ab, "token_type", new int[2]),
                metadata("model", "gpt2", "tokens", ab, "merges", List.of("ab")),
                metadata("model", "gpt2", "tokens", ab, "merges", List.of("a b"), "eos_token_id", 3),
                metadata("model", "gpt2", "tokens", ab, "merges", List.of("a b"), "add_bos_token", "yes"),
                metadata("model", "llama", "tokens", ab),
                metadata("model", "llama", "tokens", ab, "scores", List.of(1f, "x", 2f)));
        for (Map<String, Object> metadata : bad) {
            assertThatThrownBy(() -> GgufVocabulary.tokenizerJson(metadata, "x.gguf"))
                    .as(metadata.toString())
                    .isInstanceOf(BadInput.class)
                    .hasMessageStartingWith("x.gguf: tokenizer.ggml.");
        }
        String missing = GgufVocabulary.tokenizerJson(
                metadata("model", "gpt2", "tokens", ab, "merges", List.of("a c")), "x.gguf");
        assertThatThrownBy(() -> HuggingFaceTokenizer.parse(missing, "x.gguf"))
                .hasMessageContaining("needs the token c");
    }

    @Test
    @Tag("model")
    void aRealVocabularyEncodesAsTheFileBesideIt() throws IOException {
        Path folder = Golden.shared("models/smollm2-135m-instruct-q4_1").orElse(null);
        if (folder == null) {
            System.out.println(
                    "model: shared/models/smollm2-135m-instruct-q4_1 is absent, so its vocabulary is not compared");
            return;
        }
        Map<String, Object> metadata = readMetadata(folder.resolve("model.gguf"));
        Random random = new Random(3);
        List<String> texts =
                new ArrayList<>(List.of("Hello, world! 12345", "<|im_start|>user\nHi<|im_end|>\n", "  \t\n\n x  "));
        JsonMapper.shared()
                .readTree(Files.readString(Golden.path("tokenizers/smollm_bpe/cases.json")))
                .get("cases")
                .values()
                .forEach(c -> texts.add(c.get("text").stringValue()));
        for (int n = 0; n < 500; n++) {
            StringBuilder text = new StringBuilder();
            random.ints(random.nextInt(40), 0, random.nextBoolean() ? 128 : 0x3000)
                    .forEach(text::appendCodePoint);
            texts.add(text.toString());
        }
        try (HuggingFaceTokenizer expected = HuggingFaceTokenizer.open(folder);
                HuggingFaceTokenizer made = HuggingFaceTokenizer.of(metadata, "model.gguf")) {
            assertThat(made.size()).isEqualTo(expected.size());
            for (String text : texts) {
                Encoding encoding = expected.encode(text, true);
                int[] ids = encoding.ids();
                assertThat(made.ids(text, true)).as(text).isEqualTo(ids);
                assertThat(made.encode(text, true).tokens()).as(text).isEqualTo(encoding.tokens());
                assertThat(made.encode(text, true).offsets()).as(text).isDeepEqualTo(encoding.offsets());
                assertThat(made.decode(ids, true)).as(text).isEqualTo(expected.decode(ids, true));
            }
            assertThat(SpecialTokens.of(metadata, made)).isEqualTo(SpecialTokens.of(folder, expected));
        }
    }

    /** Reads a GGUF file's key-value pairs. */
    private static Map<String, Object> readMetadata(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file)) {
            ByteBuffer in = channel.map(FileChannel.MapMode.READ_ONLY, 0, Math.min(channel.size(), 64 << 20))
                    .order(ByteOrder.LITTLE_ENDIAN);
            in.position(16);
            long pairs = in.getLong();
            Map<String, Object> metadata = new HashMap<>();
            for (long i = 0; i < pairs; i++) {
                String key = text(in);
                metadata.put(key, value(in, in.getInt()));
            }
            return metadata;
        }
    }

    private static String text(ByteBuffer in) {
        byte[] bytes = new byte[(int) in.getLong()];
        in.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static Object value(ByteBuffer in, int type) {
        return switch (type) {
            case 0, 1 -> in.get();
            case 2, 3 -> in.getShort();
            case 4, 5 -> in.getInt();
            case 6 -> in.getFloat();
            case 7 -> in.get() != 0;
            case 8 -> text(in);
            case 9 -> {
                int element = in.getInt();
                List<Object> list = new ArrayList<>();
                for (long n = in.getLong(); n > 0; n--) {
                    list.add(value(in, element));
                }
                yield list;
            }
            case 10, 11 -> in.getLong();
            case 12 -> in.getDouble();
            default -> throw new AssertionError("type " + type);
        };
    }
}
