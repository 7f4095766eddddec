package chainrule.kernel;

import static chainrule.kernel.Samples.near;
import static chainrule.kernel.Samples.normal;
import static org.assertj.core.api.Assertions.assertThat;

import chainrule.nn.Compute;
import chainrule.tensor.Codes;
import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class ProductTest {
    /** The product of the rows in {@code x}, as Java arrays. */
    private static float[][] apply(Product product, float[]... x) {
        try (Rows in = new Rows(product.inputs());
                Rows out = new Rows(product.outputs())) {
            in.reserve(x.length);
            out.reserve(x.length);
            for (int i = 0; i < x.length; i++) {
                MemorySegment.copy(x[i], 0, in.memory(), ValueLayout.JAVA_FLOAT, in.at(i), x[i].length);
            }
            product.apply(in, x.length, out);
            float[][] y = new float[x.length][product.outputs()];
            for (int i = 0; i < x.length; i++) {
                for (int j = 0; j < y[i].length; j++) {
                    y[i][j] = out.get(i, j);
                }
            }
            return y;
        }
    }

    /** The forms of 8-bit code that this machine runs. */
    static Stream<MicroKernel> kernels() {
        return Arrays.stream(MicroKernel.values()).filter(kernel -> kernel.compareTo(best()) <= 0);
    }

    private static MicroKernel best() {
        return MicroKernel.here().orElseThrow();
    }

    static Stream<Arguments> shapes() {
        int[][] shapes = {{96, 48}, {101, 77}, {576, 576}, {40, 1536}};
        return kernels().flatMap(k -> Arrays.stream(shapes).map(shape -> Arguments.of(k, shape[0], shape[1])));
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void eightBitsKeepMostOfAnActivation(MicroKernel kernel, int outputs, int inputs) {
        float[] weight = normal(outputs * inputs, 1);
        float[] bias = normal(outputs, 2);
        float[][] x = new float[5][];
        for (int i = 0; i < x.length; i++) {
            x[i] = normal(inputs, 10 + i);
            x[i][i] *= 30;
        }
        try (var _ = new Scope();
                Product product = Int8Product.pack(
                        List.of(Ops.tensor(weight, outputs, inputs)), Ops.tensor(bias, outputs), kernel)) {
            float[][] found = apply(product, x);
            // The twin: the same 8-bit weights, float activations.
            float[] rounded = rounded(weight, outputs, inputs);
            for (int r = 0; r < x.length; r++) {
                double norm = Math.sqrt(inputs) * 30;
                for (int o = 0; o < outputs; o++) {
                    double expected = bias[o];
                    for (int i = 0; i < inputs; i++) {
                        expected += (double) rounded[o * inputs + i] * x[r][i];
                    }
                    assertThat((double) found[r][o])
                            .isCloseTo(
                                    expected,
                                    org.assertj.core.data.Offset.offset(norm / kernel.range() / kernel.range()));
                }
            }
        }
    }

    /** Each input's weights by its largest share of an output's largest weight, in 127 steps of what is then largest. */
    private static float[] rounded(float[] weight, int outputs, int inputs) {
        float[] share = new float[inputs];
        for (int o = 0; o < outputs; o++) {
            float most = largest(weight, o, inputs, new float[0]);
            for (int i = 0; i < inputs; i++) {
                share[i] = Math.max(share[i], Math.abs(weight[o * inputs + i]) / most);
            }
        }
        float[] rounded = new float[weight.length];
        for (int o = 0; o < outputs; o++) {
            float step = largest(weight, o, inputs, share) / 127;
            for (int i = 0; i < inputs; i++) {
                int at = o * inputs + i;
                rounded[at] = (float) Math.rint(weight[at] / share[i] / step) * step * share[i];
            }
        }
        return rounded;
    }

    private static float largest(float[] weight, int output, int inputs, float[] share) {
        float most = 0;
        for (int i = 0; i < inputs; i++) {
            float divisor = share.length == 0 ? 1 : share[i];
            most = Math.max(most, Math.abs(weight[output * inputs + i]) / divisor);
        }
        return most;
    }

    @Test
    void anOutputKeepsItsSmallWeightsBesideAnInputOfLargeOnes() {
        int inputs = 64;
        float[] weight = normal(32 * inputs, 7);
        float[] x = normal(inputs, 8);
        for (int o = 0; o < 32; o++) {
            weight[o * inputs] = 1000;
        }
        x[0] = 0.001f;
        try (var _ = new Scope();
                Product product = Int8Product.pack(List.of(Ops.tensor(weight, 32, inputs)), null, best())) {
            float[] found = apply(product, x)[0];
            for (int o = 0; o < 32; o++) {
                double expected = 0;
                for (int i = 0; i < inputs; i++) {
                    expected += (double) weight[o * inputs + i] * x[i];
                }
                assertThat((double) found[o]).isCloseTo(expected, org.assertj.core.data.Offset.offset(0.3));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "48,48,Float",
        "48,88,Float",
        "40,100,Float",
        "576,576,Float",
        "96,50,Float",
        "48,48,BFloat16",
        "960,576,BFloat16"
    })
    void aRowsBitsDependOnThatRowAlone(int outputs, int inputs, ScalarType type) {
        rowsBitsDependOnThatRowAlone(outputs, inputs, w -> PanelProduct.of(List.of(w), null, type));
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void aRowsBitsDependOnThatRowAlone(MicroKernel kernel, int outputs, int inputs) {
        rowsBitsDependOnThatRowAlone(outputs, inputs, w -> Int8Product.pack(List.of(w), null, kernel));
    }

    @ParameterizedTest
    @CsvSource({"48,48", "50,77", "960,576", "33,1", "576,1536"})
    void aRowsBitsDependOnThatRowAloneInBfloat16(int outputs, int inputs) {
        rowsBitsDependOnThatRowAlone(outputs, inputs, w -> pack(List.of(w), null, Compute.BF16));
    }

    @ParameterizedTest
    @CsvSource({"48,48", "50,77", "960,576"})
    void bfloat16ProductsAgreeWithLibtorch(int outputs, int inputs) {
        try (var _ = new Scope()) {
            Tensor x = inBfloat16(normal(150 * inputs, 10), 150, inputs);
            Tensor w = inBfloat16(normal(outputs * inputs, 3), outputs, inputs);
            Tensor b = Ops.tensor(normal(outputs, 4), outputs);
            try (Product product = pack(List.of(w), b, Compute.BF16)) {
                float[][] rows = new float[150][];
                Arrays.setAll(rows, i -> Ops.floats(x.select(0, i)));
                float[][] found = apply(product, rows);
                Tensor expected = Ops.linear(x, w, b);
                for (int i = 0; i < rows.length; i++) {
                    near(found[i], Ops.floats(expected.select(0, i)), 3e-5f);
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"4,32,48,64", "4,32,50,288", "4,16,130,560", "8,32,48,64", "8,16,77,304", "8,32,200,1536"})
    void wholeNumbersGiveTheBitsOfTheirFloats(int bits, int group, int outputs, int inputs) {
        try (var _ = new Scope()) {
            Codes codes = Samples.codes(bits, group, outputs, inputs, 5);
            Tensor bias = Ops.tensor(normal(outputs, 4), outputs);
            float[][] x = new float[20][];
            Arrays.setAll(x, i -> normal(inputs, 20 + i));
            try (Product whole = PanelProduct.of(List.of(codes), bias);
                    Product floats = PanelProduct.of(List.of(codes.floats()), bias, ScalarType.Float)) {
                for (int n : new int[] {1, 2, 3, 20}) {
                    float[][] some = Arrays.copyOf(x, n);
                    assertThat(apply(whole, some)).isDeepEqualTo(apply(floats, some));
                }
            }
        }
    }

    @Test
    void wholeNumbersOfDifferentFormsAreOneProduct() {
        try (var _ = new Scope()) {
            List<Codes> parts = List.of(
                    Samples.codes(4, 32, 30, 96, 5), Samples.codes(8, 16, 20, 96, 6), Samples.codes(4, 16, 40, 96, 7));
            float[][] x = {normal(96, 4), normal(96, 5), normal(96, 6)};
            try (Product whole = PanelProduct.of(parts, null);
                    Product floats =
                            PanelProduct.of(parts.stream().map(Codes::floats).toList(), null, ScalarType.Float)) {
                assertThat(whole.outputs()).isEqualTo(90);
                assertThat(apply(whole, x)).isDeepEqualTo(apply(floats, x));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"4,32,48,64", "4,16,130,560", "8,32,48,64", "8,16,77,304"})
    void wholeNumbersGiveTheBitsOfTheirFloatsInBfloat16(int bits, int group, int outputs, int inputs) {
        try (var _ = new Scope()) {
            Codes codes = Samples.codes(bits, group, outputs, inputs, 5);
            Tensor bias = Ops.tensor(normal(outputs, 4), outputs);
            float[][] x = new float[150][];
            Arrays.setAll(x, i -> normal(inputs, 20 + i));
            try (PanelProduct whole = PanelProduct.of(List.of(codes), bias);
                    Product floats = pack(List.of(codes.floats()), bias, Compute.BF16)) {
                Optional<Product> rounded = whole.inBfloat16();
                assertThat(rounded.isPresent()).isEqualTo(Bf16Product.here());
                if (rounded.isPresent()) {
                    try (Product prompts = rounded.get()) {
                        assertThat(apply(prompts, x)).isDeepEqualTo(apply(floats, x));
                    }
                }
            }
        }
    }

    private static Tensor inBfloat16(float[] x, long... shape) {
        return Ops.tensor(x, shape).to(ScalarType.BFloat16).to(ScalarType.Float);
    }

    private static void rowsBitsDependOnThatRowAlone(int outputs, int inputs, Function<Tensor, Product> pack) {
        try (var _ = new Scope();
                Product product = pack.apply(Ops.tensor(normal(outputs * inputs, 3), outputs, inputs))) {
            float[][] x = new float[40][];
            for (int i = 0; i < x.length; i++) {
                x[i] = normal(inputs, 100 + i);
                x[i][0] *= i * i;
            }
            float[][] all = apply(product, x);
            for (int n : new int[] {1, 2, 3, 5, 16, 33}) {
                float[][] some = apply(product, Arrays.copyOfRange(x, 7, Math.min(40, 7 + n)));
                for (int i = 0; i < some.length; i++) {
                    assertThat(some[i]).as(n + " rows").containsExactly(all[7 + i]);
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"INT8", "BF16", "F32"})
    void weightsInARowAreOneProduct(Compute compute) {
        float[] weight = normal(90 * 48, 3);
        float[][] x = {normal(48, 4), normal(48, 5)};
        try (var _ = new Scope()) {
            Tensor w = Ops.tensor(weight, 90, 48);
            List<Tensor> parts = List.of(Ops.slice(w, 0, 0, 50), Ops.slice(w, 0, 50, 57), Ops.slice(w, 0, 57, 90));
            try (Product whole = pack(List.of(w), null, compute);
                    Product joined = pack(parts, null, compute)) {
                assertThat(joined.outputs()).isEqualTo(90);
                assertThat(apply(joined, x)).isDeepEqualTo(apply(whole, x));
            }
        }
    }

    /** What this machine computes it with. */
    private static Product pack(List<Tensor> weights, @Nullable Tensor bias, Compute compute) {
        return switch (compute) {
            case INT8 -> Int8Product.pack(weights, bias, best());
            case BF16 ->
                Bf16Product.here()
                        ? Bf16Product.of(weights, bias)
                        : PanelProduct.of(weights, bias, ScalarType.BFloat16);
            case F32 -> PanelProduct.of(weights, bias, ScalarType.Float);
        };
    }

    @Test
    void aRowOfZerosGivesTheBias() {
        try (var _ = new Scope();
                Product product = Int8Product.pack(
                        List.of(Ops.tensor(normal(12, 1), 3, 4)), Ops.tensor(new float[] {1, 2, 3}, 3), best())) {
            assertThat(apply(product, new float[4])[0]).containsExactly(1, 2, 3);
        }
    }
}
