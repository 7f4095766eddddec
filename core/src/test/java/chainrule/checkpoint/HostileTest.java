package chainrule.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chainrule.BadInput;
import chainrule.Golden;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each way in which a file can lie, one by one. */
class HostileTest {
    private static final byte[] NONE = {};

    @TempDir
    private Path folder;

    private void refused(String name, byte[] content, String... words) {
        Path file = write(name, content);
        assertThatThrownBy(() -> {
                    try (TensorFile opened = TensorFile.open(file)) {
                        throw new AssertionError(name + " was opened: " + opened.entries());
                    }
                })
                .isInstanceOf(BadInput.class)
                .hasMessageStartingWith(file.toString())
                .hasMessageContainingAll(words)
                .hasMessageMatching("[^\\n\\p{Cntrl}]{10,700}");
    }

    private Path write(String name, byte[] content) {
        try {
            return Files.write(folder.resolve(name), content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] safetensors(long length, String header, int data) {
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(8 + json.length + data)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(length)
                .put(json)
                .array();
    }

    private void refusedHeader(String header, int data, String... words) {
        refused("x.safetensors", safetensors(header.length(), header, data), words);
    }

    @ParameterizedTest
    @ValueSource(longs = {3, 100, 1L << 31, Long.MAX_VALUE, -1, Long.MIN_VALUE})
    void aSafetensorsHeaderLongerThanItsFile(long length) {
        refused("x.safetensors", safetensors(length, "{}", 0), "a header of " + Long.toUnsignedString(length));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}|overlap
            {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}|overlap
            {"a":{"dtype":"F16","shape":[1],"data_offsets":[0,2]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}|2 bytes of data belong to no tensor
            {"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}|4 bytes of data belong to no tensor
            {"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}|4 bytes of data belong to no tensor
            {"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}|truncated
            {"a":{"dtype":"F32","shape":[4294967296,4294967296,4],"data_offsets":[0,0]}}|impossible
            {"a":{"dtype":"F32","shape":[4611686018427387904],"data_offsets":[0,0]}}|impossible
            {"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}|takes 12 bytes
            {"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}|takes 8 bytes
            {"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}|contains -2
            {"a":{"dtype":"F32","shape":[18446744073709551616],"data_offsets":[0,8]}}|contains 18446744073709551616
            {"a":{"dtype":"F32","shape":[2.0],"data_offsets":[0,8]}}|whole numbers
            {"a":{"dtype":"F32","shape":["2"],"data_offsets":[0,8]}}|whole numbers
            {"a":{"dtype":"F32","shape":2,"data_offsets":[0,8]}}|a list
            {"a":{"dtype":"F32","shape":[2],"data_offsets":[0]}}|two data_offsets
            {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8,8]}}|at most 2
            {"a":{"dtype":"F31","shape":[2],"data_offsets":[0,8]}}|'F31'
            {"a":{"dtype":"Q8_0","shape":[32],"data_offsets":[0,34]}}|'Q8_0'
            {"a":{"dtype":7,"shape":[2],"data_offsets":[0,8]}}|a dtype
            {"a":{"shape":[2],"data_offsets":[0,8]}}|needs a dtype
            {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"more":1}}|unknown field 'more'
            {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}|uplicate
            {"../a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}|no name
            {"":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}|no name
            {"a\\u0007":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}|no name
            {"__metadata__":{"format":1},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}|metadata format
            {"__metadata__":"pt","a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}|metadata
            {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}{}|follows
            []|an object
            {"a":|header
            nonsense|no valid JSON
            """)
    void aSafetensorsHeaderThatLies(String header, String word) {
        refusedHeader(header, 8, word);
    }

    @Test
    void aShapeOfTooManyDimensionsAndANameOfTooManyLetters() {
        String ones = String.join(",", Collections.nCopies(65, "1"));
        refusedHeader("{\"a\":{\"dtype\":\"F32\",\"shape\":[" + ones + "],\"data_offsets\":[0,4]}}", 4, "at most 64");
        refusedHeader(
                "{\"" + "a".repeat(2000) + "\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}",
                4,
                "no name");
    }

    @Test
    void safetensorsCutAnywhereInTheHeaderOrTheData() throws IOException {
        byte[] whole = Files.readAllBytes(Golden.path("models/llama_bf16/model.safetensors"));
        int header =
                8 + (int) ByteBuffer.wrap(whole).order(ByteOrder.LITTLE_ENDIAN).getLong();
        for (int length = 0; length < header; length++) {
            refused("cut.safetensors", Arrays.copyOf(whole, length), "");
        }
        for (int length = header; length < whole.length; length += 997) {
            refused("cut.safetensors", Arrays.copyOf(whole, length), "truncated");
        }
    }

    @Test
    void ggufCutAnywhere() throws IOException {
        byte[] whole = Files.readAllBytes(Golden.path("gguf/types.gguf"));
        for (int length = 0; length < whole.length - 32; length += length < 2100 ? 1 : 97) {
            refused("cut.gguf", Arrays.copyOf(whole, length), "");
        }
    }

    @Test
    void ggufOfAnotherKind() {
        refused("x.gguf", "GGML and more bytes than that".getBytes(StandardCharsets.US_ASCII), "no GGUF file");
        refused("x.gguf", new GgufFile().bytes(1, 0, 0), "version 1");
        refused("x.gguf", new GgufFile().bytes(4, 0, 0), "version 4");
        refused("x.gguf", new GgufFile().bytes(3 << 24, 0, 0), "big-endian");
    }

    @ParameterizedTest
    @ValueSource(longs = {2, 1L << 31, 1L << 60, Long.MAX_VALUE, -1})
    void ggufThatAnnouncesMoreThanItHolds(long count) {
        refused("x.gguf", new GgufFile().put("a", 1).bytes(3, 0, count), "");
        refused("x.gguf", new GgufFile().claim("t", 0, 0, 0).bytes(3, count, 0), "");
    }

    @Test
    void ggufTensorsThatLie() {
        GgufFile file = new GgufFile().tensor("a", new float[8], 8);
        refused(
                "x.gguf",
                new GgufFile().tensor("a", new float[8], 8).claim("b", 0, 16, 4).bytes(),
                "tensor b",
                "overlap");
        refused(
                "x.gguf",
                new GgufFile().tensor("a", new float[8], 8).claim("a", 0, 32, 0).bytes(),
                "tensor a occurs twice");
        refused("x.gguf", new GgufFile().claim("b", 0, 0, 9).bytes(), "truncated");
        refused("x.gguf", new GgufFile().claim("b", 0, -32, 0).bytes(), "begin at -32");
        refused("x.gguf", new GgufFile().claim("b", 0, Long.MAX_VALUE - 31, 16).bytes(), "outside");
        refused("x.gguf", new GgufFile().claim("b", 0, 0, 1L << 32, 1L << 32).bytes(), "impossible");
        refused("x.gguf", new GgufFile().claim("b", 8, 0, 1L << 58, 32).bytes(), "impossible");
        refused("x.gguf", new GgufFile().claim("b", 0, 0, -4).bytes(), "impossible");
        refused("x.gguf", new GgufFile().claim("b", 8, 0, 2, 31).bytes(), "impossible for Q8_0");
        refused("x.gguf", new GgufFile().claim("b", 8, 0).bytes(), "impossible for Q8_0");
        refused("x.gguf", new GgufFile().claim("b", 99, 0, 1).bytes(), "type 99");
        refused("x.gguf", new GgufFile().claim("b", 4294967295L, 0, 1).bytes(), "type 4294967295");
        refused(
                "x.gguf",
                new GgufFile().claim("b", 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1).bytes(),
                "9 dimensions");
        refused("x.gguf", new GgufFile().claim("../b", 0, 0, 0).bytes(), "no name");
        refused("x.gguf", file.put("general.alignment", 3).bytes(), "general.alignment is 3");
        refused("x.gguf", new GgufFile().put("general.alignment", 0).bytes(), "general.alignment is 0");
        refused("x.gguf", new GgufFile().put("general.alignment", "x").bytes(), "general.alignment is x");
    }

    @Test
    void ggufMetadataThatLie() {
        refused("x.gguf", new GgufFile().put("a", 1).put("a", 2).bytes(), "metadata 'a'", "occurs twice");
        Object deep = 1;
        for (int i = 0; i < 10; i++) {
            deep = List.of(deep);
        }
        refused("x.gguf", new GgufFile().put("a", deep).bytes(), "nested more than 8 deep");
        byte[] badText = new GgufFile().put("a", "xxxxx").bytes();
        badText[indexOf(badText, (byte) 'x')] = (byte) 0xFF;
        refused("x.gguf", badText, "no UTF-8");
        byte[] badType = new GgufFile().put("key", true).bytes();
        badType[indexOf(badType, (byte) 'y') + 1] = 13;
        refused("x.gguf", badType, "unknown type 13");
    }

    @Test
    void ggufOfMoreValuesThanAnyVocabulary() {
        int count = (1 << 23) + 1;
        byte[] start = new GgufFile().put("key", List.of(true)).bytes();
        int at = indexOf(start, (byte) 'y') + 9;
        byte[] file = Arrays.copyOf(start, at + 8 + count);
        ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).putLong(at, count);
        refused("x.gguf", file, "more than 8388608 values");
    }

    private static int indexOf(byte[] bytes, byte value) {
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] == value) {
                return i;
            }
        }
        throw new AssertionError("no such byte");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../x.safetensors",
                "/etc/x.safetensors",
                "a/../../x.safetensors",
                "..",
                "",
                "x.bin",
                "C:\\x.safetensors",
                "a/b.safetensors",
                ".x.safetensors"
            })
    void anIndexThatLeadsOutOfItsFolder(String shard) {
        String index = "{\"weight_map\":{\"a\":\"" + shard.replace("\\", "\\\\") + "\"}}";
        refused(
                "x.safetensors.index.json",
                index.getBytes(StandardCharsets.UTF_8),
                "no safetensors file of this folder");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {}|weight_map
            []|object
            {"weight_map":[]}|weight_map
            {"weight_map":{}}|weight_map
            {"weight_map":{"a":1}}|no text
            {"weight_map":{"a":"missing.safetensors"}}|missing.safetensors is missing
            {"weight_map":{"b":"there.safetensors"}}|tensor b is not in there.safetensors
            {"weight_map":{"a":"there.safetensors","a":"there.safetensors"}}|uplicate
            """)
    void anIndexThatLies(String index, String word) {
        String header = "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}";
        write("there.safetensors", safetensors(header.length(), header, 8));
        refused("x.safetensors.index.json", index.getBytes(StandardCharsets.UTF_8), word);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"model_type":"llama","hidden_size":"64"}|hidden_size
            {"model_type":"llama","hidden_size":-1}|hidden_size is -1
            {"model_type":"llama","num_hidden_layers":1e3}|num_hidden_layers
            {"model_type":"llama","num_hidden_layers":99999999999999999999}|num_hidden_layers
            {"model_type":"llama","vocab_size":[1]}|vocab_size is a list
            {"model_type":"llama","rms_norm_eps":1e999}|rms_norm_eps
            {"model_type":"llama","tie_word_embeddings":1}|tie_word_embeddings
            {"model_type":"llama","rope_scaling":3}|rope_scaling
            {"model_type":3}|model_type
            {"hidden_size":64}|model_type
            {"model_type":"llama"} {}|no valid JSON
            {"model_type":"llama","model_type":"gpt2"}|no valid JSON
            {"model_type":NaN}|no valid JSON
            [1]|object
            ``|empty
            """)
    void aConfigurationThatLies(String config, String word) {
        Path file = write("config.json", config.getBytes(StandardCharsets.UTF_8));
        assertThatThrownBy(() -> Checkpoint.open(folder).config())
                .isInstanceOf(BadInput.class)
                .hasMessageStartingWith(file.toString())
                .hasMessageContaining(word);
    }

    @Test
    void configurationsTooDeepTooLargeOrNotInUtf8() {
        assertConfig("[".repeat(100_000).getBytes(StandardCharsets.UTF_8), "no valid JSON");
        assertConfig(new byte[(16 << 20) + 1], "more than such a file can need");
        assertConfig(new byte[] {'"', (byte) 0xFF, '"'}, "not UTF-8");
    }

    private void assertConfig(byte[] content, String word) {
        write("config.json", content);
        assertThatThrownBy(() -> Checkpoint.open(folder).config())
                .isInstanceOf(BadInput.class)
                .hasMessageContaining(word);
    }

    @Test
    void whatIsNoModelIsSaidToBeNone() throws IOException {
        assertThatThrownBy(() -> Checkpoint.open(folder.resolve("nowhere")))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("no such file");
        assertThatThrownBy(() -> Checkpoint.open(folder))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("no model in this folder");
        Path text = write("notes.txt", NONE);
        assertThatThrownBy(() -> Checkpoint.open(text))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("a .safetensors file or a .gguf file");
        Files.createDirectory(folder.resolve("d.safetensors"));
        assertThatThrownBy(() -> TensorFile.open(folder.resolve("d.safetensors")))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("is a folder");
        write("a.gguf", NONE);
        write("b.gguf", NONE);
        assertThatThrownBy(() -> Checkpoint.open(folder))
                .isInstanceOf(BadInput.class)
                .hasMessageContainingAll("several", "a.gguf", "b.gguf");
        assertThat(Quote.of("a\u001b[31mb\u202e")).isEqualTo("a\\u001b[31mb\\u202e");
    }
}
