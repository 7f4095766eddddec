package chainrule.studies.tuning;

import chainrule.BadInput;
import chainrule.checkpoint.Checkpoint;
import chainrule.model.Decoder;
import chainrule.model.family.Models;
import chainrule.nn.Compute;
import chainrule.objective.Choice;
import chainrule.objective.Choices;
import chainrule.optim.AdamW;
import chainrule.optim.Mezo;
import chainrule.optim.Optimizer;
import chainrule.tensor.Natives;
import chainrule.tensor.Scope;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.NoGradGuard;

/**
 * The most memory that a process takes for a model and one step with it, beyond what it took before the model was loaded,
 * as the operating system counts it: the virtual machine does not see libtorch's. Each is measured in a process of its own,
 * since memory that was freed may stay with its process.
 */
public final class PeakMemory {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final Path RESET = Path.of("/proc/self/clear_refs");
    private static final int ROWS = 16;
    private static final int LENGTH = 25;

    /** What is done with a model, in float32. */
    enum Work {
        INFERENCE,
        MEZO,
        ADAM;

        void on(Decoder lm) {
            Choices batch = batch(lm.vocabulary());
            switch (this) {
                case INFERENCE -> {
                    try (var _ = new Scope();
                            var _ = new NoGradGuard()) {
                        batch.loss(lm);
                    }
                }
                case MEZO -> step(new Mezo(), lm, batch);
                case ADAM -> step(new AdamW(1e-6), lm, batch);
            }
        }

        private static void step(Optimizer optimizer, Decoder lm, Choices batch) {
            try (Optimizer.Run run = optimizer.start(lm.parameters())) {
                run.step(List.of(batch.pass(lm, 1)), 1);
            }
        }
    }

    private PeakMemory() {}

    /** In bytes; empty where the operating system is not Linux. */
    static OptionalLong of(Path model, Work work) throws IOException {
        if (!Files.isReadable(STATUS)) {
            return OptionalLong.empty();
        }
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(a -> a.startsWith("--") || a.startsWith("-D"))
                .forEach(command::add);
        command.addAll(List.of("-Xmx512m", "-XX:+UseSerialGC", "-cp", System.getProperty("java.class.path")));
        command.addAll(List.of(PeakMemory.class.getName(), model.toString(), work.name()));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        try {
            if (process.waitFor() != 0) {
                throw new BadInput("The memory of " + work + " could not be measured: a process of its own failed.");
            }
        } catch (InterruptedException e) {
            process.destroy();
            Thread.currentThread().interrupt();
            throw (IOException) new InterruptedIOException("interrupted").initCause(e);
        }
        return OptionalLong.of(Long.parseLong(said.lines().toList().getLast()));
    }

    /** Does a piece of work on a model, named by its path, and prints the bytes that it took. */
    public static void main(String[] args) throws IOException {
        Natives.load();
        long before = read("VmRSS");
        try (Decoder lm = Models.load(Checkpoint.open(Path.of(args[0]))).in(Compute.F32)) {
            reset();
            Work.valueOf(args[1]).on(lm);
            System.out.println(read("VmHWM") - before);
        }
    }

    /** Forgets how much it was while the model was loaded, where that is allowed. */
    private static void reset() throws IOException {
        if (Files.isWritable(RESET)) {
            Files.writeString(RESET, "5");
        }
    }

    private static long read(String name) throws IOException {
        return Files.readAllLines(STATUS).stream()
                .filter(line -> line.startsWith(name + ":"))
                .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElseThrow();
    }

    private static Choices batch(int vocabulary) {
        return new Choices(IntStream.range(0, ROWS)
                .mapToObj(b -> new Choice(
                        IntStream.range(0, LENGTH)
                                .map(t -> (b * LENGTH + t) * 31 % vocabulary)
                                .toArray(),
                        Arrays.asList(new int[] {1}, new int[] {2}),
                        b % 2))
                .toList());
    }
}
