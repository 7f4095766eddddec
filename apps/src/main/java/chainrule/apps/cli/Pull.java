package chainrule.apps.cli;

import chainrule.Progress;
import chainrule.checkpoint.Hub;
import chainrule.checkpoint.ModelStore;
import java.io.IOException;
import java.net.ConnectException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code pull}: a model from a hub into the local store. */
@Command(
        name = "pull",
        description = {
            "Fetch a model from a hub into the local store. An interrupted transfer goes on where it stopped;",
            "every file is checked against the hub's checksum. CHAINRULE_HUB or HF_ENDPOINT name another hub,",
            "HF_TOKEN is sent to it, CHAINRULE_OFFLINE=1 forbids it."
        },
        footer = {"", "Example:", "  ./chainrule pull HuggingFaceTB/SmolLM2-135M-Instruct"})
final class Pull implements Verb {
    @Parameters(paramLabel = "NAME", description = "owner/name, owner/name/FILE.gguf, either with @REVISION.")
    String name = "";

    @Option(names = "--json", description = "Print one JSON object.")
    boolean json;

    @Override
    public int run(Console console) throws IOException {
        Map<String, Progress> lines = new HashMap<>();
        Hub.Request request = Hub.Request.of(name);
        ModelStore store = ModelStore.of(console.environment());
        Hub.Settings settings = Hub.Settings.of(console.environment());
        Path folder;
        try {
            folder = new Hub(settings)
                    .pull(
                            request,
                            store,
                            (file, done, total) -> lines.computeIfAbsent(
                                            file, f -> console.progress(f, total, Progress.Unit.BYTES))
                                    .update(done, ""));
        } catch (ConnectException e) {
            throw new IOException("The hub " + settings.endpoint() + " cannot be reached.", e);
        } finally {
            lines.values().forEach(Progress::close);
        }
        if (json) {
            console.json(Map.of("model", name, "path", folder.toString()));
        } else {
            console.println(folder.toString());
        }
        return DONE;
    }
}
