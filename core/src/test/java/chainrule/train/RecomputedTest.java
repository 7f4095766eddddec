package chainrule.train;

import static org.assertj.core.api.Assertions.assertThat;

import chainrule.model.Decoder;
import chainrule.model.Input;
import chainrule.model.Net;
import chainrule.model.Site;
import chainrule.model.Tiny;
import chainrule.objective.NextToken;
import chainrule.objective.Samples;
import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

class RecomputedTest {
    /** The gradient of a batch's loss, for the parameters whose paths are trained. */
    private static Map<String, float[]> gradients(Net net, Predicate<String> trained) {
        Map<String, float[]> gradients = new TreeMap<>();
        net.parameters().tensors().forEach((path, p) -> p.set_requires_grad(trained.test(path)));
        try (var _ = new Scope()) {
            new NextToken().sum(net, Samples.batch(1, 3, 10)).backward();
            net.parameters().tensors().forEach((path, p) -> {
                if (p.grad().defined()) {
                    gradients.put(path, Ops.floats(p.grad()));
                    p.mutable_grad().reset();
                }
                p.set_requires_grad(false);
            });
        }
        return gradients;
    }

    @Test
    void gradientsAreTheModelsOwnBitForBit() {
        try (Decoder lm = Tiny.decoder(Tiny.llama(), 4)) {
            var kept = gradients(lm, _ -> true);
            var again = gradients(new Recomputed(lm), _ -> true);
            assertThat(again.keySet()).isEqualTo(lm.parameters().tensors().keySet());
            kept.forEach((path, g) -> assertThat(again.get(path)).as(path).isEqualTo(g));
        }
    }

    @Test
    void aFrozenEmbeddingDoesNotStopTheGradient() {
        try (Decoder lm = Tiny.decoder(Tiny.gpt2(), 4)) {
            Predicate<String> blocks = path -> path.startsWith("blocks");
            var kept = gradients(lm, blocks);
            var again = gradients(new Recomputed(lm), blocks);
            assertThat(again.keySet()).isEqualTo(kept.keySet()).isNotEmpty();
            kept.forEach((path, g) -> assertThat(again.get(path)).as(path).isEqualTo(g));
        }
    }

    @Test
    void aPassThatIsTappedShowsEverySite() {
        try (Decoder lm = Tiny.decoder(Tiny.llama(), 4);
                var _ = new Scope()) {
            Set<Site> seen = new HashSet<>();
            Tensor ids = Samples.ids(1, 1, 5);
            Tensor logits = new Recomputed(lm)
                    .forward(Input.of(ids), (site, x) -> {
                        seen.add(site);
                        return x;
                    })
                    .logits(0, 5);
            assertThat(seen).contains(Site.EMBEDDING, Site.FINAL, new Site(Site.Kind.MLP, 1));
            assertThat(Ops.floats(logits))
                    .isEqualTo(Ops.floats(lm.forward(Input.of(ids), (_, x) -> x).logits(0, 5)));
        }
    }
}
