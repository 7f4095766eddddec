package chainrule.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chainrule.BadInput;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunFolderTest {
    @TempDir
    Path home;

    private Path folder() {
        return home.resolve("run");
    }

    private RunFolder saved(long... steps) {
        RunFolder run = RunFolder.create(folder(), List.of("train", "a file.txt"));
        for (long step : steps) {
            save(run, step);
        }
        return run;
    }

    private static void save(RunFolder run, long step) {
        run.save(step, 2, path -> {
            Files.writeString(path.resolve("model.safetensors"), "weights " + step);
            Files.writeString(path.resolve("state.json"), "{\"step\":" + step + "}");
        });
    }

    private List<String> checkpoints() throws IOException {
        try (Stream<Path> all = Files.list(folder().resolve("checkpoints"))) {
            return all.map(p -> p.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void theLatestCheckpointIsPublishedAndTheOldestGo() throws IOException {
        try (RunFolder run = saved(0, 5, 10)) {
            assertThat(checkpoints()).containsExactly("latest", "step-10", "step-5");
            assertThat(run.checkpoint()).endsWithRaw(Path.of("checkpoints/step-10"));
            assertThat(folder().resolve("model.safetensors")).hasContent("weights 10");
            assertThat(folder().resolve("state.json")).doesNotExist();
        }
    }

    @Test
    void whatAnInterruptedRunLeftHalfDoneIsSweptAway() throws IOException {
        saved(5).close();
        Path checkpoints = folder().resolve("checkpoints");
        Files.createDirectories(checkpoints.resolve("step-10.tmp"));
        Files.writeString(checkpoints.resolve("step-10.tmp/model.safetensors"), "half");
        Files.createDirectories(checkpoints.resolve("step-10"));
        Files.createDirectories(checkpoints.resolve("step-0.old"));
        Files.writeString(checkpoints.resolve(".latest.1.tmp"), "step-10");
        Files.writeString(folder().resolve(".model.safetensors.1.tmp"), "half");
        Files.delete(folder().resolve("model.safetensors"));
        Files.writeString(folder().resolve("model.safetensors"), "another");
        RunFolder.resume(folder()).close();
        assertThat(checkpoints()).containsExactly("latest", "step-5");
        assertThat(folder().resolve(".model.safetensors.1.tmp")).doesNotExist();
        assertThat(folder().resolve("model.safetensors")).hasContent("weights 5");
    }

    @Test
    void aFolderInUseIsNotShared() {
        try (RunFolder _ = saved(0)) {
            assertThatThrownBy(() -> RunFolder.resume(folder()))
                    .isInstanceOf(BadInput.class)
                    .hasMessageContaining("Another process");
        }
        RunFolder.resume(folder()).close();
    }

    @Test
    void aFolderWithSomethingInItIsNotANewRun() throws IOException {
        Files.createDirectories(folder());
        Files.writeString(folder().resolve("notes.txt"), "mine");
        assertThatThrownBy(() -> RunFolder.create(folder(), List.of()))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("not empty");
        assertThat(folder().resolve("notes.txt")).hasContent("mine");
    }

    @Test
    void aFolderThatCannotBeMadeIsNamed() throws IOException {
        Path file = Files.writeString(home.resolve("file"), "");
        assertThatThrownBy(() -> RunFolder.create(file.resolve("run"), List.of()))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("file" + java.io.File.separator + "run");
    }

    @Test
    void withoutACheckpointThereIsNothingToResume() {
        RunFolder.create(folder(), List.of()).close();
        assertThatThrownBy(() -> RunFolder.resume(folder()))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("no checkpoint");
        assertThatThrownBy(() -> RunFolder.resume(home.resolve("nowhere"))).isInstanceOf(BadInput.class);
    }

    @Test
    void aLatestThatPointsOutsideIsRefused() throws IOException {
        saved(5).close();
        Files.writeString(folder().resolve("checkpoints/latest"), "../../elsewhere");
        assertThatThrownBy(() -> RunFolder.resume(folder())).isInstanceOf(BadInput.class);
    }

    @Test
    void theCommandIsKept() {
        saved(0).close();
        assertThat(RunFolder.command(folder())).containsExactly("train", "a file.txt");
    }

    @Test
    void aCommandThatCannotBeReadIsASentence() throws IOException {
        saved(0).close();
        for (String bad : List.of("", "{", "[]", "{\"command\":{\"a\":1}}", "{\"command\":[[1]]}")) {
            Files.writeString(folder().resolve("command.json"), bad);
            assertThatThrownBy(() -> RunFolder.command(folder())).as(bad).isInstanceOf(BadInput.class);
        }
    }

    @Test
    void aStateThatCannotBeReadIsASentence() throws IOException {
        for (String bad : List.of("", "{", "[]", "{}", "{\"step\":\"x\",\"num_tokens\":1,\"settings\":{}}")) {
            Files.writeString(home.resolve("state.json"), bad);
            assertThatThrownBy(() -> RunState.read(home)).as(bad).isInstanceOf(BadInput.class);
        }
    }

    @Test
    void metricsGoOnAfterTheStepThatIsResumedWhateverIsLeft() throws IOException {
        Path file = home.resolve("metrics.jsonl");
        try (Metrics metrics = Metrics.after(0, file)) {
            for (int step = 1; step <= 5; step++) {
                metrics.add(measurement(step));
            }
        }
        Files.writeString(file, "{\"step\":6,\"lo", java.nio.file.StandardOpenOption.APPEND);
        try (Metrics metrics = Metrics.after(3, file)) {
            metrics.add(measurement(4));
        }
        assertThat(Metrics.read(file)).containsExactly(measurement(1), measurement(2), measurement(3), measurement(4));
    }

    static Measurement measurement(long step) {
        return new Measurement(
                step,
                step / 7.0,
                3.0 / step,
                1.5,
                1e-3 / 3,
                step * 100,
                12.5,
                step % 2 == 0 ? OptionalDouble.of(2.0 / step) : OptionalDouble.empty(),
                1.7e9 + step,
                new TreeMap<>(
                        step % 3 == 0 ? Map.of("loss/next-token", 2.5, "eval_loss/z-loss", 1.0 / step) : Map.of()));
    }
}
