package chainrule.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chainrule.BadInput;
import chainrule.Golden;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Bad tokenizer.json: each fault gets its sentence, and none ends the process. */
class TokenizerJsonTest {
    @TempDir
    Path folder;

    /** A trie of three blocks that maps A to a replacement: the root leads to block 1, its child A to unit 512. */
    static String charsmap(String replacement) {
        ByteBuffer map = ByteBuffer.allocate(4 + 768 * 4 + 16).order(ByteOrder.LITTLE_ENDIAN);
        map.putInt(768 * 4);
        map.putInt(4, 256 << 10);
        int child = 256 ^ 'A';
        map.putInt(4 + 4 * child, 'A' | 1 << 8 | (child ^ 512) << 10);
        map.position(4 + 768 * 4);
        map.put(replacement.getBytes(StandardCharsets.UTF_8));
        return Base64.getEncoder().encodeToString(map.array());
    }

    /** A small file that uses what the golden ones do not. */
    static String unusual() {
        return """
                {"version":"1.0","added_tokens":[
                {"id":0,"content":"<unk>","single_word":false,"lstrip":false,"rstrip":true,"normalized":true,"special":true},
                {"id":6,"content":"Abc","single_word":true,"lstrip":true,"rstrip":false,"normalized":true,"special":false}],
                "normalizer":{"type":"Sequence","normalizers":[{"type":"Precompiled","precompiled_charsmap":"%s"},
                {"type":"Strip","strip_left":true,"strip_right":true},{"type":"NFD"},{"type":"StripAccents"},{"type":"Nmt"},
                {"type":"Lowercase"},{"type":"Prepend","prepend":"a"},{"type":"Replace","pattern":{"Regex":" {2,}"},"content":" "}]},
                "pre_tokenizer":{"type":"Sequence","pretokenizers":[{"type":"Split","pattern":{"String":"-"},"behavior":
                "MergedWithPrevious","invert":false},{"type":"Punctuation","behavior":"Contiguous"},{"type":"Digits",
                "individual_digits":false},{"type":"FixedLength","length":7},{"type":"UnicodeScripts"},{"type":"CharDelimiterSplit",
                "delimiter":"_"},{"type":"Metaspace","replacement":"▁","add_prefix_space":true},{"type":"WhitespaceSplit"}]},
                "post_processor":{"type":"Sequence","processors":[{"type":"RobertaProcessing","sep":["<unk>",0],"cls":["b",2],
                "trim_offsets":true,"add_prefix_space":true},{"type":"BertProcessing","sep":["<unk>",0],"cls":["b",2]}]},
                "decoder":{"type":"BPEDecoder","suffix":"</w>"},
                "model":{"type":"BPE","unk_token":"<unk>","continuing_subword_prefix":"@","end_of_word_suffix":"</w>",
                "fuse_unk":true,"byte_fallback":false,"vocab":{"<unk>":0,"a":1,"b":2,"@b":3,"ab":4,"@b</w>":5},
                "merges":["a @b"]}}
                """.formatted(charsmap("xyz"));
    }

    @Test
    void theUnusualFileLoadsAndEncodes() {
        try (HuggingFaceTokenizer tokenizer = HuggingFaceTokenizer.parse(unusual(), "unusual.json")) {
            assertThat(tokenizer.encode("Abc", false).tokens()).containsExactly("axyzbc");
            assertThat(tokenizer.encode("b", false).tokens()).containsExactly("<unk>", "@b</w>");
            assertThat(tokenizer.size()).isEqualTo(7);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"merges\":[\"a @b\"] | \"merges\":[\"a b\"] | right side without the prefix @",
                "\"merges\":[\"a @b\"] | \"merges\":[\"b @b\"] | needs the token bb",
                "\"merges\":[\"a @b\"] | \"merges\":[\"a@b\"] | two tokens with one space",
                "\"ab\":4 | \"ab\":3 | gives the id 3 to both",
                "\"ab\":4 | \"ab\":4000001 | from 0 to 4000000",
                "\"ab\":4 | \"ab\":4.5 | whole number",
                "\"ab\":4 | \"a\":4 | Duplicate",
                "\"unk_token\":\"<unk>\" | \"unk_token\":\"<u>\" | token that the vocabulary lacks",
                "\"type\":\"BPE\" | \"type\":\"PBE\" | none of BPE, Unigram",
                "\"id\":6 | \"id\":7 | the library gives Abc the id 6",
                "\"id\":6 | \"id\":-6 | whole number",
                "\"content\":\"Abc\" | \"content\":\"\" | is empty",
                "\"content\":\"Abc\" | \"content\":\" bc\" | starts with a space",
                "\"content\":\"Abc\" | \"content\":\"<unk>\" | a second time",
                "\"type\":\"NFD\" | \"type\":\"NFX\" | no normalizer known here",
                "\"type\":\"Digits\" | \"type\":\"Digit\" | no pre-tokenizer known here",
                "\"type\":\"BertProcessing\" | \"type\":\"Bart\" | no post-processor known here",
                "\"type\":\"BPEDecoder\" | \"type\":\"BPE\" | no decoder known here",
                "{\"Regex\":\" {2,}\"} | {\"Regex\":\"\"} | is empty",
                "{\"Regex\":\" {2,}\"} | {\"String\":\"\"} | is empty",
                "{\"Regex\":\" {2,}\"} | {\"Regex\":\"(a+)+b\"} | more than linear time",
                "{\"Regex\":\" {2,}\"} | {\"Regex\":\"a*b*c\"} | more than linear time",
                "{\"Regex\":\" {2,}\"} | {\"Regex\":\"(a)\\\\\\\\1\"} | escape",
                "{\"Regex\":\" {2,}\"} | {\"Regex\":\"(a\"} | without its )",
                "\"pattern\":{\"Regex\":\" {2,}\"},\"content\":\" \"}] | \"pattern\":{\"Regex\":\"^\"},\"content\":\"x\"},{\"type\":\"NFC\"}] | empty matches",
                "\"pattern\":{\"Regex\":\" {2,}\"},\"content\":\" \"}] | \"pattern\":{\"Regex\":\"(?=b)\"},\"content\":\"x\"}] | empty matches",
                "\"prepend\":\"a\" | \"prepend\":\"\" | is empty",
                "\"length\":7 | \"length\":0 | whole number from 1",
                "\"delimiter\":\"_\" | \"delimiter\":\"__\" | one character",
                "\"Contiguous\" | \"contiguous\" | is none of",
                "[\"b\",2] | [\"b\",20] | an id that the vocabulary lacks",
                "\"suffix\":\"</w>\" | \"suffix\":\"\" | is empty",
                "\"version\":\"1.0\" | \"version\":\"2.0\" | only 1.0",
                "\"version\" | version | not JSON",
            })
    void aFaultGetsItsSentence(String from, String to, String sentence) {
        String json = unusual();
        assertThat(json).contains(from);
        assertThatThrownBy(() ->
                        HuggingFaceTokenizer.parse(json.replace(from, to.replace("\\\\\\\\", "\\\\")), "bad.json"))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("bad.json")
                .hasMessageContaining(sentence);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"SpecialToken\":{\"id\":\"<s>\" | \"SpecialToken\":{\"id\":\"<q>\" | no special token here",
                "\"ids\":[1] | \"ids\":[7000] | an id that the vocabulary lacks",
                "\"ids\":[1] | \"ids\":[1,1] | 2 ids for 1 tokens",
                "\"Sequence\":{\"id\":\"A\" | \"Sequence\":{\"id\":\"B\" | no sequence here",
            })
    void aTemplateNamesOnlyWhatExists(String from, String to, String sentence) throws IOException {
        String json = Files.readString(Golden.path("tokenizers/llama_bpe_legacy/tokenizer.json"))
                .replaceAll("\\s*([{}\\[\\]:,])\\s*", "$1");
        assertThat(json).contains(from);
        assertThatThrownBy(() -> HuggingFaceTokenizer.parse(json.replace(from, to), "bad.json"))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining(sentence);
    }

    @Test
    void aCharsmapMustStayInItself() {
        String good = charsmap("xyz");
        assertThat(Charsmap.parse(good).longest()).isEqualTo(3);
        byte[] out = Base64.getDecoder().decode(good);
        ByteBuffer.wrap(out).order(ByteOrder.LITTLE_ENDIAN).putInt(4, 4000 << 10);
        byte[] value = Base64.getDecoder().decode(good);
        ByteBuffer.wrap(value).order(ByteOrder.LITTLE_ENDIAN).putInt(4 + 4 * 512, 1000);
        byte[] half = Base64.getDecoder().decode(charsmap("éa"));
        ByteBuffer.wrap(half).order(ByteOrder.LITTLE_ENDIAN).putInt(4 + 4 * 512, 1);
        byte[] size = Base64.getDecoder().decode(good);
        ByteBuffer.wrap(size).order(ByteOrder.LITTLE_ENDIAN).putInt(0, 1 << 20);
        for (byte[] map : List.of(out, value, half, size)) {
            assertThatThrownBy(() -> Charsmap.parse(Base64.getEncoder().encodeToString(map)))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void aTextTooLongForThePatternsIsRefused() {
        try (HuggingFaceTokenizer tokenizer = HuggingFaceTokenizer.open(Golden.path("tokenizers/llama3_bpe"))) {
            assertThatThrownBy(() -> tokenizer.encode(" ".repeat(11_000_000) + "x", false))
                    .isInstanceOf(BadInput.class)
                    .hasMessageContaining("give it in parts");
            assertThat(tokenizer.ids(" ".repeat(1_000_000) + "x", false)).hasSizeGreaterThan(1);
        }
    }

    @Test
    void aMissingFileIsNamed() {
        assertThatThrownBy(() -> HuggingFaceTokenizer.open(folder))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("tokenizer.json");
    }

    @Test
    void twoThousandDamagedFilesNeverEndTheProcess() throws Exception {
        fuzz(20_260_101, 2_000);
    }

    @Test
    @Tag("slow")
    void twentyThousandDamagedFilesNeverEndTheProcess() throws Exception {
        fuzz(77_000_000, 20_000);
    }

    private void fuzz(long seed, int count) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "-Xmx512m",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                TokenizerFuzz.class.getName(),
                Long.toString(seed),
                Integer.toString(count)));
        Files.writeString(folder.resolve("unusual.json"), unusual());
        command.add(folder.resolve("unusual.json").toString());
        for (Path golden : GoldenTokenizersTest.folders()) {
            command.add(golden.resolve("tokenizer.json").toString());
        }
        Path output = folder.resolve("output");
        Process child = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        boolean ended = child.waitFor(10, TimeUnit.MINUTES);
        if (!ended) {
            child.destroyForcibly().waitFor();
        }
        List<String> lines = Files.readAllLines(output);
        List<String> last = lines.subList(Math.max(0, lines.size() - 12), lines.size());
        assertThat(ended && child.exitValue() == 0)
                .as("the child's last lines: " + last)
                .isTrue();
        int loaded = Integer.parseInt(lines.getLast().substring("loaded ".length()));
        assertThat(loaded).as("files that load in spite of the damage").isBetween(count / 20, count * 19 / 20);
    }
}
