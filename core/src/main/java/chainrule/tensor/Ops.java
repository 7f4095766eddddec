package chainrule.tensor;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** libtorch calls whose JavaCPP form is awkward. All results belong to the open {@link Scope}. */
public final class Ops {
    static {
        Natives.load();
    }

    private Ops() {}

    /** A tensor of {@code shape} with {@code values}, float32. */
    public static Tensor tensor(float[] values, long... shape) {
        Tensor t = empty(ScalarType.Float, shape);
        segment(t).copyFrom(MemorySegment.ofArray(values));
        return t;
    }

    /** A tensor of {@code shape} with {@code values}, int64. */
    public static Tensor tensor(long[] values, long... shape) {
        Tensor t = empty(ScalarType.Long, shape);
        segment(t).copyFrom(MemorySegment.ofArray(values));
        return t;
    }

    /** Token ids as a tensor: int64 [T]. */
    public static Tensor ids(int... ids) {
        long[] wide = new long[ids.length];
        for (int i = 0; i < ids.length; i++) {
            wide[i] = ids[i];
        }
        return tensor(wide, ids.length);
    }

    /** Rows of token ids of one length as a tensor: int64 [B,T]. */
    public static Tensor ids(int[][] rows) {
        int width = rows[0].length;
        long[] wide = new long[rows.length * width];
        for (int b = 0; b < rows.length; b++) {
            for (int t = 0; t < width; t++) {
                wide[b * width + t] = rows[b][t];
            }
        }
        return tensor(wide, rows.length, width);
    }

    /** Uninitialised memory. */
    public static Tensor empty(ScalarType type, long... shape) {
        return torch.empty(shape, new TensorOptions(type), new org.bytedeco.pytorch.MemoryFormatOptional());
    }

    public static Tensor zeros(ScalarType type, long... shape) {
        return torch.zeros(shape, new TensorOptions(type));
    }

    /** The values in Java memory, as float32, in row-major order. */
    public static float[] floats(Tensor t) {
        Tensor flat = t.detach().to(ScalarType.Float).contiguous();
        return segment(flat).toArray(ValueLayout.JAVA_FLOAT);
    }

    /** The values in Java memory, as int64, in row-major order. */
    public static long[] longs(Tensor t) {
        Tensor flat = t.detach().to(ScalarType.Long).contiguous();
        return segment(flat).toArray(ValueLayout.JAVA_LONG);
    }

    /** A contiguous tensor's memory; valid while the tensor lives. */
    @SuppressWarnings("restricted")
    public static MemorySegment segment(Tensor t) {
        long bytes = t.numel() * t.element_size();
        return MemorySegment.ofAddress(t.data_ptr().address()).reinterpret(bytes);
    }

    /** A tensor over memory that somebody else owns and that must outlive it. */
    public static Tensor over(MemorySegment memory, ScalarType type, long... shape) {
        return torch.from_blob(new Address(memory.address()), shape, new TensorOptions(type));
    }

    public static Tensor cat(List<Tensor> parts, long dimension) {
        return torch.cat(vector(parts), dimension);
    }

    public static Tensor stack(List<Tensor> parts, long dimension) {
        return torch.stack(vector(parts), dimension);
    }

    public static TensorVector vector(List<Tensor> tensors) {
        return new TensorVector(tensors.toArray(new Tensor[0]));
    }

    /** {@code x[from:to]} along {@code dimension}: a view. */
    public static Tensor slice(Tensor x, long dimension, long from, long to) {
        return x.narrow(dimension, from, to - from);
    }

    public static Tensor mul(Tensor x, double factor) {
        return x.mul(new Scalar(factor));
    }

    public static Tensor softmax(Tensor x, long dimension) {
        return torch.softmax(x, dimension, new ScalarTypeOptional());
    }

    public static Tensor logSoftmax(Tensor x, long dimension) {
        return torch.log_softmax(x, dimension, new ScalarTypeOptional());
    }

    public static Tensor linear(Tensor x, Tensor weight, Tensor bias) {
        return torch.linear(x, weight, new TensorOptional(bias));
    }

    private static final class Address extends Pointer {
        Address(long address) {
            this.address = address;
        }
    }
}
