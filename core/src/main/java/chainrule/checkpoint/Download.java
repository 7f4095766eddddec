package chainrule.checkpoint;

import chainrule.BadInput;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The transfer of one file. What has arrived lies in {@code FILE.part}, with the validator (ETag) that it came under in
 * {@code FILE.part.tag}; a transfer goes on there if the hub still has the same, else it starts again. The file gets its
 * name when its checksum is right, and is removed when it is wrong.
 */
record Download(HubClient client, Hub.Settings settings, Hub.Listener listener) {
    private static final int ATTEMPTS = 5;
    private static final int PIECE = 1 << 17;

    void fetch(String place, HubFile file, Path to) throws IOException {
        Path part = to.resolveSibling(to.getFileName() + ".part");
        Path tag = to.resolveSibling(to.getFileName() + ".part.tag");
        Files.createDirectories(to.resolveSibling(""));
        if (size(part) > file.size() || validator(tag, file).isEmpty()) {
            Files.deleteIfExists(part);
        }
        for (int left = ATTEMPTS; !Files.exists(part) || size(part) < file.size(); ) {
            long before = size(part);
            try {
                transfer(client.at(place), file, part, tag);
                if (size(part) < file.size()) {
                    throw new IOException("the connection was closed");
                }
            } catch (IOException e) {
                left = size(part) > before ? ATTEMPTS : left - 1;
                if (left == 0 || Thread.currentThread().isInterrupted()) {
                    throw new IOException(
                            file.path() + ": the transfer broke off at " + size(part) + " of " + file.size()
                                    + " bytes (" + e.getMessage() + "); the same command goes on from there.",
                            e);
                }
                pause(settings.pause().multipliedBy(1L << (ATTEMPTS - left)));
            }
        }
        Files.deleteIfExists(tag);
        if (!file.matches(part)) {
            Files.delete(part);
            throw new BadInput(file.path() + ": what arrived does not have the checksum that the hub announces ("
                    + file.checksum() + "), and was removed: try again.");
        }
        AtomicFile.move(part, to);
    }

    /** The validator under which a part of this very file arrived. */
    private static Optional<String> validator(Path tag, HubFile file) throws IOException {
        List<String> known = Files.exists(tag) ? Files.readAllLines(tag) : List.of();
        return known.size() == 2 && known.get(0).equals(file.checksum()) ? Optional.of(known.get(1)) : Optional.empty();
    }

    private void transfer(URI from, HubFile file, Path part, Path tag) throws IOException {
        long start = size(part);
        Map<String, String> headers = new HashMap<>();
        if (start > 0) {
            headers.put("Range", "bytes=" + start + "-");
            validator(tag, file).ifPresent(v -> headers.put("If-Range", v));
        }
        HttpResponse<InputStream> answer = client.get(file.path(), from, headers);
        try (InputStream body = answer.body()) {
            String range = answer.headers().firstValue("Content-Range").orElse("");
            if (start == 0 || !range.equals("bytes " + start + "-" + (file.size() - 1) + "/" + file.size())) {
                start = 0;
                Files.deleteIfExists(part);
                Files.deleteIfExists(tag);
                if (answer.statusCode() != 200) {
                    throw new IOException("the hub has another file now");
                }
                String etag = answer.headers().firstValue("ETag").orElse("");
                if (!etag.isEmpty() && !etag.startsWith("W/")) {
                    Files.write(tag, List.of(file.checksum(), etag));
                }
            }
            receive(body, file, part, start);
        }
    }

    private void receive(InputStream body, HubFile file, Path part, long start) throws IOException {
        AtomicLong last = new AtomicLong(System.nanoTime());
        Thread watch = Thread.ofVirtual().start(() -> closeWhenStalled(body, last));
        byte[] piece = new byte[PIECE];
        try (FileChannel channel = FileChannel.open(
                part, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND)) {
            long done = start;
            for (int n = body.read(piece); n >= 0; n = body.read(piece)) {
                last.set(System.nanoTime());
                done += n;
                if (done > file.size()) {
                    channel.truncate(0);
                    throw new BadInput(
                            file.path() + ": the hub sends more than the " + file.size() + " bytes that it announced.");
                }
                ByteBuffer bytes = ByteBuffer.wrap(piece, 0, n);
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                listener.at(file.path(), done, file.size());
            }
            channel.force(true);
        } finally {
            watch.interrupt();
        }
    }

    private void closeWhenStalled(InputStream body, AtomicLong last) {
        try {
            while (System.nanoTime() - last.get() < settings.stall().toNanos()) {
                Thread.sleep(settings.stall().dividedBy(10));
            }
            body.close();
        } catch (InterruptedException | IOException e) {
            // The transfer is over.
        }
    }

    private static long size(Path part) throws IOException {
        return Files.exists(part) ? Files.size(part) : 0;
    }

    private static void pause(Duration duration) throws IOException {
        try {
            Thread.sleep(duration);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        }
    }
}
