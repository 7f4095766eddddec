package chainrule.nn;

import chainrule.BadInput;
import chainrule.tensor.Processor;
import java.util.Arrays;
import java.util.Locale;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** The number type of matrix products. Master weights, norms' sums, softmax and logits are float32 in every one. */
public enum Compute {
    /** 32-bit floating point: for comparison with references. Quantised weights are read as they are: the same numbers. */
    F32,
    /** bfloat16 products; beside quantised weights for prompts only, and float32 for decoded rows. */
    BF16,
    /** 8-bit weights for decoded rows, bfloat16 (float32 where bfloat16 has no instructions) for prompts. */
    INT8;

    /** What suits decoding on this processor. */
    public static Compute forDecoding() {
        return INT8;
    }

    /** What suits training on this processor. */
    public static Compute forTraining() {
        return Processor.bf16() ? BF16 : F32;
    }

    /** The number type of libtorch's products: bfloat16 beside 8-bit weights where the processor has instructions for it. */
    public ScalarType tensorType() {
        return switch (this) {
            case F32 -> ScalarType.Float;
            case BF16 -> ScalarType.BFloat16;
            case INT8 -> Processor.bf16() ? ScalarType.BFloat16 : ScalarType.Float;
        };
    }

    /** @throws BadInput for a word that is none of {@code f32}, {@code bf16}, {@code int8} */
    public static Compute parse(String word) {
        return Arrays.stream(values())
                .filter(c -> c.toString().equals(word))
                .findFirst()
                .orElseThrow(() -> new BadInput("No compute type '" + word + "': there are f32, bf16 and int8."));
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
