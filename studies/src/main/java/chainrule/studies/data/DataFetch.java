package chainrule.studies.data;

import chainrule.BadInput;
import chainrule.checkpoint.AtomicFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** Fetches data sets from their original addresses. Files are small, so that one is fetched as a whole or not at all. */
public final class DataFetch {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final DataFolders folders;
    private final UnaryOperator<URI> address;

    /** @throws BadInput where the environment says to stay offline */
    public DataFetch(DataFolders folders, Map<String, String> environment) {
        this(folders, environment, UnaryOperator.identity());
    }

    /** @param address where an original is asked for, given where it is */
    DataFetch(DataFolders folders, Map<String, String> environment, UnaryOperator<URI> address) {
        if (environment.getOrDefault("CHAINRULE_OFFLINE", "").equals("1")) {
            throw new BadInput("CHAINRULE_OFFLINE=1 forbids to fetch anything: unset it to fetch data.");
        }
        this.folders = folders;
        this.address = address;
    }

    /**
     * Fetches what is not here of a data set.
     *
     * @param notices is told of each file, in a line
     * @throws BadInput where an address has another file now, or none
     * @throws IOException where the network or the disk fails
     */
    public void get(DataSet set, Consumer<String> notices) throws IOException {
        try (HttpClient http = HttpClient.newBuilder()
                .followRedirects(HttpClient.Redirect.NORMAL)
                .connectTimeout(PATIENCE)
                .build()) {
            for (DataFile file : set.files()) {
                Path here = folders.find(file).orElse(folders.own().resolve(file.path()));
                if (file.matches(here)) {
                    notices.accept(here + " is here");
                    continue;
                }
                Path to = folders.own().resolve(file.path());
                store(file, fetched(http, file), to);
                notices.accept(to + " fetched");
            }
        }
    }

    private byte[] fetched(HttpClient http, DataFile file) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes(file.form().heading());
        for (String original : file.addresses()) {
            all.writeBytes(fetched(http, file, original));
        }
        return all.toByteArray();
    }

    private byte[] fetched(HttpClient http, DataFile file, String original) throws IOException {
        HttpRequest request = HttpRequest.newBuilder(address.apply(URI.create(original)))
                .timeout(PATIENCE)
                .header("User-Agent", "chainrule")
                .build();
        try {
            HttpResponse<byte[]> answer = http.send(request, HttpResponse.BodyHandlers.ofByteArray());
            if (answer.statusCode() != 200) {
                throw new BadInput(original + " answers " + answer.statusCode() + ": fetch " + file.path()
                        + " by hand, into " + folders.own() + ".");
            }
            return file.form().of(answer.body());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw (IOException) new InterruptedIOException("interrupted").initCause(e);
        }
    }

    private static void store(DataFile file, byte[] content, Path to) throws IOException {
        if (!file.matches(content)) {
            throw new BadInput(String.join(", ", file.addresses())
                    + " has another content now than the one that studies were made with: fetch " + file.path()
                    + " by hand.");
        }
        Files.createDirectories(to.toAbsolutePath().getParent());
        AtomicFile.write(to, content);
    }
}
