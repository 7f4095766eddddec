package chainrule.checkpoint;

import chainrule.BadInput;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/** The files of a repository at a revision, and which of them a model needs. */
record HubListing(String origin, SequencedMap<String, HubFile> files) {
    private static final String INDEX = "model.safetensors.index.json";

    private static final Set<String> WANTED = Set.of(
            "config.json",
            "generation_config.json",
            "tokenizer.json",
            "tokenizer_config.json",
            "special_tokens_map.json",
            "chat_template.jinja");
    private static final Pattern ABOUT = Pattern.compile("README\\.md|LICEN[SC]E(\\.\\w{1,5})?");
    private static final Pattern TEMPLATE = Pattern.compile("additional_chat_templates/[A-Za-z0-9_-]{1,100}\\.jinja");
    private static final Pattern SAFE =
            Pattern.compile("(?!.*(^|/)\\.\\.?(/|$))[^/\\\\\\p{Cntrl}:][^\\\\\\p{Cntrl}:]{0,999}");
    private static final Pattern CHECKSUM = Pattern.compile("[0-9a-f]{40}|[0-9a-f]{64}");
    private static final Pattern NEXT = Pattern.compile("<([^>]*)>\\s*;\\s*rel=\"?next\"?");
    private static final long LARGEST_FILE = 1L << 44;
    private static final int LARGEST_PAGE = 16 << 20;
    private static final int MOST_PAGES = 200;

    /** Asks a hub. @throws BadInput where the answer is no list of files of a repository */
    static HubListing of(HubClient client, String repository, String revision) throws IOException {
        SequencedMap<String, HubFile> files = new LinkedHashMap<>();
        Optional<URI> page = Optional.of(
                client.at("/api/models/" + repository + "/tree/" + revision.replace("/", "%2F") + "?recursive=true"));
        for (int count = 0; page.isPresent(); count++) {
            HttpResponse<InputStream> answer = client.get(repository, page.get(), Map.of());
            try (InputStream body = answer.body()) {
                byte[] bytes = body.readNBytes(LARGEST_PAGE + 1);
                if (bytes.length > LARGEST_PAGE || count == MOST_PAGES) {
                    throw new BadInput(repository + ": the hub's list of files has no end.");
                }
                add(files, repository, new String(bytes, StandardCharsets.UTF_8));
            }
            page = next(client, page.get(), answer);
        }
        return new HubListing(repository, files);
    }

    private static Optional<URI> next(HubClient client, URI page, HttpResponse<?> answer) {
        Matcher link = NEXT.matcher(String.join(", ", answer.headers().allValues("Link")));
        if (!link.find()) {
            return Optional.empty();
        }
        try {
            return Optional.of(page.resolve(link.group(1))).filter(client::isHub);
        } catch (IllegalArgumentException e) {
            throw new BadInput(
                    "The hub's list of files goes on at '" + Quote.of(link.group(1)) + "', which is no address.", e);
        }
    }

    private static void add(Map<String, HubFile> files, String repository, String json) {
        JsonNode list = JsonFile.node(repository + ": the hub's list of files", json);
        for (JsonNode item : list) {
            if (!item.path("type").asString("").equals("file")) {
                continue;
            }
            String path = item.path("path").asString("");
            boolean large = item.path("lfs").isObject();
            JsonNode size = large ? item.path("lfs").path("size") : item.path("size");
            String checksum =
                    (large ? item.path("lfs") : item).path("oid").asString("").replaceFirst("^sha256:", "");
            if (!SAFE.matcher(path).matches()) {
                throw new BadInput(repository + ": the hub lists the file '" + Quote.of(path)
                        + "', which leads out of the folder.");
            }
            if (!size.canConvertToLong()
                    || !size.isIntegralNumber()
                    || size.longValue() < 0
                    || size.longValue() > LARGEST_FILE
                    || !CHECKSUM.matcher(checksum).matches()) {
                throw new BadInput(repository + ": the hub lists the file '" + Quote.of(path)
                        + "' without a size and a checksum.");
            }
            files.put(path, new HubFile(path, size.longValue(), large, checksum));
        }
    }

    /** The files beside the weights. */
    List<HubFile> companions(boolean configuration) {
        return files.values().stream()
                .filter(f -> ABOUT.matcher(f.path()).matches()
                        || (configuration
                                && (WANTED.contains(f.path())
                                        || TEMPLATE.matcher(f.path()).matches())))
                .toList();
    }

    /** The weights in one file: a named GGUF file, else safetensors, else the only GGUF file; none where there are shards. */
    Optional<HubFile> weights(Optional<String> gguf) {
        if (gguf.isPresent()) {
            return Optional.of(file(gguf.get()));
        }
        if (files.containsKey("model.safetensors") || files.containsKey(INDEX)) {
            return Optional.ofNullable(files.get("model.safetensors"));
        }
        List<HubFile> ggufs = ggufs();
        if (ggufs.size() == 1) {
            return Optional.of(ggufs.getFirst());
        }
        throw new BadInput(
                ggufs.isEmpty()
                        ? origin
                                + ": there are no weights as safetensors or GGUF in this repository; other forms are not read."
                        : origin + ": there are several GGUF files; name one, as in " + origin + "/"
                                + ggufs.getFirst().path() + ": " + names(ggufs) + ".");
    }

    private List<HubFile> ggufs() {
        return files.values().stream()
                .filter(f -> Hub.Request.GGUF.matcher(f.path()).matches())
                .toList();
    }

    private static String names(List<HubFile> files) {
        return files.isEmpty()
                ? "none"
                : String.join(", ", files.stream().map(f -> Quote.of(f.path())).toList());
    }

    private HubFile file(String name) {
        HubFile file = files.get(name);
        if (file == null) {
            throw new BadInput(origin + ": there is no file " + name + " in the repository; of GGUF files there are "
                    + names(ggufs()) + ".");
        }
        return file;
    }

    /** The index of sharded weights. */
    HubFile index() {
        return file(INDEX);
    }

    /** The shards that a fetched index names. */
    List<HubFile> shards(Path index) {
        return ShardedSafetensors.shards(index).stream().map(this::file).toList();
    }
}
