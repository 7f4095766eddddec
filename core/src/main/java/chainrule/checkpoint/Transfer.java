package chainrule.checkpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** A model on its way from a hub into its folder {@code target}; until it is whole its files lie in {@code partial}. */
final class Transfer {
    private final Hub.Request request;
    private final HubListing listing;
    private final Path target;
    private final Path partial;
    private final Set<String> fetched = new HashSet<>();

    Transfer(Hub.Request request, HubListing listing, Path target, Path partial) {
        this.request = request;
        this.listing = listing;
        this.target = target;
        this.partial = partial;
    }

    void run(Download download) throws IOException {
        Optional<HubFile> whole = listing.weights(request.gguf());
        boolean gguf = whole.isPresent() && whole.get().path().endsWith(".gguf");
        List<HubFile> files = new ArrayList<>(listing.companions(!gguf));
        HubFile weights = whole.orElseGet(listing::index);
        files.add(weights);
        fetch(files, download);
        if (whole.isEmpty()) {
            Path index = (fetched.contains(weights.path()) ? partial : target).resolve(weights.path());
            fetch(listing.shards(index), download);
        }
        finish();
    }

    private void fetch(List<HubFile> files, Download download) throws IOException {
        List<HubFile> missing = new ArrayList<>();
        for (HubFile file : files) {
            if (!file.matches(target.resolve(file.path()))) {
                fetched.add(file.path());
                if (!file.matches(partial.resolve(file.path()))) {
                    missing.add(file);
                }
            }
        }
        checkSpace(missing);
        for (HubFile file : missing) {
            download.fetch(path(file), file, partial.resolve(file.path()));
        }
    }

    /** Where the file is on the hub. */
    private String path(HubFile file) {
        return "/" + request.repository() + "/resolve/" + request.revision().replace("/", "%2F") + "/" + file.path();
    }

    private void checkSpace(List<HubFile> files) throws IOException {
        long needed = 0;
        for (HubFile file : files) {
            Path part = partial.resolve(file.path() + ".part");
            needed += Files.exists(part) ? Math.max(0, file.size() - Files.size(part)) : file.size();
        }
        long free = Files.getFileStore(partial).getUsableSpace();
        if (needed > free) {
            throw new IOException(String.format(
                    Locale.ROOT,
                    "%s takes %,d more bytes where %,d are free on the disk of %s: free some, or set CHAINRULE_HOME to another place.",
                    request.repository(),
                    needed,
                    free,
                    partial));
        }
    }

    /** Gives the whole folder its name, or moves its files among those that are there: weights before what names them. */
    private void finish() throws IOException {
        for (Path file : files(partial)) {
            if (!fetched.contains(partial.relativize(file).toString().replace('\\', '/'))) {
                Files.delete(file);
            }
        }
        if (!Files.exists(target)) {
            Files.createDirectories(target.resolveSibling(""));
            AtomicFile.move(partial, target);
            return;
        }
        for (String name : fetched.stream()
                .sorted(Comparator.comparing((String n) -> n.endsWith(".json")))
                .toList()) {
            Files.createDirectories(target.resolve(name).resolveSibling(""));
            AtomicFile.move(partial.resolve(name), target.resolve(name));
        }
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile).toList();
        }
    }
}
