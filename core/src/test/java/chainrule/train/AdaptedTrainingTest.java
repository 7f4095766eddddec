package chainrule.train;

import static org.assertj.core.api.Assertions.assertThat;

import chainrule.adapter.Adapted;
import chainrule.adapter.Lora;
import chainrule.adapter.PeftFolder;
import chainrule.adapter.PrefixTuning;
import chainrule.model.Decoder;
import chainrule.model.Net;
import chainrule.model.Tiny;
import chainrule.model.family.Llama;
import chainrule.model.family.Models;
import chainrule.objective.NextToken;
import chainrule.objective.Samples;
import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Adapters in the training loop: what is computed again, saved, and gone on with. */
class AdaptedTrainingTest {
    private static final Models.Form FORM = new Models.Form(new Llama(), Tiny.llama());
    private static final Lora LORA = new Lora(4, 8, false, List.of("all-linear"), 3);

    @TempDir
    Path home;

    private static Map<String, float[]> gradients(Net net) {
        Map<String, float[]> all = new TreeMap<>();
        net.parameters().tensors().values().forEach(p -> p.set_requires_grad(true));
        try (var _ = new Scope()) {
            new NextToken().sum(net, Samples.batch(1, 3, 10)).backward();
            net.parameters().tensors().forEach((path, p) -> {
                all.put(path, Ops.floats(p.grad()));
                p.mutable_grad().reset();
            });
        }
        return all;
    }

    @Test
    void gradientsOfActivationsThatAreComputedAgainAreTheAdaptersOwnBitForBit() {
        try (Decoder base = Tiny.decoder(Tiny.llama(), 4);
                Adapted lora = LORA.on(FORM, base);
                Adapted prefix = new PrefixTuning().on(FORM, base)) {
            for (Adapted lm : List.of(lora, prefix)) {
                var kept = gradients(lm);
                var again = gradients(new Recomputed(lm));
                assertThat(again.keySet()).isEqualTo(kept.keySet());
                kept.forEach((path, g) -> assertThat(again.get(path)).as(path).isEqualTo(g));
                assertThat(kept.values()).anySatisfy(g -> assertThat(g).isNotEqualTo(new float[g.length]));
            }
        }
    }

    private static void export(Net net, Path folder) throws IOException {
        PeftFolder.write(((Adapted) net).adapter(), FORM, "the base", folder);
    }

    private static Trainer.Outcome run(Adapted lm, RunFolder run, Settings settings, BooleanSupplier stop) {
        var task = new Trainer.Task(lm, Toy.TRAIN, Optional.of(Toy.HELD_OUT), AdaptedTrainingTest::export);
        return Toy.run(task, settings, run, new Observer() {}, stop);
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.map(p -> p.getFileName().toString()).sorted().toList();
        }
    }

    private static double loss(Path folder) {
        try (RunFolder run = RunFolder.resume(folder)) {
            return run.measurements().getLast().evaluation().orElseThrow();
        }
    }

    @Test
    void aRunThatGoesOnFromItsAdaptersFilesIsTheOneThatNeverStopped() throws IOException {
        Settings settings = Toy.settings(14, 4, 1, false);
        Path whole = home.resolve("whole");
        Path halves = home.resolve("halves");
        try (Decoder base = Toy.fresh()) {
            try (Adapted lm = LORA.on(FORM, base);
                    RunFolder run = RunFolder.create(whole, List.of())) {
                run(lm, run, settings, () -> false);
            }
            int[] asked = {0};
            try (Adapted lm = LORA.on(FORM, base);
                    RunFolder run = RunFolder.create(halves, List.of())) {
                assertThat(run(lm, run, settings, () -> asked[0]++ == 6).interrupted())
                        .isTrue();
            }
            try (RunFolder run = RunFolder.resume(halves);
                    Adapted lm = Adapted.of(PeftFolder.read(run.checkpoint(), FORM), base)) {
                assertThat(run(lm, run, settings, () -> false).step()).isEqualTo(14);
            }
        }
        for (String file : List.of("adapter_model.safetensors", "adapter_config.json")) {
            assertThat(halves.resolve(file)).hasSameBinaryContentAs(whole.resolve(file));
        }
        assertThat(Toy.moments(halves)).isEqualTo(Toy.moments(whole));
        assertThat(names(whole.resolve("checkpoints/step-14")))
                .containsExactly(
                        "adapter_config.json", "adapter_model.safetensors", "optimizer.safetensors", "state.json");
        assertThat(names(whole)).doesNotContain("model.safetensors").contains("loss.svg", "adapter_config.json");
    }

    @Test
    void anAdapterLearnsWhatTheDataRepeat() {
        try (Decoder base = Toy.fresh();
                Adapted lm = LORA.on(FORM, base);
                RunFolder run = RunFolder.create(home.resolve("run"), List.of())) {
            run(lm, run, Toy.settings(60, 8, 1, true), () -> false);
            assertThat(run.measurements().getFirst().loss()).isGreaterThan(3);
            assertThat(run.measurements().getLast().loss()).isLessThan(3);
        }
        assertThat(loss(home.resolve("run"))).isLessThan(3);
    }

    @Test
    void memoryIsForTheWholeModelButGradientsAreTheAdapters() {
        try (Decoder base = Toy.fresh();
                Adapted lm = LORA.on(FORM, base)) {
            Settings settings = Toy.settings(1, 4, 1, false);
            MemoryNeed need = MemoryNeed.of(lm, settings);
            long own = 4 * lm.parameters().size();
            assertThat(need.parameters()).isEqualTo(4 * base.parameters().size() + own);
            assertThat(need.gradients()).isEqualTo(own);
            assertThat(need.moments()).isEqualTo(2 * own);
            assertThat(need.activations())
                    .isGreaterThan(MemoryNeed.of(base, settings).activations());
        }
    }
}
