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
import chainrule.optim.AdamW;
import chainrule.optim.Optimizer;
import chainrule.optim.Pass;
import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import java.util.List;
import java.util.OptionalInt;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * A training step of a small decoder in GPT-2's form: 6 layers, 6 heads, width 384, vocabulary 8192, tied, no biases (13.89
 * M parameters), 32 rows of 256 random tokens, AdamW with a clipped gradient.
 */
final class Training implements Workload {
    private static final int ROWS = 32;
    private static final int LENGTH = 256;

    private final Compute compute;
    private final Decoder lm;
    private final Optimizer.Run run;

    Training(Compute compute) {
        this.compute = compute;
        this.lm = Decoder.create(shape(), Init.random(0)).in(compute);
        this.run = new AdamW().start(lm.parameters());
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
        return "training step, 13.9 M decoder";
    }

    @Override
    public String who() {
        return "chainrule " + compute;
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
            Tensor ids = torch.randint(shape().vocabulary(), new long[] {ROWS, LENGTH + 1});
            Batch batch = Batch.of(ids);
            run.step(List.of(new OnePass(lm, batch)), 1);
        }
        return 1e9 * ROWS * LENGTH / (System.nanoTime() - began);
    }

    private record OnePass(Decoder lm, Batch batch) implements Pass {
        @Override
        public double value() {
            throw new UnsupportedOperationException("only a gradient is measured");
        }

        @Override
        public double backward() {
            try (var _ = new Scope()) {
                Tensor sum = new NextToken().sum(lm, batch);
                Ops.mul(sum, 1.0 / (ROWS * LENGTH)).backward();
                return sum.item_double();
            }
        }
    }

    @Override
    public void close() {
        run.close();
        lm.close();
    }
}
