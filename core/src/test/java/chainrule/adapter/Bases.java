package chainrule.adapter;

import chainrule.Golden;
import chainrule.checkpoint.Checkpoint;
import chainrule.model.CausalLM;
import chainrule.model.Decoder;
import chainrule.model.Input;
import chainrule.model.Step;
import chainrule.model.Tap;
import chainrule.model.Tiny;
import chainrule.model.Wrapped;
import chainrule.model.family.Gpt2;
import chainrule.model.family.GptNeox;
import chainrule.model.family.Llama;
import chainrule.model.family.Models;
import chainrule.model.family.Qwen3;
import chainrule.tensor.Counter;
import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import java.nio.file.Path;
import java.util.List;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/** What adapters are tested on. */
final class Bases {
    private Bases() {}

    static Path adapter(String name) {
        return Golden.path("adapters/" + name);
    }

    /** The base of a reference adapter. */
    static Checkpoint base(String adapter) {
        return Checkpoint.open(Golden.path("models/" + adapter.substring(0, adapter.indexOf('_'))));
    }

    /** Tiny decoders' forms. */
    static List<Models.Form> forms() {
        return List.of(
                new Models.Form(new Llama(), Tiny.llama()),
                new Models.Form(new Gpt2(), Tiny.gpt2()),
                new Models.Form(new GptNeox(), Tiny.neox()),
                new Models.Form(new Qwen3(), Tiny.window()));
    }

    /** Logits of a whole text, in Java memory. */
    static float[] logits(CausalLM lm, int... ids) {
        try (var _ = new Scope();
                var _ = new NoGradGuard()) {
            Step step = lm.forward(Input.of(Ops.ids(new int[][] {ids})), Tap.NONE);
            return Ops.floats(step.logits(0, step.rows()));
        }
    }

    /** Makes every parameter of an adapter random. */
    static void shake(Adapter adapter, long seed) {
        try (var _ = new NoGradGuard();
                var _ = new Scope()) {
            adapter.parameters().tensors().forEach((path, t) -> {
                Counter counter = Counter.of(seed, path);
                float[] values = new float[Math.toIntExact(t.numel())];
                for (int i = 0; i < values.length; i++) {
                    values[i] = (float) (0.3 * counter.normal(i));
                }
                t.copy_(Ops.tensor(values, t.shape()));
            });
        }
    }

    /** An adapted model that owns its base. */
    record Owning(Adapted lm, Decoder base) implements Wrapped {
        static Owning lora(Models.Form form) {
            Decoder base = Tiny.decoder(form.config(), 3);
            Adapted lm = new Lora(3, 6, false, List.of(Lora.ALL), 4).on(form, base);
            shake(lm.adapter(), 5);
            return new Owning(lm, base);
        }

        static Owning prefix(Models.Form form) {
            Decoder base = Tiny.decoder(form.config(), 3);
            Adapted lm = new PrefixTuning(4, 1).on(form, base);
            shake(lm.adapter(), 6);
            return new Owning(lm, base);
        }

        @Override
        public Tensor head(Tensor hidden) {
            return lm.head(hidden);
        }

        @Override
        public void close() {
            lm.close();
            base.close();
        }
    }
}
