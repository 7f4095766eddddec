package chainrule.checkpoint;

import chainrule.BadInput;
import chainrule.Spelling;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The models of this machine under readable names: {@code root/owner/name}, each a folder that holds a model in Hugging
 * Face's layout or GGUF files. What is being fetched lies in {@code root/.partial}.
 */
public record ModelStore(Path root) {
    static final String PART = "[A-Za-z0-9](?:[A-Za-z0-9_-]|\\.(?!\\.)){0,127}";
    private static final Pattern NAME = Pattern.compile(PART + "(?:/" + PART + "){0,2}");
    private static final int MOST_SUGGESTIONS = 5;

    /** The store in the folder that {@link #home} says. */
    public static ModelStore of(Map<String, String> environment) {
        return new ModelStore(home(environment).resolve("models"));
    }

    /** Where this toolkit keeps what it fetches: {@code CHAINRULE_HOME}, else {@code ~/.cache/chainrule}. */
    public static Path home(Map<String, String> environment) {
        String home = environment.getOrDefault("CHAINRULE_HOME", "");
        return home.isBlank() ? Path.of(System.getProperty("user.home"), ".cache", "chainrule") : Path.of(home);
    }

    /**
     * The file or folder that a model argument means: a path, or a name of this store.
     *
     * @throws BadInput where there is no such model, with names that are alike
     */
    public Path resolve(String argument) {
        Path path = path(argument);
        if (Files.exists(path)) {
            return path;
        }
        if (NAME.matcher(argument).matches() && Files.exists(root.resolve(argument))) {
            return root.resolve(argument);
        }
        List<String> names = names();
        List<String> alike = alike(argument, names);
        String there = names.isEmpty()
                ? "The store " + root + " is empty."
                : "There are " + String.join(", ", first(names)) + ".";
        throw new BadInput(
                "There is no model '" + Quote.of(argument) + "', neither as a file or folder nor in the store. "
                        + (alike.isEmpty() ? there : "Did you mean " + String.join(" or ", first(alike)) + "?"));
    }

    private static Path path(String argument) {
        try {
            return Path.of(argument);
        } catch (InvalidPathException e) {
            throw new BadInput("'" + Quote.of(argument) + "' is no name for a model.", e);
        }
    }

    private static List<String> first(List<String> names) {
        return names.subList(0, Math.min(MOST_SUGGESTIONS, names.size()));
    }

    /** The folder of a name, whether or not it is there. @throws BadInput for what is no name, as with a way up in it */
    public Path folder(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new BadInput("'" + Quote.of(name)
                    + "' is no name for a model: it is made of letters, digits, '.', '_' and '-', as in owner/name.");
        }
        return root.resolve(name);
    }

    /** All names, in order; of a folder with several GGUF files, those files. */
    public List<String> names() {
        List<String> names = new ArrayList<>();
        for (Path outer : folders(root)) {
            addModels(names, outer);
            folders(outer).forEach(inner -> addModels(names, inner));
        }
        return names.stream().sorted().toList();
    }

    private void addModels(List<String> names, Path folder) {
        List<Path> ggufs = HuggingFaceFolder.files(folder, ".gguf");
        if (Files.exists(folder.resolve("config.json")) || ggufs.size() == 1) {
            names.add(name(folder));
        } else {
            ggufs.forEach(file -> names.add(name(file)));
        }
    }

    private String name(Path path) {
        return root.relativize(path).toString().replace('\\', '/');
    }

    private static List<Path> folders(Path folder) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> all = Files.list(folder)) {
            return all.filter(f ->
                            Files.isDirectory(f) && !f.getFileName().toString().startsWith("."))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw Mapped.unreadable(folder, e);
        }
    }

    /** The names that contain what was asked for, or are few letters away from it, the nearest first. */
    private static List<String> alike(String asked, List<String> names) {
        String wanted = last(asked);
        int limit = Math.max(2, wanted.length() / 3);
        return names.stream()
                .filter(n -> Spelling.distance(wanted, last(n)) <= limit
                        || (wanted.length() > 2 && n.toLowerCase(Locale.ROOT).contains(wanted)))
                .sorted(Comparator.comparingInt(n -> Spelling.distance(wanted, last(n))))
                .toList();
    }

    private static String last(String name) {
        return name.substring(name.lastIndexOf('/') + 1).toLowerCase(Locale.ROOT);
    }
}
