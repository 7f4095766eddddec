package chainrule.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import chainrule.Golden;
import chainrule.tensor.Codes;
import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class GgufTest {
    private static final JsonNode CONTENTS = JsonFile.object(Golden.path("gguf/contents.json"));

    @Test
    void everyTypeDequantisesToTheReferenceBitForBit() {
        try (Gguf file = Gguf.open(Golden.path("gguf/types.gguf"));
                Safetensors reference = Safetensors.open(Golden.path("gguf/dequantised.safetensors"));
                var _ = new Scope()) {
            for (Entry entry : file.entries()) {
                float[] expected = Ops.floats(reference.read(entry.name()));
                Tensor tensor = file.read(entry.name());
                assertThat(tensor.scalar_type().intern())
                        .isEqualTo(
                                entry.dtype().quantised()
                                        ? ScalarType.Float
                                        : entry.dtype().scalar());
                assertThat(bits(Ops.floats(tensor))).as(entry.name()).containsExactly(bits(expected));
            }
        }
    }

    @Test
    void wholeNumbersAndScalesAreTheSameValues() {
        int matrices = 0;
        try (Gguf file = Gguf.open(Golden.path("gguf/types.gguf"));
                var _ = new Scope()) {
            for (Entry entry : file.entries()) {
                Optional<Codes> codes = file.readCodes(entry.name());
                boolean matrix = entry.dtype().quantised() && entry.shape().length == 2;
                assertThat(codes.isPresent()).as(entry.name()).isEqualTo(matrix);
                if (matrix) {
                    // Equal as numbers: a product of a negative scale and 0 may be -0, a sum is not.
                    assertThat(torch.equal(codes.get().floats(), file.read(entry.name())))
                            .as(entry.name())
                            .isTrue();
                    matrices++;
                }
            }
        }
        assertThat(matrices).isGreaterThanOrEqualTo(10);
    }

    private static int[] bits(float[] values) {
        int[] bits = new int[values.length];
        for (int i = 0; i < bits.length; i++) {
            bits[i] = Float.floatToRawIntBits(values[i]);
        }
        return bits;
    }

    @Test
    void namesTypesAndShapesAreThoseOfTheReference() {
        try (Gguf file = Gguf.open(Golden.path("gguf/types.gguf"))) {
            List<String> names = new ArrayList<>();
            CONTENTS.get("tensors").forEachEntry((name, tensor) -> {
                names.add(name);
                Entry entry = file.entry(name);
                assertThat(entry.dtype().name()).isEqualTo(tensor.get("type").stringValue());
                long[] shape = new long[tensor.get("shape").size()];
                for (int d = 0; d < shape.length; d++) {
                    shape[d] = tensor.get("shape").get(d).longValue();
                }
                assertThat(entry.shape()).as(name).containsExactly(shape);
                assertThat(file.bytes(name).byteSize()).isEqualTo(entry.bytes());
            });
            assertThat(file.directory().keySet()).containsExactlyElementsOf(names);
        }
    }

    @Test
    void metadataOfEveryTypeAreReadInOrder() {
        assertMetadata("gguf/types.gguf", CONTENTS.get("metadata"));
    }

    @Test
    void listsOfListsAreRead() {
        assertMetadata("gguf/nested.gguf", JsonFile.object(Golden.path("gguf/nested.json")));
    }

    private static void assertMetadata(String name, JsonNode expected) {
        try (Gguf file = Gguf.open(Golden.path(name))) {
            Map<String, Object> metadata = file.metadata();
            expected.forEachEntry(
                    (key, item) -> assertValue(key, metadata.getOrDefault(key, "missing"), item.get("value")));
            List<String> keys = new ArrayList<>(metadata.keySet());
            keys.retainAll(expected.propertyNames());
            assertThat(keys).containsExactlyElementsOf(expected.propertyNames());
        }
    }

    private static void assertValue(String key, Object actual, JsonNode expected) {
        switch (actual) {
            case List<?> list -> {
                assertThat(list).as(key).hasSize(expected.size());
                for (int i = 0; i < list.size(); i++) {
                    assertValue(key + "[" + i + "]", list.get(i), expected.get(i));
                }
            }
            case String text -> assertThat(text).as(key).isEqualTo(expected.stringValue());
            case Boolean flag -> assertThat(flag).as(key).isEqualTo(expected.booleanValue());
            case Long whole -> assertThat(whole.toString()).as(key).isEqualTo(expected.asString());
            case BigInteger whole -> assertThat(whole.toString()).as(key).isEqualTo(expected.asString());
            case Number number -> assertThat(number.doubleValue()).as(key).isEqualTo(expected.doubleValue());
            default -> throw new AssertionError(key + " is a " + actual.getClass());
        }
    }
}
