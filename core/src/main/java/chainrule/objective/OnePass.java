package chainrule.objective;

import chainrule.Spec;
import chainrule.model.CausalLM;
import chainrule.model.Net;
import chainrule.model.Step;
import chainrule.model.Tap;
import chainrule.tensor.Ops;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Several means of one batch: what reads the batch itself reads one pass of the model, all other has its own. */
final class OnePass {
    private final double[] factors;
    private final double[] sums;
    private final Batch batch;
    private Tensor total = Ops.zeros(ScalarType.Double);

    private OnePass(double[] factors, Batch batch) {
        this.factors = factors;
        this.sums = new double[factors.length];
        this.batch = batch;
    }

    /** Σ weight · sum / terms; terms of 0 count as 1. */
    static Loss of(List<Spec.Weighted<Mean>> means, Net net, Batch batch, double... terms) {
        OnePass all = new OnePass(
                IntStream.range(0, means.size())
                        .mapToDouble(k -> means.get(k).weight() / (terms[k] > 0 ? terms[k] : 1))
                        .toArray(),
                batch);
        List<Mean> members = means.stream().map(Spec.Weighted::method).toList();
        all.readBatch(members, net);
        for (int k = 0; k < members.size(); k++) {
            if (!sharing(members.get(k))) {
                all.add(k, members.get(k).sum(net, batch));
            }
        }
        return new Loss(all.total, all.sums);
    }

    private static boolean sharing(Mean mean) {
        return mean instanceof RowLoss || mean instanceof StepLoss;
    }

    private void readBatch(List<Mean> members, Net net) {
        Optional<Mean> any = members.stream().filter(OnePass::sharing).findFirst();
        if (any.isEmpty()) {
            return;
        }
        CausalLM lm = languageModel(net, any.get());
        Step step = lm.forward(batch.input(), Tap.NONE);
        int[] rows = IntStream.range(0, members.size())
                .filter(k -> members.get(k) instanceof RowLoss)
                .toArray();
        if (rows.length > 0) {
            List<RowLoss> losses =
                    IntStream.of(rows).mapToObj(k -> (RowLoss) members.get(k)).toList();
            readRows(rows, losses, new HeadPass(lm, step, batch, chunk(losses)));
        }
        for (int k = 0; k < members.size(); k++) {
            if (members.get(k) instanceof StepLoss loss) {
                add(k, loss.sum(step, batch));
            }
        }
    }

    private void readRows(int[] which, List<RowLoss> losses, HeadPass pass) {
        List<RowLoss.OnRows> on;
        try (var _ = new NoGradGuard()) {
            on = losses.stream().map(l -> l.on(pass)).toList();
        }
        Loss found =
                pass.total(on, IntStream.of(which).mapToDouble(k -> factors[k]).toArray());
        for (int i = 0; i < which.length; i++) {
            sums[which[i]] = found.sums()[i];
        }
        total = total.add(found.total());
    }

    private void add(int k, Tensor sum) {
        sums[k] = sum.item_double();
        total = total.add(Ops.mul(sum, factors[k]));
    }

    private static int chunk(List<RowLoss> losses) {
        return losses.stream().mapToInt(RowLoss::chunk).min().orElseThrow();
    }

    static CausalLM languageModel(Net net, Mean mean) {
        if (net instanceof CausalLM lm) {
            return lm;
        }
        throw new IllegalArgumentException(mean.name() + " needs a language model that factorises over tokens");
    }
}
