package chainrule.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import chainrule.BadInput;
import chainrule.Golden;
import chainrule.tensor.Scope;
import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Damaged files are read like whole ones or refused by one sentence, and never cost much memory. */
class FuzzTest {
    /** Many times what the files here need, and far from what their damaged lengths announce. */
    private static final long MOST_HEAP = 32L << 20;

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @TempDir
    private Path folder;

    enum Format {
        SAFETENSORS("model.safetensors"),
        GGUF("model.gguf"),
        CONFIG("config.json"),
        INDEX("model.safetensors.index.json"),
        MODEL("model.gguf"),
        TOKENIZER("tokenizer_config.json");

        private final String file;

        Format(String file) {
            this.file = file;
        }

        List<byte[]> originals() throws IOException {
            List<byte[]> all = new ArrayList<>();
            switch (this) {
                case MODEL -> {
                    for (String name : List.of("llama3", "gpt2", "gpt_neox")) {
                        GgufFile file = Conversion.of(Checkpoint.open(Golden.path("models/" + name)));
                        file.put("tokenizer.ggml.tokens", List.of("a", "b", "c"))
                                .put("tokenizer.ggml.eos_token_id", 2)
                                .put("tokenizer.chat_template", "x");
                        all.add(file.bytes());
                    }
                }
                case TOKENIZER ->
                    all.add(
                            "{\"bos_token\":\"<s>\",\"eos_token\":{\"content\":\"</s>\"},\"chat_template\":[{\"name\":\"default\",\"template\":\"x\"}]}"
                                    .getBytes(StandardCharsets.UTF_8));
                default -> {
                    for (Path file : files()) {
                        all.add(Files.readAllBytes(file));
                    }
                }
            }
            return all;
        }

        private List<Path> files() throws IOException {
            return switch (this) {
                case SAFETENSORS ->
                    List.of(
                            Golden.path("models/llama_bf16/model.safetensors"),
                            Golden.path("gguf/dequantised.safetensors"));
                case GGUF -> List.of(Golden.path("gguf/types.gguf"), Golden.path("gguf/nested.gguf"));
                case CONFIG -> {
                    try (Stream<Path> files = Files.walk(Golden.path("models"))) {
                        yield files.filter(f -> f.getFileName().toString().matches("config(_v4)?.json"))
                                .sorted()
                                .toList();
                    }
                }
                case INDEX -> List.of(Golden.path("models/llama_sharded/model.safetensors.index.json"));
                case MODEL, TOKENIZER -> List.of();
            };
        }

        byte[] damaged(byte[] original, Mutation mutation) {
            return switch (this) {
                case SAFETENSORS -> damagedSafetensors(original, mutation);
                case GGUF -> mutation.bytes(original, Math.min(original.length, 2048));
                case MODEL -> mutation.bytes(original, Math.min(original.length, 3500));
                case CONFIG, INDEX, TOKENIZER -> mutation.json(original);
            };
        }

        /** Damage to the bytes, or to the header's JSON under a length that fits it. */
        private static byte[] damagedSafetensors(byte[] original, Mutation mutation) {
            int length = (int)
                    ByteBuffer.wrap(original).order(ByteOrder.LITTLE_ENDIAN).getLong();
            if (mutation.random().nextInt(2) == 0) {
                return mutation.bytes(original, 8 + length);
            }
            byte[] json = mutation.json(Arrays.copyOfRange(original, 8, 8 + length));
            ByteBuffer file =
                    ByteBuffer.allocate(original.length - length + json.length).order(ByteOrder.LITTLE_ENDIAN);
            return file.putLong(json.length)
                    .put(json)
                    .put(original, 8 + length, original.length - 8 - length)
                    .array();
        }

        void read(Path file) {
            switch (this) {
                case SAFETENSORS, GGUF, INDEX -> readAll(TensorFile.open(file));
                case CONFIG -> Checkpoint.open(file.resolveSibling("")).config();
                case MODEL -> {
                    Checkpoint model = Checkpoint.open(file);
                    model.generationConfig();
                    model.tokenizerConfig();
                    model.chatTemplate();
                    readAll(model.openWeights());
                }
                case TOKENIZER -> {
                    Checkpoint model =
                            new HuggingFaceFolder(file.resolveSibling(""), file.resolveSibling(""), Optional.empty());
                    model.specialToken("bos_token");
                    model.chatTemplates();
                }
            }
        }
    }

    private static void readAll(TensorFile file) {
        try (file) {
            for (Entry entry : file.entries()) {
                try (var _ = new Scope()) {
                    assertThat(file.read(entry.name()).numel()).isEqualTo(entry.elements());
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void twoThousandDamagedFilesOfEachFormat(Format format) throws IOException {
        fuzz(format, 1, 2_000);
    }

    @ParameterizedTest
    @EnumSource
    @Tag("slow")
    void twentyThousandDamagedFilesOfEachFormat(Format format) throws IOException {
        fuzz(format, 2, 20_000);
    }

    private void fuzz(Format format, long seed, int count) throws IOException {
        for (int shard = 1; shard <= 3; shard++) {
            String name = "model-0000" + shard + "-of-00003.safetensors";
            Files.copy(Golden.path("models/llama_sharded/" + name), folder.resolve(name));
        }
        Path file = folder.resolve(format.file);
        List<byte[]> originals = format.originals();
        int refused = 0;
        for (int i = 0; i < count; i++) {
            Mutation mutation = Mutation.of(seed * 1_000_003 + i);
            Files.write(file, format.damaged(originals.get(i % originals.size()), mutation));
            long before = THREADS.getCurrentThreadAllocatedBytes();
            try {
                format.read(file);
            } catch (BadInput e) {
                refused++;
                assertThat(e.getMessage())
                        .as("mutation " + i)
                        .contains(folder.toString())
                        .hasSizeLessThan(900)
                        .doesNotContain("\n");
            } catch (RuntimeException | Error e) {
                throw new AssertionError("mutation " + i + " of " + format + ": " + e, e);
            }
            assertThat(THREADS.getCurrentThreadAllocatedBytes() - before)
                    .as("heap for mutation " + i)
                    .isLessThan(MOST_HEAP);
        }
        assertThat(refused).as("refused files").isBetween(count / 10, count - 1);
    }
}
