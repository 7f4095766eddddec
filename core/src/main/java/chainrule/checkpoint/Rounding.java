package chainrule.checkpoint;

import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Numbers in the types that a file is written in. Single numbers go to the nearest, to the even one of two. A block of 32
 * in Q8_0 has the scale s = max|x| / 127, kept in float16, and the whole numbers x / s rounded in float32, halves away from
 * zero, before s itself is rounded: the bits of ggml's {@code quantize_row_q8_0} and of its Python form.
 */
public final class Rounding {
    private static final int BLOCK = 32;
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
    private static final ValueLayout.OfShort HALF = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private Rounding() {}

    /**
     * A tensor's bytes in a file, in memory of the open scope.
     *
     * @param dtype F32, F16, BF16, or Q8_0 where rows are whole blocks
     */
    static MemorySegment bytes(Tensor tensor, Dtype dtype) {
        Tensor values = tensor.detach().cpu();
        if (!dtype.quantised()) {
            return Ops.segment(values.to(dtype.scalar()).contiguous());
        }
        if (dtype != Dtype.Q8_0) {
            throw new IllegalArgumentException("numbers are not written as " + dtype);
        }
        MemorySegment floats = Ops.segment(values.to(ScalarType.Float).contiguous());
        long blocks = values.numel() / BLOCK;
        MemorySegment bytes = Ops.segment(Ops.empty(ScalarType.Byte, blocks * dtype.blockBytes()));
        for (long b = 0; b < blocks; b++) {
            block(floats, b * BLOCK * Float.BYTES, bytes, b * dtype.blockBytes());
        }
        return bytes;
    }

    /** What is read of a tensor that was written in a type: float32, in the open scope. */
    public static Tensor of(Tensor tensor, Dtype dtype) {
        try (var scope = new Scope()) {
            if (!dtype.quantised()) {
                return scope.keep(tensor.detach().to(dtype.scalar()).to(ScalarType.Float));
            }
            MemorySegment bytes = bytes(tensor, dtype);
            Tensor read = Ops.empty(ScalarType.Float, tensor.sizes().vec().get());
            Dequantise.all(dtype, Dequantise.of(dtype).orElseThrow(), bytes, Ops.segment(read));
            return scope.keep(read);
        }
    }

    private static void block(MemorySegment in, long from, MemorySegment out, long to) {
        float largest = 0;
        for (int i = 0; i < BLOCK; i++) {
            largest = Math.max(largest, Math.abs(in.get(FLOAT, from + i * 4L)));
        }
        float scale = largest / 127;
        float inverse = scale == 0 ? 0 : 1 / scale;
        out.set(HALF, to, Float.floatToFloat16(scale));
        for (int i = 0; i < BLOCK; i++) {
            float x = in.get(FLOAT, from + i * 4L) * inverse;
            float size = Math.abs(x);
            float whole = (float) Math.floor(size);
            int rounded = (int) (whole + (float) Math.floor(2 * (size - whole)));
            out.set(ValueLayout.JAVA_BYTE, to + 2 + i, (byte) (x < 0 ? -rounded : rounded));
        }
    }
}
