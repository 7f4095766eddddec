package chainrule.studies;

import chainrule.checkpoint.AtomicFile;
import chainrule.checkpoint.Safetensors;
import chainrule.nn.Tree;
import chainrule.train.Durable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.bytedeco.pytorch.NoGradGuard;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a study has found on its way, kept in a folder until it ends: a run that was stopped, or failed, is gone on with by the
 * next one of the same program with the same settings. What others left there is passed over.
 */
public final class Kept {
    /** Keeps nothing. */
    public static final Kept NOTHING = new Kept(Optional.empty(), "");

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final String MODEL = ".safetensors";

    /** What finds something. */
    @FunctionalInterface
    public interface Trial<T> {
        T run() throws IOException;
    }

    /** What trains something. */
    @FunctionalInterface
    public interface Training {
        void run() throws IOException;
    }

    private final Optional<Path> folder;
    private final String program;
    private double seconds;

    /** @param program names what is below the folder for this program */
    private Kept(Optional<Path> folder, String program) {
        this.folder = folder;
        this.program = program;
    }

    /**
     * In {@code folder}, which need not be there.
     *
     * @param settings what decides the figures besides the program, in words
     */
    public static Kept in(Path folder, String settings) throws IOException {
        var kept = new Kept(Optional.of(folder), Facts.program(settings).substring(0, 16));
        Files.createDirectories(kept.own());
        return kept;
    }

    /** How much there is. */
    public int parts() throws IOException {
        if (folder.isEmpty()) {
            return 0;
        }
        try (Stream<Path> all = Files.list(own())) {
            return (int) all.filter(file -> !file.getFileName().toString().startsWith("."))
                    .count();
        }
    }

    /** How long it took to find what was read again. */
    double seconds() {
        return seconds;
    }

    /** What was found under {@code name} before, or else is found now. */
    public <T extends Record> T once(String name, Class<T> type, Trial<T> trial) throws IOException {
        if (folder.isEmpty()) {
            return trial.run();
        }
        Path file = file(name, ".json");
        if (Files.exists(file)) {
            JsonNode before = JSON.readTree(Files.readString(file));
            seconds += before.required("seconds").doubleValue();
            return JSON.treeToValue(before.required("found"), type);
        }
        long began = System.nanoTime();
        T found = trial.run();
        Map<String, Object> all = Map.of("seconds", (System.nanoTime() - began) / 1e9, "found", found);
        AtomicFile.write(file, JSON.writeValueAsString(all).getBytes(StandardCharsets.UTF_8));
        return found;
    }

    /** Parameters as {@code training} left them before, or else leaves them now. */
    public void once(String name, Tree parameters, Training training) throws IOException {
        if (folder.isEmpty()) {
            training.run();
            return;
        }
        Path file = file(name, MODEL);
        if (Files.exists(file)) {
            try (Safetensors before = Safetensors.open(file);
                    var _ = new NoGradGuard()) {
                seconds += Double.parseDouble(before.metadata().getOrDefault("seconds", "0"));
                parameters.tensors().forEach((path, tensor) -> tensor.copy_(before.read(path)));
            }
            return;
        }
        long began = System.nanoTime();
        training.run();
        Safetensors.write(file, parameters.tensors(), Map.of("seconds", "" + (System.nanoTime() - began) / 1e9));
    }

    private Path own() {
        return folder.orElseThrow().resolve(program);
    }

    private Path file(String name, String end) {
        String words = name.replaceAll("[^A-Za-z0-9]+", "-");
        String own = HexFormat.of().toHexDigits(name.hashCode());
        return own().resolve(words.substring(0, Math.min(60, words.length())) + "-" + own + end);
    }

    /** Drops all of it: the study has ended. */
    public void drop() throws IOException {
        if (folder.isPresent()) {
            Durable.deleteAll(folder.get());
        }
    }
}
