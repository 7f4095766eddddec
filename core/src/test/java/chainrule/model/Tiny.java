package chainrule.model;

import chainrule.nn.Activation;
import chainrule.nn.Attention;
import chainrule.nn.Draw;
import chainrule.nn.Init;
import chainrule.nn.Mlp;
import chainrule.nn.Norm;
import chainrule.nn.Part;
import chainrule.nn.Rotary;
import chainrule.nn.Tree;
import chainrule.tensor.Codes;
import chainrule.tensor.Counter;
import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Small random decoders of every kind, for tests. Norms and biases are random too, so that none can be forgotten. */
public final class Tiny {
    private Tiny() {}

    /** Llama's form: grouped queries, rotary positions, gated MLP. */
    public static DecoderConfig llama() {
        return config(
                new DecoderConfig.Position.Rotated(new Rotary(10000, 16, new Rotary.Scaling.None())),
                new Norm.Kind.Rms(1e-6),
                new Attention.Kind(new Attention.Heads(4, 2, 16), false, false, false, OptionalInt.empty()),
                new Mlp.Kind(true, 88, Activation.SILU, false),
                DecoderConfig.Flow.SERIAL,
                true);
    }

    /** GPT-2's form: learned positions, biases. */
    public static DecoderConfig gpt2() {
        return config(
                new DecoderConfig.Position.Learned(),
                new Norm.Kind.Layer(1e-5, true),
                new Attention.Kind(new Attention.Heads(4, 4, 12), true, true, false, OptionalInt.empty()),
                new Mlp.Kind(false, 96, Activation.GELU_TANH, true),
                DecoderConfig.Flow.SERIAL,
                false);
    }

    /** GPT-NeoX's form: partial rotation, parallel halves. */
    public static DecoderConfig neox() {
        return config(
                new DecoderConfig.Position.Rotated(new Rotary(10000, 4, new Rotary.Scaling.Linear(2))),
                new Norm.Kind.Layer(1e-5, true),
                new Attention.Kind(new Attention.Heads(4, 4, 16), true, true, false, OptionalInt.empty()),
                new Mlp.Kind(false, 100, Activation.GELU, true),
                DecoderConfig.Flow.PARALLEL,
                false);
    }

    /** Qwen 3's head norms with Mistral's window of 6. */
    public static DecoderConfig window() {
        return config(
                new DecoderConfig.Position.Rotated(new Rotary(10000, 20, new Rotary.Scaling.Llama3(8, 1, 4, 16))),
                new Norm.Kind.Rms(1e-6),
                new Attention.Kind(new Attention.Heads(4, 1, 20), false, false, true, OptionalInt.of(6)),
                new Mlp.Kind(true, 72, Activation.SILU, false),
                DecoderConfig.Flow.SERIAL,
                true);
    }

    /** The same for texts of up to {@code context} tokens. */
    static DecoderConfig within(int context, DecoderConfig c) {
        return new DecoderConfig(
                c.vocabulary(),
                c.width(),
                c.layers(),
                context,
                c.position(),
                c.norm(),
                c.attention(),
                c.mlp(),
                c.flow(),
                c.tied(),
                c.deviation());
    }

    public static List<DecoderConfig> all() {
        return List.of(llama(), gpt2(), neox(), window());
    }

    private static DecoderConfig config(
            DecoderConfig.Position position,
            Norm.Kind norm,
            Attention.Kind attention,
            Mlp.Kind mlp,
            DecoderConfig.Flow flow,
            boolean tied) {
        return new DecoderConfig(101, 48, 3, 64, position, norm, attention, mlp, flow, tied, 0.2);
    }

    /** A decoder of {@code config} in which every parameter is random. */
    public static Decoder decoder(DecoderConfig config, long seed) {
        Init random = Init.random(seed);
        return Decoder.create(config, (name, draw, part, shape) -> {
            double deviation = draw instanceof Draw.Normal(double d) ? Math.max(d, 0.15) : 0.3;
            return random.get(name, new Draw.Normal(deviation), part, shape);
        });
    }

    /** Token ids of a made-up text. */
    public static int[] ids(int length, long seed) {
        Counter counter = Counter.of(seed, "ids");
        int[] ids = new int[length];
        for (int i = 0; i < length; i++) {
            ids[i] = (int) (counter.uniform(i) * 101);
        }
        return ids;
    }

    /** Parameters of which matrices are whole numbers of 4 or 8 bits where their width allows it, or the floats of those. */
    public static Init quantised(long seed) {
        Init random = Init.random(seed);
        return new Init() {
            @Override
            public Tensor get(String name, Draw draw, Part part, long... shape) {
                if (!fits(shape)) {
                    return random.get(name, new Draw.Normal(0.3), part, shape);
                }
                try (var _ = new Scope()) {
                    return Scope.own(whole(name, shape).floats());
                }
            }

            @Override
            public Optional<Codes> codes(String name, long... shape) {
                if (!fits(shape)) {
                    return Optional.empty();
                }
                try (var _ = new Scope()) {
                    return Optional.of(Tree.map(whole(name, shape), (_, t) -> Scope.own(t)));
                }
            }

            private static boolean fits(long... shape) {
                return shape.length == 2 && shape[1] % 8 == 0;
            }

            private Codes whole(String name, long... shape) {
                Counter counter = Counter.of(seed, name);
                int bits = name.contains("mlp") ? 4 : 8;
                long group = shape[1] % 16 == 0 ? 16 : 8;
                long[] q = new long[(int) (shape[0] * shape[1])];
                Arrays.setAll(q, i -> (long) (counter.uniform(i) * (1 << bits)));
                float[] scale = new float[(int) (q.length / group)];
                for (int i = 0; i < scale.length; i++) {
                    scale[i] = (float) counter.normal(i) * 0.6f / (1 << bits);
                }
                Tensor scales = Ops.tensor(scale, shape[0], shape[1] / group);
                Tensor whole = Ops.tensor(q, shape).to(ScalarType.Byte);
                return new Codes(bits, whole, scales, scales.mul(new Scalar(-(1 << bits) / 2)));
            }
        };
    }
}
