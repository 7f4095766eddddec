package chainrule.checkpoint;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * How a file stores numbers: single values, or blocks of quantised values that share scales. Names are those of the
 * safetensors format and of GGUF; the single ones stand in the order in which safetensors lays tensors out.
 */
public enum Dtype {
    BOOL(1, ScalarType.Bool, -1),
    U8(1, ScalarType.Byte, -1),
    I8(1, ScalarType.Char, 24),
    F8_E5M2(1, ScalarType.Float8_e5m2, -1),
    F8_E4M3(1, ScalarType.Float8_e4m3fn, -1),
    F8_E8M0(1, ScalarType.Float8_e8m0fnu, -1),
    F8_E4M3FNUZ(1, ScalarType.Float8_e4m3fnuz, -1),
    F8_E5M2FNUZ(1, ScalarType.Float8_e5m2fnuz, -1),
    I16(2, ScalarType.Short, 25),
    U16(2, ScalarType.UInt16, -1),
    F16(2, ScalarType.Half, 1),
    BF16(2, ScalarType.BFloat16, 30),
    I32(4, ScalarType.Int, 26),
    U32(4, ScalarType.UInt32, -1),
    F32(4, ScalarType.Float, 0),
    C64(8, ScalarType.ComplexFloat, -1),
    F64(8, ScalarType.Double, 28),
    I64(8, ScalarType.Long, 27),
    U64(8, ScalarType.UInt64, -1),
    Q4_0(32, 18, 2),
    Q4_1(32, 20, 3),
    Q5_0(32, 22, 6),
    Q5_1(32, 24, 7),
    Q8_0(32, 34, 8),
    Q2_K(256, 84, 10),
    Q3_K(256, 110, 11),
    Q4_K(256, 144, 12),
    Q5_K(256, 176, 13),
    Q6_K(256, 210, 14);

    private final int block;
    private final int blockBytes;
    private final ScalarType scalar;
    private final int ggml;

    Dtype(int bytes, ScalarType scalar, int ggml) {
        this.block = 1;
        this.blockBytes = bytes;
        this.scalar = scalar;
        this.ggml = ggml;
    }

    Dtype(int block, int blockBytes, int ggml) {
        this.block = block;
        this.blockBytes = blockBytes;
        this.scalar = ScalarType.Float;
        this.ggml = ggml;
    }

    /** The number of values in a block; 1 where values are stored singly. */
    public int block() {
        return block;
    }

    /** The number of bytes of a block. */
    public int blockBytes() {
        return blockBytes;
    }

    public boolean quantised() {
        return block > 1;
    }

    /** Bytes of a value of a matrix that is decoded with as it is quantised: whole numbers, scales and least values. */
    public double bytesAsCodes() {
        Quantisation form = Quantisation.of(this);
        return (double) form.bits() / Byte.SIZE + 2.0 * Float.BYTES / form.group();
    }

    /** The type of a tensor read from it: float32 where it is quantised. */
    public ScalarType scalar() {
        return scalar;
    }

    static Optional<Dtype> ofSafetensors(String name) {
        return single().filter(d -> d.name().equals(name)).findFirst();
    }

    static Optional<Dtype> of(ScalarType type) {
        return single().filter(d -> d.scalar.value == type.value).findFirst();
    }

    /** Its number in a GGUF file. */
    int ggml() {
        return ggml;
    }

    static Optional<Dtype> ofGguf(long type) {
        return Arrays.stream(values()).filter(d -> d.ggml == type && type >= 0).findFirst();
    }

    private static Stream<Dtype> single() {
        return Arrays.stream(values()).filter(d -> !d.quantised());
    }
}
