package chainrule;

import chainrule.model.Decoder;
import chainrule.model.DecoderConfig;
import chainrule.nn.Activation;
import chainrule.nn.Attention;
import chainrule.nn.Init;
import chainrule.nn.Mlp;
import chainrule.nn.Norm;
import chainrule.objective.Batch;
import chainrule.tensor.Ops;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import org.bytedeco.pytorch.Tensor;

/** A decoder that trains in milliseconds, and random ids for it. */
public final class Small {
    public static final int VOCABULARY = 29;
    public static final int CONTEXT = 16;

    private Small() {}

    /** GPT-2's layout, two blocks of width 12. */
    public static DecoderConfig config(boolean tied) {
        return new DecoderConfig(
                VOCABULARY,
                12,
                2,
                CONTEXT,
                new DecoderConfig.Position.Learned(),
                new Norm.Kind.Layer(1e-5, true),
                new Attention.Kind(new Attention.Heads(3, 3, 4), true, true, false, OptionalInt.empty()),
                new Mlp.Kind(false, 40, Activation.GELU_TANH, true),
                DecoderConfig.Flow.SERIAL,
                tied,
                0.2);
    }

    public static Decoder decoder(long seed, boolean tied) {
        return Decoder.create(config(tied), Init.random(seed));
    }

    /** int64 [rows,length], in the open scope. */
    public static Tensor ids(long seed, int rows, int length) {
        SplittableRandom random = new SplittableRandom(seed);
        long[] ids = random.longs((long) rows * length, 0, VOCABULARY).toArray();
        return Ops.tensor(ids, rows, length);
    }

    /** Rows that predict their own next tokens. */
    public static Batch batch(long seed, int rows, int length) {
        return Batch.of(ids(seed, rows, length + 1));
    }
}
