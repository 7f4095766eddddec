package chainrule.train;

import chainrule.BadInput;
import chainrule.checkpoint.AtomicFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * The folder of a training run, held by one process at a time:
 *
 * <pre>
 * config.json, model.safetensors, tokenizer.json …    the model of the latest checkpoint, for whoever loads it
 * command.json                                        what started the run
 * metrics.jsonl, loss.svg                             what it measured
 * checkpoints/step-N/                                 those files, and what the run itself needs to go on:
 *                                                     optimizer.safetensors and state.json, or run.safetensors
 * checkpoints/latest                                  the name of the one to go on from
 * </pre>
 *
 * A checkpoint is written beside its place, brought to the disk, renamed, and only then named in {@code latest}; older
 * ones go last. So a process may be killed at any moment: the checkpoint that {@code latest} names is complete.
 */
public final class RunFolder implements AutoCloseable {
    /** The file of a checkpoint in which a run keeps all its state, where it is not trained by {@link Trainer}. */
    public static final String RUN = "run.safetensors";

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final Pattern STEP = Pattern.compile("step-(\\d+)");

    /** What a checkpoint is filled with. */
    @FunctionalInterface
    public interface Content {
        void write(Path folder) throws IOException;
    }

    private final Path path;
    private final FileChannel lock;

    private RunFolder(Path path, FileChannel lock) {
        this.path = path;
        this.lock = lock;
    }

    /**
     * A new run.
     *
     * @param command the command line that started it
     * @throws BadInput where the folder has something in it or cannot be made
     */
    public static RunFolder create(Path path, List<String> command) {
        try {
            if (Files.exists(path) && !(Files.isDirectory(path) && list(path).isEmpty())) {
                throw new BadInput(path + " is not empty: resume the run that is in it, or name another folder.");
            }
            Files.createDirectories(path.resolve("checkpoints"));
            RunFolder run = new RunFolder(path, lock(path));
            Durable.replace(
                    path.resolve("command.json"),
                    JSON.createObjectNode()
                                    .set("command", JSON.valueToTree(command))
                                    .toString() + "\n");
            return run;
        } catch (IOException e) {
            throw new BadInput(
                    "The run's folder " + path + " cannot be made (" + reason(e) + "): name another one.", e);
        }
    }

    /**
     * An interrupted run, to be gone on with from its latest checkpoint.
     *
     * @throws BadInput where there is no checkpoint, or another process is at it
     */
    public static RunFolder resume(Path path) {
        try {
            if (!Files.isRegularFile(path.resolve("checkpoints/latest"))) {
                throw new BadInput(path + " has no checkpoint to resume from: start a new run in an empty folder.");
            }
            RunFolder run = new RunFolder(path, lock(path));
            run.sweep();
            run.publish(run.checkpoint());
            return run;
        } catch (IOException e) {
            throw new BadInput("The run's folder " + path + " cannot be used (" + reason(e) + ").", e);
        }
    }

    /** The command line that started the run in {@code path}. @throws BadInput where it is not recorded */
    public static List<String> command(Path path) {
        Path file = path.resolve("command.json");
        try {
            return List.of(
                    JSON.treeToValue(JSON.readTree(Files.readString(file)).required("command"), String[].class));
        } catch (IOException | JacksonException e) {
            throw new BadInput(file + " does not tell how the run was started: resume with all its settings.", e);
        }
    }

    public Path path() {
        return path;
    }

    /** The latest checkpoint, in which the net can be loaded as from any folder of a model. */
    public Path checkpoint() {
        Path checkpoints = path.resolve("checkpoints");
        try {
            String name = Files.readString(checkpoints.resolve("latest")).strip();
            if (STEP.matcher(name).matches() && Files.isDirectory(checkpoints.resolve(name))) {
                return checkpoints.resolve(name);
            }
            throw new BadInput(checkpoints + " has no " + name + ", which its file latest names: write the name of one"
                    + " that is there into it.");
        } catch (IOException e) {
            throw new BadInput(checkpoints + " has no checkpoint.", e);
        }
    }

    /** Whether there is a checkpoint yet. */
    public boolean begun() {
        return Files.exists(path.resolve("checkpoints/latest"));
    }

    /** Whether the latest checkpoint is that of {@code step}. */
    public boolean reached(long step) {
        return begun() && step(checkpoint()) == step;
    }

    /** Everything measured so far. */
    public List<Measurement> measurements() {
        try {
            return Metrics.read(metrics());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The held-out loss before the first step, where there was something to measure on. */
    public OptionalDouble before() {
        return begun() ? RunState.read(checkpoint()).before() : OptionalDouble.empty();
    }

    Path metrics() {
        return path.resolve("metrics.jsonl");
    }

    /** Writes the checkpoint of {@code step}, and drops all but the last {@code keep}. @throws TrainingStopped where it cannot */
    public void save(long step, int keep, Content content) {
        Path checkpoints = path.resolve("checkpoints");
        Path aside = checkpoints.resolve("step-" + step + ".tmp");
        try {
            Durable.deleteAll(aside);
            Files.createDirectories(aside);
            content.write(aside);
            Durable.forceAll(aside);
            Path done = checkpoints.resolve("step-" + step);
            AtomicFile.move(aside, done);
            Durable.replace(checkpoints.resolve("latest"), done.getFileName() + "\n");
            publish(done);
            if (Files.exists(metrics())) {
                Durable.replace(path.resolve("loss.svg"), LossCurve.svg(Metrics.read(metrics())));
            }
            for (Path old : steps().reversed().stream().skip(keep).toList()) {
                drop(old);
            }
        } catch (IOException | UncheckedIOException e) {
            throw unsaved(step, aside, e);
        }
    }

    private TrainingStopped unsaved(long step, Path aside, Exception e) {
        try {
            Durable.deleteAll(aside);
        } catch (IOException | UncheckedIOException left) {
            e.addSuppressed(left);
        }
        String good = begun()
                ? " The checkpoint " + checkpoint() + " is complete: resume when this is mended."
                : " Nothing was trained yet.";
        return new TrainingStopped(
                "Training stopped at step " + step + ": its checkpoint cannot be written to " + path + " (" + reason(e)
                        + ")." + good,
                e);
    }

    /** What an interrupted run left half done, and what it had reached after the checkpoint to go on from. */
    private void sweep() throws IOException {
        long latest = step(checkpoint());
        for (Path p : list(path.resolve("checkpoints"))) {
            if (!p.endsWith("latest") && (step(p) < 0 || step(p) > latest)) {
                Durable.deleteAll(p);
            }
        }
        for (Path p : list(path)) {
            if (p.getFileName().toString().matches("\\..+\\.tmp")) {
                Files.delete(p);
            }
        }
    }

    /** The model's files in the run's own folder. */
    private void publish(Path checkpoint) throws IOException {
        for (Path file : list(checkpoint)) {
            if (!RunState.OWN.contains(file.getFileName().toString())) {
                Durable.link(file, path.resolve(file.getFileName()));
            }
        }
    }

    /** The checkpoints in order. */
    private List<Path> steps() throws IOException {
        return list(path.resolve("checkpoints")).stream()
                .filter(p -> step(p) >= 0)
                .sorted(Comparator.comparingLong(RunFolder::step))
                .toList();
    }

    private static List<Path> list(Path folder) throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.toList();
        }
    }

    private static void drop(Path checkpoint) throws IOException {
        Path aside = checkpoint.resolveSibling(checkpoint.getFileName() + ".old");
        AtomicFile.move(checkpoint, aside);
        Durable.deleteAll(aside);
    }

    private static long step(Path checkpoint) {
        Matcher name = STEP.matcher(checkpoint.getFileName().toString());
        return name.matches() ? Long.parseLong(name.group(1)) : -1;
    }

    private static FileChannel lock(Path path) throws IOException {
        FileChannel channel =
                FileChannel.open(path.resolve(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            if (channel.tryLock() != null) {
                return channel;
            }
        } catch (OverlappingFileLockException e) {
            // The other run is in this process: told below as any other.
        }
        channel.close();
        throw new BadInput("Another process is training in " + path + ": wait for it, or stop it.");
    }

    /** What the system said. */
    private static String reason(Exception e) {
        return Optional.ofNullable(e.getMessage()).orElseGet(e::toString);
    }

    @Override
    public void close() {
        try {
            lock.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
