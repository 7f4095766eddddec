package chainrule.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chainrule.BadInput;
import chainrule.Golden;
import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SafetensorsTest {
    @TempDir
    private Path folder;

    static List<Path> goldenFiles() throws IOException {
        try (Stream<Path> files = Files.walk(Golden.path("models"))) {
            return files.filter(f -> f.toString().endsWith(".safetensors"))
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("goldenFiles")
    void whatIsReadAndWrittenAgainIsTheSameFileByteForByte(Path golden) throws IOException {
        Path copy = folder.resolve("copy.safetensors");
        try (Safetensors file = Safetensors.open(golden);
                var _ = new Scope()) {
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            for (Entry entry : file.entries()) {
                tensors.put(entry.name(), file.read(entry.name()));
            }
            assertThat(tensors).isNotEmpty();
            Safetensors.write(copy, tensors, file.metadata());
        }
        assertThat(copy).hasSameBinaryContentAs(golden);
    }

    @Test
    void tensorsKeepTheTypeAndShapeOfTheFile() {
        try (Safetensors file = Safetensors.open(Golden.path("models/llama_bf16/model.safetensors"));
                var _ = new Scope()) {
            Entry entry = file.entries().getFirst();
            Tensor tensor = file.read(entry.name());
            assertThat(tensor.scalar_type().intern()).isEqualTo(ScalarType.BFloat16);
            assertThat(tensor.sizes().vec().get()).containsExactly(entry.shape());
            float[] values = new float[(int) entry.elements()];
            file.readFloats(entry.name(), MemorySegment.ofArray(values));
            assertThat(values).containsExactly(Ops.floats(tensor));
        }
    }

    @Test
    void aTensorOutlivesItsFile() {
        try (var _ = new Scope()) {
            Tensor ids;
            try (Safetensors file = Safetensors.open(Golden.path("models/llama/reference.safetensors"))) {
                ids = file.read("ids");
            }
            assertThat(ids.scalar_type().intern()).isEqualTo(ScalarType.Long);
            assertThat(java.util.Arrays.stream(Ops.longs(ids)).max().orElseThrow())
                    .isBetween(1L, 1L << 20);
        }
    }

    @Test
    void shardsReadAsTheWhole() {
        Path sharded = Golden.path("models/llama_sharded/model.safetensors.index.json");
        try (TensorFile shards = TensorFile.open(sharded);
                TensorFile whole = TensorFile.open(Golden.path("models/llama/model.safetensors"))) {
            assertThat(shards.entries()).hasSameSizeAs(whole.entries());
            for (Entry entry : whole.entries()) {
                assertThat(shards.shape(entry.name())).containsExactly(entry.shape());
                assertThat(shards.bytes(entry.name()).mismatch(whole.bytes(entry.name())))
                        .as(entry.name())
                        .isEqualTo(-1);
            }
        }
    }

    @Test
    void allTypesScalarsAndEmptyTensorsSurvive() throws IOException {
        Path path = folder.resolve("types.safetensors");
        try (var _ = new Scope()) {
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            for (Dtype dtype : Dtype.values()) {
                if (!dtype.quantised()) {
                    tensors.put(
                            "a." + dtype,
                            Ops.zeros(ScalarType.Byte, 3L * dtype.blockBytes()).view(dtype.scalar()));
                }
            }
            tensors.put("scalar", torch.ones().to(ScalarType.Double));
            tensors.put("empty", Ops.zeros(ScalarType.Float, 3, 0));
            tensors.put(
                    "transposed",
                    Ops.tensor(new float[] {1, 2, 3, 4, 5, 6}, 2, 3).t());
            Safetensors.write(path, tensors, Map.of("format", "pt", "note", "\"ä\n"));
            try (Safetensors file = Safetensors.open(path)) {
                assertThat(file.metadata()).containsEntry("note", "\"ä\n");
                assertThat(file.shape("scalar")).isEmpty();
                assertThat(file.read("scalar").item_double()).isEqualTo(1);
                assertThat(file.read("empty").sizes().vec().get()).containsExactly(3, 0);
                assertThat(Ops.floats(file.read("transposed"))).containsExactly(1, 4, 2, 5, 3, 6);
                for (Dtype dtype : Dtype.values()) {
                    if (!dtype.quantised()) {
                        assertThat(file.read("a." + dtype).scalar_type().intern())
                                .isEqualTo(dtype.scalar());
                    }
                }
            }
        }
    }

    @Test
    void aFailedWriteLeavesWhatWasThere() throws IOException {
        Path path = folder.resolve("kept.safetensors");
        Files.writeString(path, "before");
        assertThatThrownBy(() -> AtomicFile.write(path, channel -> {
                    channel.write(java.nio.ByteBuffer.wrap(new byte[] {1, 2, 3}));
                    throw new IOException("No space left on device");
                }))
                .isInstanceOf(IOException.class);
        assertThat(path).hasContent("before");
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).containsExactly(path);
        }
    }

    @Test
    void aTensorOfANameThatNoReaderTakesIsNotWritten() {
        try (var _ = new Scope()) {
            Tensor t = torch.ones(2);
            assertThatThrownBy(() -> Safetensors.write(folder.resolve("x.safetensors"), Map.of("../up", t), Map.of()))
                    .isInstanceOf(BadInput.class)
                    .hasMessageContaining("../up");
        }
        assertThat(folder.resolve("x.safetensors")).doesNotExist();
    }
}
