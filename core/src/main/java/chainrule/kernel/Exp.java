package chainrule.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The exponential function in float32, the same bits from a vector's lane and from a single number, compiled or
 * interpreted: range reduction by ln 2 in two parts and a polynomial of degree 6 (Cephes' {@code expf}), within 2 units
 * in the last place. The Vector API's own function and its sums across lanes promise no such thing.
 */
final class Exp {
    private static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Integer> I = IntVector.SPECIES_PREFERRED;
    private static final float LOWEST = -87.3f;
    private static final float HIGHEST = 88.3f;
    private static final float LOG2E = 0x1.715476p+0f;
    private static final float LN2_HIGH = 0x1.63p-1f;
    private static final float LN2_LOW = -0x1.bd0106p-13f;
    private static final float ROUND = 12582912f;
    private static final float[] C = {
        0x1.a0d2cep-13f, 0x1.6e879cp-10f, 0x1.11121p-7f, 0x1.555382p-5f, 0x1.555554p-3f, 0.5f
    };

    private Exp() {}

    /** e^x, with 0 below -87.3. */
    static FloatVector exp(FloatVector x) {
        FloatVector in = x.max(LOWEST).min(HIGHEST);
        FloatVector n = in.mul(LOG2E).add(ROUND).sub(ROUND);
        FloatVector r = n.fma(FloatVector.broadcast(S, -LN2_HIGH), in);
        r = n.fma(FloatVector.broadcast(S, -LN2_LOW), r);
        FloatVector p = FloatVector.broadcast(S, C[0]);
        for (int i = 1; i < C.length; i++) {
            p = p.fma(r, FloatVector.broadcast(S, C[i]));
        }
        p = p.fma(r.mul(r), r.add(1f));
        IntVector exponent = (IntVector) n.convertShape(VectorOperators.F2I, I, 0);
        FloatVector power = exponent.add(127).lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
        return p.mul(power).blend(0f, x.compare(VectorOperators.LT, LOWEST));
    }

    /** e^x, with 0 below -87.3. */
    static float exp(float x) {
        if (x < LOWEST) {
            return 0;
        }
        float in = Math.min(x, HIGHEST);
        float n = in * LOG2E + ROUND - ROUND;
        float r = Math.fma(n, -LN2_LOW, Math.fma(n, -LN2_HIGH, in));
        float p = C[0];
        for (int i = 1; i < C.length; i++) {
            p = Math.fma(p, r, C[i]);
        }
        p = Math.fma(p, r * r, r + 1f);
        return p * Float.intBitsToFloat(((int) n + 127) << 23);
    }

    /** Replaces {@code count} numbers from {@code from} on by exp(x − max) and returns their sum. */
    static float exponentials(float[] x, int from, int count) {
        float most = Float.NEGATIVE_INFINITY;
        FloatVector mostLanes = FloatVector.broadcast(S, most);
        int end = from + count;
        int i = from;
        for (; i <= end - S.length(); i += S.length()) {
            mostLanes = mostLanes.max(FloatVector.fromArray(S, x, i));
        }
        most = mostLanes.reduceLanes(VectorOperators.MAX);
        for (; i < end; i++) {
            most = Math.max(most, x[i]);
        }
        FloatVector sums = FloatVector.zero(S);
        for (i = from; i <= end - S.length(); i += S.length()) {
            FloatVector e = exp(FloatVector.fromArray(S, x, i).sub(most));
            e.intoArray(x, i);
            sums = sums.add(e);
        }
        float sum = sum(sums);
        for (; i < end; i++) {
            x[i] = exp(x[i] - most);
            sum += x[i];
        }
        return sum;
    }

    /** The sum of the lanes, from the first to the last. */
    static float sum(FloatVector v) {
        float sum = 0;
        for (int i = 0; i < S.length(); i++) {
            sum += v.lane(i);
        }
        return sum;
    }
}
