package chainrule.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import chainrule.Golden;
import chainrule.model.Decoder;
import chainrule.model.Input;
import chainrule.model.Step;
import chainrule.model.Tap;
import chainrule.model.family.Models;
import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import java.nio.file.Path;
import java.util.stream.StreamSupport;
import org.assertj.core.data.Offset;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** SmolLM2-135M-Instruct as its community quantised it, from the GGUF file alone. */
@Tag("model")
class RealGgufTest {
    private static final String MODEL = "models/smollm2-135m-instruct-q4_1";

    @Test
    void itsLogitsAreTheReferencesAndItsFactsThoseOfTheFilesBesideIt() {
        Path folder = Golden.shared(MODEL).orElse(null);
        if (folder == null) {
            System.out.println("model: shared/" + MODEL + " is absent, so its logits are not compared");
            return;
        }
        Checkpoint alone = Checkpoint.open(folder.resolve("model.gguf"));
        Checkpoint beside = Checkpoint.open(folder);
        assertThat(alone.chatTemplate()).isEqualTo(beside.chatTemplate());
        for (String token : new String[] {"bos_token", "eos_token", "pad_token", "unk_token"}) {
            assertThat(alone.specialToken(token)).isPresent().isEqualTo(beside.specialToken(token));
        }
        assertThat(alone.generationConfig().get("eos_token_id"))
                .isEqualTo(beside.generationConfig().get("eos_token_id"));
        Path reference = folder.resolve("reference/cases.json");
        JsonNode cases = JsonFile.node(reference.toString(), JsonFile.text(reference));
        assertThat(cases).isNotEmpty();
        try (Decoder model = Models.load(alone);
                var _ = new NoGradGuard()) {
            cases.forEach(c -> assertLogits(model, c));
        }
    }

    private static void assertLogits(Decoder model, JsonNode reference) {
        int[] ids = StreamSupport.stream(reference.get("ids").spliterator(), false)
                .mapToInt(JsonNode::intValue)
                .toArray();
        try (var _ = new Scope()) {
            Step step = model.forward(Input.of(Ops.ids(ids).unsqueeze(0)), Tap.NONE);
            float[] sums = Ops.floats(torch.logsumexp(step.logits(0, step.rows()), 1));
            for (int t = 0; t < ids.length; t++) {
                double expected = reference.get("logsumexp").get(t).doubleValue();
                assertThat((double) sums[t]).isCloseTo(expected, Offset.offset(1e-3));
            }
        }
    }
}
