package chainrule.kernel;

import chainrule.tensor.Ops;
import chainrule.tensor.Processor;
import chainrule.tensor.Scope;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HashMap;
import java.util.Map;
import org.bytedeco.pytorch.Dispatcher;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.OperatorHandle;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * A product with 8-bit weights on FBGEMM, as libtorch's {@code quantized::linear_dynamic} offers it.
 *
 * <p>Weights are {@link Int8Weights}, whose shares multiply the inputs. FBGEMM quantises activations with one scale per
 * call, which would cost accuracy and let rows disturb each other. So each row x is divided by its largest magnitude m
 * and written as two rows of 8-bit numbers: the value rounded to 2/255, and the remainder times 252; the sum
 * y = m (y₁ + y₂/252) has about 16 bits. A first row that holds +1 and −1 fixes the call's scale at 2/255 for every
 * content, so that a row's result depends on that row alone.
 */
public final class Int8Product implements Product {
    private static final int REMAINDER = 252;

    private final IValue packed;
    private final int inputs;
    private final int outputs;
    private final float[] share;
    private final float @Nullable [] bias;
    private final Rows limbs;
    private final OperatorHandle linear;
    private final IValue reduceRange;
    /** The operator's arguments, then its result; a fresh one for each call would cost as much as a small product. */
    private final IValueVector stack;

    private final Map<Integer, IValue> boxed = new HashMap<>();

    private Int8Product(IValue packed, int outputs, float[] share, float @Nullable [] bias) {
        this.packed = packed;
        this.inputs = share.length;
        this.share = share;
        this.outputs = outputs;
        this.bias = bias;
        this.limbs = new Rows(inputs);
        try (var _ = new Scope()) {
            this.linear = operator("quantized::linear_dynamic").retainReference();
            this.stack = new IValueVector().retainReference();
            this.reduceRange = new IValue(!Processor.vnni()).retainReference();
        }
    }

    /** Packs a float weight [O,I]. */
    public static Int8Product pack(Tensor weight, @Nullable Tensor bias) {
        try (var _ = new Scope()) {
            Int8Weights w = Int8Weights.of(weight.to(ScalarType.Float).contiguous());
            Tensor zeros = Ops.zeros(ScalarType.Long, weight.size(0));
            IValueVector stack =
                    new IValueVector(new IValue(w.steps()), new IValue(w.scale()), new IValue(zeros), new IValue(0L));
            operator("aten::_make_per_channel_quantized_tensor").callBoxed(stack);
            stack.push_back(new IValue());
            operator("quantized::linear_prepack").callBoxed(stack);
            IValue packed = new IValue(stack.get(0)).retainReference();
            return new Int8Product(packed, (int) weight.size(0), w.share(), bias == null ? null : Ops.floats(bias));
        }
    }

    private static OperatorHandle operator(String name) {
        return Dispatcher.singleton().findSchemaOrThrow(name, "");
    }

    @Override
    public void apply(Rows in, int n, Rows out) {
        reserve(n);
        pinScale();
        float[] largest = new float[n];
        for (int i = 0; i < n; i++) {
            largest[i] =
                    Loops.limbs(in.memory(), in.at(i), share, limbs.memory(), limbs.at(2 * i + 1), limbs.at(2 * i + 2));
        }
        stack.resize(3);
        stack.put(0, boxed.computeIfAbsent(n, this::box));
        stack.put(1, packed);
        stack.put(2, reduceRange);
        linear.callBoxed(stack);
        // The stack owns the result [2n+1,O] until it is emptied.
        MemorySegment sums = Ops.segment(stack.get(0).toTensor());
        long row = (long) outputs * Float.BYTES;
        for (int i = 0; i < n; i++) {
            Loops.joinLimbs(sums, row * (2 * i + 1), row * (2 * i + 2), largest[i], out.memory(), out.at(i), outputs);
            if (bias != null) {
                Loops.add(out.memory(), out.at(i), bias);
            }
        }
        stack.resize(0);
    }

    private IValue box(int n) {
        try (var _ = new Scope()) {
            return new IValue(limbs.tensor(2 * n + 1)).retainReference();
        }
    }

    /** Room for {@code n} rows of two limbs; boxes of the old memory go with it. */
    private void reserve(int n) {
        if (limbs.reserve(2 * n + 1)) {
            boxed.values().forEach(Scope::free);
            boxed.clear();
        }
    }

    /** Row 0 holds +1 and −1. */
    private void pinScale() {
        limbs.memory().set(ValueLayout.JAVA_FLOAT, 0, 1f);
        limbs.memory().set(ValueLayout.JAVA_FLOAT, Float.BYTES, -1f);
    }

    static float remainder() {
        return REMAINDER;
    }

    @Override
    public int inputs() {
        return inputs;
    }

    @Override
    public int outputs() {
        return outputs;
    }

    @Override
    public long bytes() {
        return (long) inputs * outputs;
    }

    @Override
    public void close() {
        Scope.free(packed);
        Scope.free(linear);
        Scope.free(reduceRange);
        Scope.free(stack);
        boxed.values().forEach(Scope::free);
        limbs.close();
    }
}
