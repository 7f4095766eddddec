package chainrule.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import chainrule.model.Input;
import chainrule.model.Net;
import chainrule.model.Tiny;
import chainrule.model.Tokens;
import chainrule.nn.Tree;
import chainrule.tensor.Counter;
import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;

/** What holds for every objective. */
abstract class ObjectiveContract {
    abstract Mean objective();

    /** A net that the objective trains, in float64, owned by the caller. */
    Net net() {
        return Samples.inFloat64(Tiny.decoder(Tiny.gpt2(), 3));
    }

    /** Four rows, not all of them trained throughout. */
    Batch batch() {
        return Samples.masked();
    }

    @Test
    void theSumIsTheSameWithAndWithoutGradients() {
        try (Net net = net();
                var _ = new Scope()) {
            asking(net, true);
            double with = objective().sum(net, batch()).item_double();
            double without;
            try (var _ = new NoGradGuard()) {
                without = objective().sum(net, batch()).item_double();
            }
            assertThat(without).isEqualTo(with);
            asking(net, false);
        }
    }

    @Test
    void theGradientIsThatOfFiniteDifferences() {
        try (Net net = net();
                var _ = new Scope()) {
            double step = 1e-5;
            double along = 0;
            for (var e : gradients(net, List.of(batch())).entrySet()) {
                Tensor direction = direction(e.getKey(), net.parameters().get(e.getKey()));
                along += e.getValue().mul(direction).sum().item_double();
            }
            double difference = (movedBy(step, net) - movedBy(-step, net)) / (2 * step);
            assertThat(along).isCloseTo(difference, within(1e-6 * Math.abs(difference) + 1e-7));
        }
    }

    @Test
    void theRowsOfABatchAddUpToTheBatch() {
        try (Net net = net();
                var _ = new Scope()) {
            Batch whole = batch();
            List<Batch> rows = parts(whole);
            assertThat(rows.stream().mapToDouble(objective()::terms).sum())
                    .isEqualTo(objective().terms(whole));
            var together = gradients(net, List.of(whole));
            var apart = gradients(net, rows);
            assertThat(apart.keySet()).isEqualTo(together.keySet());
            together.forEach(
                    (path, g) -> assertThat(g.sub(apart.get(path)).abs().max().item_double())
                            .as(path)
                            .isLessThan(1e-9));
        }
    }

    /** The smallest parts of a batch that have terms of their own. */
    List<Batch> parts(Batch whole) {
        List<Batch> rows = new ArrayList<>();
        for (int b = 0; b < whole.targets().size(0); b++) {
            rows.add(row(whole, b));
        }
        return rows;
    }

    @Test
    void theTargetsThatAreMaskedHaveNoInfluence() {
        try (Net net = net();
                var _ = new Scope()) {
            Batch batch = batch();
            Tensor others = Ops.tensor(new long[] {1}, 1).expand(batch.targets().shape());
            Tensor targets = torch.where(batch.mask().ne(new Scalar(0)), batch.targets(), others);
            assertThat(targets.equal(batch.targets())).as("nothing is masked").isFalse();
            Batch other = new Batch(batch.input(), targets, batch.mask(), batch.reference());
            assertThat(objective().terms(other)).isEqualTo(objective().terms(batch));
            assertThat(objective().sum(net, other).item_double())
                    .isEqualTo(objective().sum(net, batch).item_double());
            var expected = gradients(net, List.of(batch));
            gradients(net, List.of(other))
                    .forEach((path, g) ->
                            assertThat(g.equal(expected.get(path))).as(path).isTrue());
        }
    }

    @Test
    void anotherNetThanALanguageModelIsRefused() {
        try (var _ = new Scope()) {
            Net other = () -> new Tree(new LinkedHashMap<>());
            assertThatThrownBy(() -> objective().sum(other, batch()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("language model");
        }
    }

    /** The gradient of the batches' sums added up, by path. */
    Map<String, Tensor> gradients(Net net, List<Batch> batches) {
        asking(net, true);
        for (Batch b : batches) {
            Tensor sum = objective().sum(net, b);
            if (sum.requires_grad()) {
                sum.backward();
            }
        }
        Map<String, Tensor> gradients = new TreeMap<>();
        net.parameters().tensors().forEach((path, p) -> {
            if (p.grad().defined()) {
                gradients.put(path, p.grad().clone());
                p.mutable_grad().reset();
            }
        });
        asking(net, false);
        return gradients;
    }

    private double movedBy(double step, Net net) {
        Tree tree = net.parameters();
        tree.tensors().forEach((path, p) -> p.add_(direction(path, p), new Scalar(step)));
        double sum = objective().sum(net, batch()).item_double();
        tree.tensors().forEach((path, p) -> p.add_(direction(path, p), new Scalar(-step)));
        return sum;
    }

    private static Tensor direction(String path, Tensor like) {
        Counter counter = Counter.of(7, path);
        float[] values = new float[(int) like.numel()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) counter.normal(i);
        }
        return Ops.tensor(values, like.shape()).to(ScalarType.Double);
    }

    static Batch row(Batch batch, int b) {
        Tensor ids = ((Tokens.Ids) batch.input().tokens()).ids();
        return new Batch(
                Input.of(ids.narrow(0, b, 1)),
                batch.targets().narrow(0, b, 1),
                batch.mask().narrow(0, b, 1));
    }

    static void asking(Net net, boolean gradients) {
        net.parameters().tensors().values().forEach(p -> p.set_requires_grad(gradients));
    }
}
