package chainrule.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import chainrule.Golden;
import chainrule.adapter.Adapted;
import chainrule.adapter.Lora;
import chainrule.adapter.PeftFolder;
import chainrule.model.CausalLM;
import chainrule.model.Decoder;
import chainrule.model.Input;
import chainrule.model.Step;
import chainrule.model.Tap;
import chainrule.model.family.Models;
import chainrule.nn.Compute;
import chainrule.tensor.Counter;
import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.bytedeco.pytorch.NoGradGuard;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Adapters on a model whose file is quantised. */
class QuantisedAdapterTest {
    private static final int[] TEXT = {5, 17, 3, 60, 22, 9, 41};

    @TempDir
    Path folder;

    private static float[] logits(CausalLM lm) {
        try (var _ = new Scope();
                var _ = new NoGradGuard()) {
            Step step = lm.forward(Input.of(Ops.ids(new int[][] {TEXT})), Tap.NONE);
            return Ops.floats(step.logits(0, step.rows()));
        }
    }

    /** Gives every parameter values that matter. */
    private static void shake(Adapted lm) {
        try (var _ = new Scope();
                var _ = new NoGradGuard()) {
            lm.parameters().tensors().forEach((path, t) -> {
                float[] values = new float[Math.toIntExact(t.numel())];
                for (int i = 0; i < values.length; i++) {
                    values[i] = (float) (0.2 * Counter.of(1, path).normal(i));
                }
                t.copy_(Ops.tensor(values, t.shape()));
            });
        }
    }

    private static void close(float[] found, float[] expected) {
        assertThat(found).hasSameSizeAs(expected);
        for (int i = 0; i < found.length; i++) {
            assertThat((double) found[i]).isCloseTo(expected[i], within(1e-4));
        }
    }

    @Test
    void anAdapterTrainsOnAndDecodesFromTheFileAsItIs() throws IOException {
        Conversion.of(Checkpoint.open(Golden.path("models/llama3")), true).write(folder.resolve("model.gguf"));
        Checkpoint file = Checkpoint.open(folder.resolve("model.gguf"));
        Models.Form form = Models.form(file);
        try (Decoder codes = Models.loadQuantised(file);
                Decoder floats = Models.load(file);
                Adapted lm = new Lora(4, 8, false, List.of("q_proj", "down_proj"), 2).on(form, codes);
                Adapted plain = Adapted.of(lm.adapter(), floats)) {
            assertThat(codes.parameters().tensors().keySet())
                    .contains("blocks.0.attention.q.weight.q", "blocks.0.attention.k.weight.q");
            close(logits(codes), logits(floats));
            shake(lm);
            float[] adapted = logits(lm);
            assertThat(adapted).isNotEqualTo(logits(codes));
            close(adapted, logits(plain));
            PeftFolder.write(lm.adapter(), form, "model.gguf", folder.resolve("adapter"));
            for (Compute compute : List.of(Compute.F32, Compute.INT8)) {
                try (var read = PeftFolder.read(folder.resolve("adapter"), form);
                        CausalLM decoding = Models.loadForDecoding(file, compute, read.change());
                        CausalLM without = Models.loadForDecoding(file, compute)) {
                    assertThat(logits(decoding)).isNotEqualTo(logits(without));
                    if (compute == Compute.F32) {
                        close(logits(decoding), adapted);
                    }
                }
            }
        }
    }
}
