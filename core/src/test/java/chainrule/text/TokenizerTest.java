package chainrule.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chainrule.BadInput;
import chainrule.Golden;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every tokenizer keeps, the byte tokenizer's ways, and the roles of special tokens. */
class TokenizerTest {
    private static final String TEXT = "Grüße, 世界! 🙂\n\tx<eos>y  z";

    @Test
    void bytesAreTokens() {
        try (Tokenizer tokenizer = new ByteTokenizer()) {
            Encoding encoding = tokenizer.encode(TEXT, true);
            assertThat(tokenizer.decode(encoding.ids(), false)).isEqualTo(TEXT);
            assertThat(tokenizer.decode(encoding.ids(), true)).isEqualTo(TEXT.replace("<eos>", ""));
            assertThat(tokenizer.encode("é🙂<pad>a", false).offsets())
                    .isDeepEqualTo(new int[][] {{0, 1}, {0, 1}, {1, 2}, {1, 2}, {1, 2}, {1, 2}, {2, 7}, {7, 8}});
            assertThat(tokenizer.encode("a <bos>", false).tokens()).containsExactly("a", "Ġ", "<bos>");
            assertThat(tokenizer.size()).isEqualTo(259);
            assertThat(tokenizer.id("Ġ")).hasValue(32);
            assertThat(tokenizer.id("<eos>")).hasValue(258);
            assertThat(tokenizer.bytes(200)).containsExactly(200);
            assertThat(tokenizer.decode(new int[] {0xE2, 0x82, 'a', 0xFF, -1, 999}, false))
                    .isEqualTo("\uFFFDa\uFFFD");
            assertThat(tokenizer.decode(tokenizer.ids("\ud800", false), false)).isEqualTo("\uFFFD");
        }
    }

    @Test
    void aByteTokenizersSpecialTokensCannotBeBytes() {
        assertThatThrownBy(() -> new ByteTokenizer(List.of("a"))).isInstanceOf(BadInput.class);
        assertThatThrownBy(() -> new ByteTokenizer(List.of("éa"))).isInstanceOf(BadInput.class);
        assertThatThrownBy(() -> new ByteTokenizer(List.of("<a>", "<a>"))).isInstanceOf(BadInput.class);
    }

    @Test
    void aStreamNeverSplitsACharacter() {
        try (Tokenizer tokenizer = new ByteTokenizer()) {
            List<String> pieces = new ArrayList<>();
            Detokenizer stream = tokenizer.detokenizer(false);
            for (int id : tokenizer.ids("é🙂", false)) {
                pieces.add(stream.push(id));
            }
            assertThat(pieces).containsExactly("", "é", "", "", "", "🙂");
            assertThat(stream.end()).isEmpty();
        }
    }

    @Test
    void theBytesOfTheTokensMakeTheText() throws Exception {
        for (Path folder : GoldenTokenizersTest.folders()) {
            if (!folder.endsWith("wordpiece") && !folder.endsWith("unigram")) {
                try (Tokenizer tokenizer = HuggingFaceTokenizer.open(folder)) {
                    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
                    for (int id : tokenizer.ids(TEXT, false)) {
                        bytes.writeBytes(tokenizer.bytes(id));
                    }
                    assertThat(bytes.toString(StandardCharsets.UTF_8).strip())
                            .as(folder.toString())
                            .isEqualTo(TEXT);
                }
            }
        }
    }

    @Test
    void manyThreadsMayEncodeAndClosingTwiceIsNothing() throws Exception {
        HuggingFaceTokenizer tokenizer = HuggingFaceTokenizer.open(Golden.path("tokenizers/qwen_bpe"));
        int[] expected = tokenizer.ids(TEXT, true);
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            List<Future<int[]>> all = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                all.add(threads.submit(() -> tokenizer.ids(TEXT, true)));
            }
            for (Future<int[]> ids : all) {
                assertThat(ids.get()).isEqualTo(expected);
            }
        }
        tokenizer.close();
        tokenizer.close();
        assertThat(tokenizer.token(expected[0])).isNotEmpty();
        assertThatThrownBy(() -> tokenizer.encode(TEXT, true)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void unknownIdsAreNoTokens() {
        try (Tokenizer tokenizer = HuggingFaceTokenizer.open(Golden.path("tokenizers/smollm_bpe"))) {
            assertThat(tokenizer.size()).isEqualTo(702);
            for (int id : new int[] {-1, 702, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
                assertThat(tokenizer.token(id)).isEmpty();
                assertThat(tokenizer.bytes(id)).isEmpty();
                assertThat(tokenizer.isSpecial(id)).isFalse();
                assertThat(tokenizer.decode(new int[] {id}, false)).isEmpty();
            }
            assertThat(tokenizer.id("no such token")).isEmpty();
        }
    }

    @Test
    void halfASurrogatePairReadsAsAReplacementCharacter() {
        try (Tokenizer tokenizer = HuggingFaceTokenizer.open(Golden.path("tokenizers/gpt2_bpe"))) {
            assertThat(tokenizer.ids("a\ud83d🙂\ude42b", true)).isEqualTo(tokenizer.ids("a\uFFFD🙂\uFFFDb", true));
        }
    }

    @Test
    void aFoldersConfigNamesRolesAndWhatStandsAroundAText(@TempDir Path folder) throws Exception {
        Files.copy(Golden.path("tokenizers/llama_bpe_legacy/tokenizer.json"), folder.resolve("tokenizer.json"));
        try (Tokenizer tokenizer = HuggingFaceTokenizer.open(folder)) {
            assertThat(SpecialTokens.of(folder, tokenizer).bos()).isEmpty();
            assertThat(tokenizer.encode("a", true).tokens()).containsExactly("<s>", "▁a");
            assertThat(tokenizer.isSpecial(10)).isFalse();
        }
        Files.writeString(folder.resolve("tokenizer_config.json"), """
                {"bos_token": {"content": "<s>"}, "eos_token": "</s>", "pad_token": null, "unk_token": "no such token",
                 "mask_token": "<0x07>", "add_bos_token": false, "add_eos_token": true}
                """);
        try (Tokenizer tokenizer = HuggingFaceTokenizer.open(folder)) {
            SpecialTokens special = SpecialTokens.of(folder, tokenizer);
            assertThat(special.bos()).hasValue(new SpecialTokens.Token("<s>", 1));
            assertThat(special.eos()).hasValue(new SpecialTokens.Token("</s>", 2));
            assertThat(special.pad()).isEmpty();
            assertThat(special.unknown()).isEmpty();
            assertThat(tokenizer.encode("a", true).tokens()).containsExactly("▁a", "</s>");
            assertThat(tokenizer.isSpecial(tokenizer.id("<0x07>").orElseThrow()))
                    .isTrue();
        }
        try (Tokenizer alone = HuggingFaceTokenizer.open(folder.resolve("tokenizer.json"))) {
            assertThat(alone.encode("a", true).tokens()).containsExactly("<s>", "▁a");
            assertThat(SpecialTokens.of(Map.<String, Object>of("tokenizer.ggml.eos_token_id", 2L), alone)
                            .eos())
                    .hasValue(new SpecialTokens.Token("</s>", 2));
        }
    }
}
