package chainrule.checkpoint;

import static java.lang.Float.float16ToFloat;

import chainrule.tensor.Codes;
import chainrule.tensor.Ops;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Optional;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Stored numbers as float32. Results equal gguf-py's {@code dequantize} bit for bit: float32 products and sums in the same
 * order.
 */
final class Dequantise {
    private static final int CHUNK = 1 << 16;
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
    private static final VarHandle SHORT = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private Dequantise() {}

    /** One type's way to read values. */
    @FunctionalInterface
    interface Block {
        /** Reads {@code count} blocks from the start of {@code in} to the start of {@code out}. */
        void read(byte[] in, float[] out, int count);
    }

    /** Sees some blocks. */
    @FunctionalInterface
    private interface Chunk {
        /**
         * @param in begins with them
         * @param first the number of the first
         */
        void see(byte[] in, long first, int count);
    }

    /** The reader of a type; none for types without fractions. */
    static Optional<Block> of(Dtype dtype) {
        if (dtype.quantised()) {
            return Optional.of(quantised(dtype));
        }
        return switch (dtype) {
            case F32 -> Optional.of(Dequantise::f32);
            case F16 -> Optional.of(Dequantise::f16);
            case BF16 -> Optional.of(Dequantise::bf16);
            case F64 -> Optional.of(Dequantise::f64);
            default -> Optional.empty();
        };
    }

    /** Reads all of {@code from} into {@code to}, 4 bytes a value. */
    static void all(Dtype dtype, Block block, MemorySegment from, MemorySegment to) {
        float[] out = new float[most(dtype) * dtype.block()];
        chunks(dtype, from, (in, first, count) -> {
            block.read(in, out, count);
            MemorySegment.copy(out, 0, to, FLOAT, first * dtype.block() * Float.BYTES, count * dtype.block());
        });
    }

    /** The whole numbers and scales of a quantised matrix; they belong to the open scope. */
    static Codes codes(Dtype dtype, long outputs, long inputs, MemorySegment from) {
        Quantisation form = Quantisation.of(dtype);
        int size = dtype.block();
        int groups = size / form.group();
        Codes codes = new Codes(
                form.bits(),
                Ops.empty(ScalarType.Byte, outputs, inputs),
                Ops.empty(ScalarType.Float, outputs, inputs / form.group()),
                Ops.empty(ScalarType.Float, outputs, inputs / form.group()));
        MemorySegment q = Ops.segment(codes.q());
        MemorySegment scale = Ops.segment(codes.scale());
        MemorySegment least = Ops.segment(codes.least());
        int[] whole = new int[size];
        byte[] bytes = new byte[size];
        float[] scales = new float[groups];
        float[] leasts = new float[groups];
        chunks(dtype, from, (in, first, count) -> {
            for (int b = 0; b < count; b++) {
                form.reader().read(in, b * dtype.blockBytes(), whole, scales, leasts);
                for (int i = 0; i < size; i++) {
                    bytes[i] = (byte) whole[i];
                }
                for (int g = 0; g < groups && !form.minimum(); g++) {
                    leasts[g] = -form.zero() * scales[g];
                }
                MemorySegment.copy(bytes, 0, q, ValueLayout.JAVA_BYTE, (first + b) * size, size);
                MemorySegment.copy(scales, 0, scale, FLOAT, (first + b) * groups * Float.BYTES, groups);
                MemorySegment.copy(leasts, 0, least, FLOAT, (first + b) * groups * Float.BYTES, groups);
            }
        });
        return codes;
    }

    private static int most(Dtype dtype) {
        return CHUNK / dtype.blockBytes();
    }

    private static void chunks(Dtype dtype, MemorySegment from, Chunk chunk) {
        byte[] in = new byte[most(dtype) * dtype.blockBytes()];
        long blocks = from.byteSize() / dtype.blockBytes();
        for (long done = 0; done < blocks; done += most(dtype)) {
            int count = (int) Math.min(most(dtype), blocks - done);
            MemorySegment.copy(
                    from, ValueLayout.JAVA_BYTE, done * dtype.blockBytes(), in, 0, count * dtype.blockBytes());
            chunk.see(in, done, count);
        }
    }

    private static Block quantised(Dtype dtype) {
        Quantisation form = Quantisation.of(dtype);
        int[] q = new int[dtype.block()];
        float[] scale = new float[dtype.block() / form.group()];
        float[] least = new float[scale.length];
        return (in, out, count) -> {
            for (int b = 0, to = 0; b < count; b++) {
                form.reader().read(in, b * dtype.blockBytes(), q, scale, least);
                for (int g = 0, i = 0; g < scale.length; g++) {
                    for (int end = i + form.group(); i < end; i++, to++) {
                        float product = scale[g] * (q[i] - form.zero());
                        out[to] = form.minimum() ? product + least[g] : product;
                    }
                }
            }
        };
    }

    private static void f32(byte[] in, float[] out, int count) {
        for (int i = 0; i < count; i++) {
            out[i] = Float.intBitsToFloat((int) INT.get(in, 4 * i));
        }
    }

    private static void f16(byte[] in, float[] out, int count) {
        for (int i = 0; i < count; i++) {
            out[i] = float16ToFloat((short) SHORT.get(in, 2 * i));
        }
    }

    private static void bf16(byte[] in, float[] out, int count) {
        for (int i = 0; i < count; i++) {
            out[i] = Float.intBitsToFloat((short) SHORT.get(in, 2 * i) << 16);
        }
    }

    private static void f64(byte[] in, float[] out, int count) {
        for (int i = 0; i < count; i++) {
            out[i] = (float) Double.longBitsToDouble((long) LONG.get(in, 8 * i));
        }
    }
}
