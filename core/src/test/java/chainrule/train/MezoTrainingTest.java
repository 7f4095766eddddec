package chainrule.train;

import static org.assertj.core.api.Assertions.assertThat;

import chainrule.Spec;
import chainrule.checkpoint.Safetensors;
import chainrule.checkpoint.TensorFile;
import chainrule.model.Decoder;
import chainrule.optim.Mezo;
import chainrule.optim.Optimizer;
import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole runs with forward passes alone. */
class MezoTrainingTest {
    @TempDir
    Path temporary;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "mezo:learningRate=1e-3",
                "mezo:learningRate=1e-3,moments=adam",
                "mezo:learningRate=1e-3,layers=(scaled:norm=gradient),moments=(momentum:window=3)"
            })
    void anInterruptedRunGivesTheNumbersOfOneThatNeverStopped(String spec) {
        Settings settings = Toy.settings(10, Spec.parse(spec, Optimizer.class));
        Path whole = temporary.resolve("whole");
        Path parts = temporary.resolve("parts");
        Toy.train(whole, settings);
        stopAtSix(parts, settings);
        Toy.resume(parts, settings);
        assertThat(Toy.weights(parts)).isEqualTo(Toy.weights(whole));
        assertThat(Toy.moments(parts)).isEqualTo(Toy.moments(whole));
    }

    private static void stopAtSix(Path folder, Settings settings) {
        long[] taken = new long[1];
        Observer counting = new Observer() {
            @Override
            public void measured(Measurement m) {
                taken[0] = m.step();
            }
        };
        try (Decoder lm = Toy.fresh();
                RunFolder run = RunFolder.create(folder, List.of())) {
            Toy.run(Toy.task(lm), settings, run, counting, () -> taken[0] >= 6);
        }
    }

    @Test
    void aCheckpointsLogLeadsFromTheFirstWeightsToItsOwn() {
        Path folder = temporary.resolve("run");
        Toy.train(folder, Toy.settings(10, Toy.MEZO));
        try (RunFolder run = RunFolder.resume(folder);
                TensorFile saved = Safetensors.open(run.checkpoint().resolve("optimizer.safetensors"));
                Decoder again = Toy.fresh();
                Decoder trained = Toy.load(run.checkpoint());
                var _ = new Scope()) {
            SequencedMap<String, Tensor> log = new LinkedHashMap<>();
            saved.entries().forEach(e -> log.put(e.name(), saved.read(e.name())));
            ((Mezo) Toy.MEZO).replay(again.parameters(), log);
            List<String> differing = new ArrayList<>();
            again.parameters().tensors().forEach((path, p) -> {
                if (!java.util.Arrays.equals(
                        Ops.floats(p), Ops.floats(trained.parameters().get(path)))) {
                    differing.add(path);
                }
            });
            assertThat(differing).isEmpty();
        }
    }
}
