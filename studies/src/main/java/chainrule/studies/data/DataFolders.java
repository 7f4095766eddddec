package chainrule.studies.data;

import chainrule.BadInput;
import chainrule.checkpoint.ModelStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where data sets are looked for.
 *
 * @param all the folders, the first that has a file is the one
 * @param own the one of them that data are fetched into
 */
public record DataFolders(List<Path> all, Path own) {
    /** {@code CHAINRULE_DATA}, the user's cache, and {@code ../shared/data} beside the working folder. */
    public static DataFolders of(Map<String, String> environment) {
        Path cache = ModelStore.home(environment).resolve("data");
        List<Path> all = new ArrayList<>();
        Optional<Path> named = Optional.ofNullable(environment.get("CHAINRULE_DATA"))
                .filter(path -> !path.isBlank())
                .map(Path::of);
        named.ifPresent(all::add);
        all.add(cache);
        all.add(Path.of("../shared/data"));
        return new DataFolders(all, named.orElse(cache));
    }

    public Optional<Path> find(DataFile file) {
        return all.stream()
                .map(folder -> folder.resolve(file.path()))
                .filter(Files::isRegularFile)
                .findFirst();
    }

    /** Where all files of a data set are, in its order. @throws BadInput where one is missing, with what to do */
    public List<Path> files(DataSet set) {
        return set.files().stream()
                .map(file -> find(file)
                        .orElseThrow(() -> new BadInput("The data set " + set.name() + " is not here (" + file.path()
                                + " in none of " + all + "): ./chainrule data get " + set.name() + " fetches it.")))
                .toList();
    }
}
