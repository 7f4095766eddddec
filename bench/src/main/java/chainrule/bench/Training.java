package chainrule.bench;

import chainrule.model.Decoder;
import chainrule.model.DecoderConfig;
import chainrule.nn.Activation;
import chainrule.nn.Attention;
import chainrule.nn.Compute;
import chainrule.nn.Init;
import chainrule.nn.Mlp;
import chainrule.nn.Norm;
import chainrule.objective.Batch;
import chainrule.objective.NextToken;
import chainrule.objective.Objective;
import chainrule.optim.AdamW;
import chainrule.optim.Optimizer;
import chainrule.optim.Pass;
import chainrule.tensor.Scope;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * A training step of a small decoder in GPT-2's form: 6 layers, 6 heads, width 384, vocabulary 8192, tied, no biases (13.89
 * M parameters), rows of 256 random tokens, AdamW with a clipped gradient.
 */
final class Training implements Workload {
    private static final int LENGTH = 256;
    private static final String BASE = "next-token";

    private final String what;
    private final String who;
    private final int rows;
    private final Objective objective;
    private final Decoder lm;
    private final Optimizer.Run run;

    private Training(String what, String who, int rows, Objective objective, Compute compute) {
        this.what = what;
        this.who = who;
        this.rows = rows;
        this.objective = objective;
        this.lm = Decoder.create(shape(), Init.random(0)).in(compute);
        this.run = new AdamW().start(lm.parameters());
    }

    /** Of 32 rows. */
    Training(Compute compute) {
        this("training step, 13.9 M decoder", "chainrule " + compute, 32, new NextToken(), compute);
    }

    /** What objectives cost beside the next token's alone, on 8 rows. */
    static Group objectives(Compute compute) {
        return Group.of(Stream.of(
                        BASE,
                        "label-smoothing",
                        "next-token + z-loss",
                        "next-token + contrastive-token",
                        "next-token + unlikelihood",
                        "next-token + nce",
                        "next-token + sim-ctg")
                .map(spec -> new Training("objective", spec, 8, Objective.parse(spec), compute))
                .toArray(Workload[]::new));
    }

    private static DecoderConfig shape() {
        return new DecoderConfig(
                8192,
                384,
                6,
                LENGTH,
                new DecoderConfig.Position.Learned(),
                new Norm.Kind.Layer(1e-5, false),
                new Attention.Kind(new Attention.Heads(6, 6, 64), false, false, false, OptionalInt.empty()),
                new Mlp.Kind(false, 1536, Activation.GELU_TANH, false),
                DecoderConfig.Flow.SERIAL,
                true,
                0.02);
    }

    @Override
    public String what() {
        return what;
    }

    @Override
    public String who() {
        return who;
    }

    @Override
    public String base() {
        return BASE;
    }

    @Override
    public String unit() {
        return "tokens/s";
    }

    @Override
    public Cost cost() {
        DecoderConfig c = shape();
        double matrices = c.parameters() - (double) LENGTH * c.width();
        return new Cost(0, (6 * matrices + 12.0 * c.layers() * LENGTH * c.width()) / 1e9);
    }

    @Override
    public double round() {
        long began = System.nanoTime();
        try (var _ = new Scope()) {
            Tensor ids = torch.randint(shape().vocabulary(), new long[] {rows, LENGTH + 1});
            Batch batch = Batch.of(ids);
            run.step(List.of(new OnePass(lm, objective, batch)), 1);
        }
        return 1e9 * rows * LENGTH / (System.nanoTime() - began);
    }

    private record OnePass(Decoder lm, Objective objective, Batch batch) implements Pass {
        @Override
        public double value() {
            throw new UnsupportedOperationException("only a gradient is measured");
        }

        @Override
        public double backward() {
            try (var _ = new Scope()) {
                Tensor loss = objective.loss(lm, batch, objective.counts(batch)).total();
                loss.backward();
                return loss.item_double();
            }
        }
    }

    @Override
    public void close() {
        run.close();
        lm.close();
    }
}
