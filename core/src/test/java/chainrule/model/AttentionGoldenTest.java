package chainrule.model;

import static org.assertj.core.api.Assertions.assertThat;

import chainrule.Golden;
import chainrule.checkpoint.Checkpoint;
import chainrule.checkpoint.Safetensors;
import chainrule.checkpoint.TensorFile;
import chainrule.model.family.Models;
import chainrule.nn.Attention;
import chainrule.tensor.Scope;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AttentionGoldenTest {
    /** What a head puts out is the reference's attention probabilities times this model's values. */
    @ParameterizedTest
    @ValueSource(strings = {"llama", "gpt2", "mistral"})
    void headsMixValuesByTheReferencesProbabilities(String name) {
        Path folder = Golden.path("models/" + name);
        try (Decoder lm = Models.load(Checkpoint.open(folder));
                TensorFile expected = Safetensors.open(folder.resolve("reference.safetensors"));
                var _ = new Scope();
                var _ = new NoGradGuard()) {
            Map<Site, Tensor> seen = new HashMap<>();
            lm.forward(Input.of(expected.read("ids")), (site, x) -> {
                seen.put(site, x);
                return x;
            });
            Attention.Heads heads = lm.config().attention().heads();
            for (int l = 0; l < lm.depth(); l++) {
                Block block = lm.blocks().get(l);
                Tensor in = block.attentionNorm().apply(seen.get(new Site(Site.Kind.BLOCK_IN, l)));
                Tensor vBTKN = block.attention().v().apply(in).unflatten(-1, heads.keys(), heads.width());
                var each = new LongOptional(2);
                Tensor vBHTN = vBTKN.repeat_interleave(heads.queries() / heads.keys(), each, new LongOptional())
                        .transpose(1, 2);
                Tensor mixed =
                        torch.matmul(expected.read("attentions." + l), vBHTN).transpose(1, 2);
                Tensor found = seen.get(new Site(Site.Kind.HEADS, l));
                assertThat(found.sub(mixed).abs().max().item_double())
                        .as("layer " + l)
                        .isLessThan(1e-4);
            }
        }
    }
}
