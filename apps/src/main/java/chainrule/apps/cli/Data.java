package chainrule.apps.cli;

import chainrule.studies.data.DataFetch;
import chainrule.studies.data.DataFolders;
import chainrule.studies.data.DataSet;
import chainrule.studies.data.DataSets;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code data}: the data sets that studies read. */
@Command(
        name = "data",
        description = {
            "List the data sets that studies read, or fetch some from their original addresses. They are looked for in",
            "CHAINRULE_DATA, the user's cache and ../shared/data; CHAINRULE_OFFLINE=1 forbids to fetch."
        },
        footer = {"", "Examples:", "  ./chainrule data list", "  ./chainrule data get wikinews"})
final class Data implements Verb {
    /** What to do. */
    enum Action {
        LIST,
        GET
    }

    @Parameters(index = "0", paramLabel = "list|get", description = "What to do.")
    Action action = Action.LIST;

    @Parameters(index = "1..*", arity = "0..*", paramLabel = "NAME", description = "Which data sets to fetch.")
    List<String> names = List.of();

    @Option(names = "--json", description = "Print one JSON object.")
    boolean json;

    @Override
    public int run(Console console) throws IOException {
        DataFolders folders = DataFolders.of(console.environment());
        if (action == Action.LIST) {
            list(folders, console);
            return DONE;
        }
        if (names.isEmpty()) {
            throw new Failure.Usage("Name the data sets to fetch: ./chainrule data list shows them.");
        }
        DataFetch fetch = new DataFetch(folders, console.environment());
        for (DataSet set : names.stream().map(DataSets::find).toList()) {
            fetch.get(set, console::note);
        }
        return DONE;
    }

    private void list(DataFolders folders, Console console) {
        Map<String, Object> all = new LinkedHashMap<>();
        for (DataSet set : DataSets.all()) {
            boolean here = set.files().stream().allMatch(f -> folders.find(f).isPresent());
            all.put(set.name(), Map.of("title", set.title(), "licence", set.licence(), "here", here));
            if (!json) {
                console.println(String.format(
                        Locale.ROOT,
                        "%-12s %-5s %s (%s)",
                        set.name(),
                        here ? "here" : "-",
                        set.title(),
                        set.licence()));
            }
        }
        if (json) {
            console.json(all);
        }
    }
}
