package chainrule.nn;

import chainrule.tensor.Ops;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * Rotary position embedding (Su et al., "RoFormer", 2021): element i and i + d/2 of a head's first d are one plane,
 * turned by position · base^(−2i/d). Angles are computed in float32, as the published models were trained.
 *
 * @param base the slowest plane's wavelength is about 2π · base
 * @param dimensions d, even; a head's further elements stay as they are
 */
public record Rotary(double base, int dimensions, Scaling scaling) {
    /** How a longer context is reached than the frequencies were made for. */
    public sealed interface Scaling {
        /** Frequencies as they are. */
        record None() implements Scaling {}

        /** Positions divided by {@code factor} (Chen et al., "Extending Context Window ...", 2023). */
        record Linear(double factor) implements Scaling {}

        /**
         * Llama 3.1's: wavelengths above original/low are stretched by {@code factor}, those below original/high kept,
         * those between blended.
         */
        record Llama3(double factor, double low, double high, int original) implements Scaling {}
    }

    public Rotary {
        if (dimensions <= 0 || dimensions % 2 != 0) {
            throw new IllegalArgumentException("rotary dimensions must be even and positive, not " + dimensions);
        }
    }

    /** cos and sin of every angle: T rows of d/2 values each. */
    public record Angles(float[] cos, float[] sin, int half) {
        /** cos and sin as tensors [T,1,d/2], to broadcast over heads. */
        List<Tensor> tensors() {
            long rows = cos.length / half;
            return List.of(Ops.tensor(cos, rows, 1, half), Ops.tensor(sin, rows, 1, half));
        }
    }

    public Angles at(int... positions) {
        int half = dimensions / 2;
        float[] frequencies = frequencies();
        float[] cos = new float[positions.length * half];
        float[] sin = new float[positions.length * half];
        for (int t = 0; t < positions.length; t++) {
            for (int i = 0; i < half; i++) {
                float angle = positions[t] * frequencies[i];
                cos[t * half + i] = (float) Math.cos(angle);
                sin[t * half + i] = (float) Math.sin(angle);
            }
        }
        return new Angles(cos, sin, half);
    }

    /** x: [..,T,H,N] turned by the angles of its T positions. */
    public Tensor apply(Tensor x, Angles angles) {
        List<Tensor> cosSin = angles.tensors();
        Tensor cos = Dense.cast(cosSin.get(0), x.scalar_type());
        Tensor sin = Dense.cast(cosSin.get(1), x.scalar_type());
        int half = dimensions / 2;
        Tensor first = Ops.slice(x, -1, 0, half);
        Tensor second = Ops.slice(x, -1, half, dimensions);
        Tensor a = first.mul(cos).sub(second.mul(sin));
        Tensor b = second.mul(cos).add(first.mul(sin));
        long width = x.size(x.dim() - 1);
        return width == dimensions
                ? Ops.cat(List.of(a, b), -1)
                : Ops.cat(List.of(a, b, Ops.slice(x, -1, dimensions, width)), -1);
    }

    private float[] frequencies() {
        float[] f = new float[dimensions / 2];
        for (int i = 0; i < f.length; i++) {
            float plain = (float) (1.0 / (float) Math.pow(base, (float) (2 * i) / dimensions));
            f[i] = switch (scaling) {
                case Scaling.None() -> plain;
                case Scaling.Linear(double factor) -> (float) (plain / factor);
                case Scaling.Llama3 s -> llama3(plain, s);
            };
        }
        return f;
    }

    private static float llama3(float frequency, Scaling.Llama3 s) {
        double wavelength = 2 * Math.PI / frequency;
        if (wavelength < s.original() / s.high()) {
            return frequency;
        }
        if (wavelength > s.original() / s.low()) {
            return (float) (frequency / s.factor());
        }
        double smooth = (s.original() / wavelength - s.low()) / (s.high() - s.low());
        return (float) ((1 - smooth) * frequency / s.factor() + smooth * frequency);
    }
}
