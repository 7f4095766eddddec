package chainrule.optim;

import chainrule.kernel.Workers;
import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * w ← keep·w + Σ factor·z for every element of a tensor, in place: computed in float64 and rounded once to the tensor's
 * type. z is drawn for a block of elements at a time, on several threads; their number changes nothing.
 */
record Shift(double keep, List<Term> terms) {
    private static final int BLOCK = 4096;

    /** Some z of the tensor's, and what it is multiplied by. */
    record Term(Noise.Index index, double factor) {}

    /** The shift of each tensor. */
    @FunctionalInterface
    interface Rule {
        Shift at(String path);
    }

    /** The shift that moves nothing. */
    static final Shift NONE = new Shift(1, List.of());

    static Shift along(Noise.Index index, double factor) {
        return new Shift(1, List.of(new Term(index, factor)));
    }

    /** Each tensor by what the rules say, one after the other, in one pass through memory. */
    static void all(Map<String, Tensor> tensors, List<Rule> rules, Noise noise) {
        try (var _ = new Scope()) {
            tensors.forEach((path, tensor) -> {
                List<Shift> shifts = rules.stream()
                        .map(rule -> rule.at(path))
                        .filter(s -> !s.equals(NONE))
                        .toList();
                if (!shifts.isEmpty()) {
                    one(path, tensor, shifts, noise);
                }
            });
        }
    }

    private static void one(String path, Tensor tensor, List<Shift> shifts, Noise noise) {
        MemorySegment memory = Ops.segment(tensor);
        boolean wide = tensor.scalar_type().intern() == ScalarType.Double;
        long size = tensor.numel();
        Workers.share(Math.toIntExact(Math.ceilDiv(size, BLOCK)), (first, end) -> {
            double[] w = new double[(int) Math.min(BLOCK, size)];
            Drawn drawn = new Drawn(noise, path, w.length);
            for (long from = (long) first * BLOCK; from < Math.min((long) end * BLOCK, size); from += BLOCK) {
                int count = (int) Math.min(BLOCK, size - from);
                load(memory, wide, from, w, count);
                move(w, count, wide, drawn.from(from, count), shifts);
                store(memory, wide, from, w, count);
            }
        });
    }

    private static void move(double[] w, int count, boolean wide, Drawn drawn, List<Shift> shifts) {
        for (Shift shift : shifts) {
            if (shift.keep != 1) {
                for (int i = 0; i < count; i++) {
                    w[i] *= shift.keep;
                }
            }
            for (Term term : shift.terms) {
                add(w, count, term.factor, drawn.at(term.index));
            }
            if (!wide) {
                for (int i = 0; i < count; i++) {
                    w[i] = (float) w[i];
                }
            }
        }
    }

    private static void add(double[] w, int count, double factor, float[] z) {
        for (int i = 0; i < count; i++) {
            w[i] += factor * z[i];
        }
    }

    private static void load(MemorySegment memory, boolean wide, long from, double[] w, int count) {
        for (int i = 0; i < count; i++) {
            w[i] = wide
                    ? memory.getAtIndex(ValueLayout.JAVA_DOUBLE, from + i)
                    : memory.getAtIndex(ValueLayout.JAVA_FLOAT, from + i);
        }
    }

    private static void store(MemorySegment memory, boolean wide, long from, double[] w, int count) {
        for (int i = 0; i < count; i++) {
            if (wide) {
                memory.setAtIndex(ValueLayout.JAVA_DOUBLE, from + i, w[i]);
            } else {
                memory.setAtIndex(ValueLayout.JAVA_FLOAT, from + i, (float) w[i]);
            }
        }
    }

    /** A block's z, kept while the same one is asked for. */
    private static final class Drawn {
        private static final Noise.Index NOTHING = new Noise.Index(Long.MIN_VALUE, 0);

        private final Noise noise;
        private final String path;
        private final float[] z;
        private long from;
        private int count;
        private Noise.Index last = NOTHING;

        Drawn(Noise noise, String path, int length) {
            this.noise = noise;
            this.path = path;
            this.z = new float[length];
        }

        /** At another block. */
        Drawn from(long first, int elements) {
            from = first;
            count = elements;
            last = NOTHING;
            return this;
        }

        float[] at(Noise.Index index) {
            if (!index.equals(last)) {
                noise.fill(index, path, from, z, count);
                last = index;
            }
            return z;
        }
    }
}
