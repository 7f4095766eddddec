package chainrule.checkpoint;

import chainrule.BadInput;
import java.io.IOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A hub of models that speaks the Hugging Face Hub's interface: a list of files under {@code /api/models/REPO/tree/REV} and
 * their contents under {@code /REPO/resolve/REV/FILE}. Nothing is fetched but by {@link #pull}.
 */
public final class Hub {
    private static final URI USUAL = URI.create("https://huggingface.co");

    private final Settings settings;

    public Hub(Settings settings) {
        this.settings = settings;
    }

    /** The hub that the environment names. @throws BadInput where the environment says to stay offline */
    public static Hub of(Map<String, String> environment) {
        return new Hub(Settings.of(environment));
    }

    /**
     * Where the hub is.
     *
     * @param token for models that need one; sent to the hub only, and only encrypted or within this machine
     * @param pause before a second attempt; doubled for each further one
     * @param stall the time without a byte after which a connection counts as broken
     */
    public record Settings(URI endpoint, Optional<String> token, Duration pause, Duration stall) {
        private static final Set<String> THIS_MACHINE = Set.of("localhost", "127.0.0.1", "[::1]");

        public Settings {
            boolean encrypted = "https".equals(endpoint.getScheme());
            if ((!encrypted && !"http".equals(endpoint.getScheme()))
                    || endpoint.getHost() == null
                    || endpoint.getQuery() != null) {
                throw new BadInput("'" + Quote.of(endpoint.toString())
                        + "' is no address of a hub, as https://huggingface.co is.");
            }
            if (token.isPresent() && !encrypted && !THIS_MACHINE.contains(endpoint.getHost())) {
                throw new BadInput(
                        "The token in HF_TOKEN would be sent unencrypted to " + endpoint + ": use https, or unset it.");
            }
        }

        /** {@code CHAINRULE_HUB} or {@code HF_ENDPOINT}, and {@code HF_TOKEN}; refused under {@code CHAINRULE_OFFLINE=1}. */
        public static Settings of(Map<String, String> environment) {
            if (environment.getOrDefault("CHAINRULE_OFFLINE", "").equals("1")) {
                throw new BadInput("CHAINRULE_OFFLINE=1 forbids to fetch anything: unset it to fetch a model.");
            }
            String address = Stream.of("CHAINRULE_HUB", "HF_ENDPOINT")
                    .map(n -> environment.getOrDefault(n, ""))
                    .filter(v -> !v.isBlank())
                    .findFirst()
                    .orElse(USUAL.toString());
            try {
                URI endpoint = URI.create(address.strip().replaceFirst("/+$", ""));
                Optional<String> token = Optional.ofNullable(environment.get("HF_TOKEN"))
                        .map(String::strip)
                        .filter(t -> !t.isEmpty());
                return new Settings(endpoint, token, Duration.ofMillis(500), Duration.ofSeconds(60));
            } catch (IllegalArgumentException e) {
                throw new BadInput("'" + Quote.of(address) + "' is no address of a hub.", e);
            }
        }
    }

    /** What to fetch: a repository at a revision, and the GGUF file in it where one is wanted. */
    public record Request(String repository, String revision, Optional<String> gguf) {
        static final Pattern GGUF = Pattern.compile(ModelStore.PART + "\\.gguf");

        private static final Pattern REPOSITORY = Pattern.compile(ModelStore.PART + "(?:/" + ModelStore.PART + ")?");
        private static final Pattern REVISION = Pattern.compile(ModelStore.PART + "(?:/" + ModelStore.PART + "){0,4}");

        public Request {
            if (!REPOSITORY.matcher(repository).matches()
                    || !REVISION.matcher(revision).matches()
                    || !gguf.stream().allMatch(g -> GGUF.matcher(g).matches())) {
                throw new BadInput("'" + Quote.of(repository) + "' at revision '" + Quote.of(revision)
                        + "' is no model on a hub, as owner/name, owner/name/FILE.gguf or owner/name@REVISION are.");
            }
        }

        /** {@code [owner/]name[/FILE.gguf][@REVISION]}. @throws BadInput for other forms */
        public static Request of(String text) {
            int at = text.indexOf('@');
            String name = at < 0 ? text : text.substring(0, at);
            String revision = at < 0 ? "main" : text.substring(at + 1);
            int slash = name.lastIndexOf('/');
            if (slash > 0 && name.endsWith(".gguf")) {
                return new Request(name.substring(0, slash), revision, Optional.of(name.substring(slash + 1)));
            }
            return new Request(name, revision, Optional.empty());
        }
    }

    /** Hears how far a transfer is. */
    @FunctionalInterface
    public interface Listener {
        /** @param done bytes of {@code file} that are there, of {@code total} */
        void at(String file, long done, long total);
    }

    /**
     * Fetches a model into a store, where it appears under the repository's name when it is whole. What is there already and
     * is the same is not fetched again; what an earlier, broken transfer left is used.
     *
     * @return the model's folder
     * @throws IOException where the network or the disk fails; the same call goes on from there
     * @throws BadInput where the hub does not have the model or sends something else
     */
    public Path pull(Request request, ModelStore store, Listener listener) throws IOException {
        Path target = store.folder(request.repository());
        Path partial = store.root().resolve(".partial").resolve(request.repository());
        try (HubClient client = new HubClient(settings)) {
            HubListing listing = HubListing.of(client, request.repository(), request.revision());
            Files.createDirectories(partial);
            Path lockFile = partial.resolveSibling(partial.getFileName() + ".lock");
            try (FileChannel channel = FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    FileLock lock = channel.tryLock()) {
                if (lock == null) {
                    throw busy(request);
                }
                new Transfer(request, listing, target, partial).run(new Download(client, settings, listener));
            } catch (OverlappingFileLockException e) {
                throw busy(request);
            }
        }
        return target;
    }

    private static BadInput busy(Request request) {
        return new BadInput(request.repository() + ": it is being fetched already; wait until that is done.");
    }
}
