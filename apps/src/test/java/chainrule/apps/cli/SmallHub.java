package chainrule.apps.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A hub on this machine whose one repository, {@code some/model}, holds the files of a folder, all as large ones. */
final class SmallHub implements AutoCloseable {
    /** The files asked for, each with the range that was wanted of it. */
    final List<String> asked = new CopyOnWriteArrayList<>();

    private final TreeMap<String, byte[]> files = new TreeMap<>();
    private final HttpServer server;
    private Optional<String> damaged = Optional.empty();
    private int limit = Integer.MAX_VALUE;
    private final CountDownLatch over = new CountDownLatch(1);

    SmallHub(Path folder) throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            for (Path file : all.toList()) {
                files.put(file.getFileName().toString(), Files.readAllBytes(file));
            }
        }
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/api/models/some/model/tree/main", this::list);
        server.createContext("/some/model/resolve/main/", this::send);
        server.start();
    }

    String address() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    List<String> names() {
        return List.copyOf(files.keySet());
    }

    /** Sends a file with its last byte changed. */
    void damage(String name) {
        damaged = Optional.of(name);
    }

    /** Sends this many bytes of a file at most, and then nothing until this is closed. */
    void holdAt(int bytes) {
        limit = bytes;
    }

    private void list(HttpExchange exchange) throws IOException {
        String items = files.entrySet().stream()
                .map(f ->
                        "{\"type\":\"file\",\"path\":\"%1$s\",\"size\":%2$d,\"oid\":\"%3$040d\",\"lfs\":{\"oid\":\"%4$s\",\"size\":%2$d}}"
                                .formatted(f.getKey(), f.getValue().length, 0, sha256(f.getValue())))
                .collect(Collectors.joining(",", "[", "]"));
        try (exchange) {
            exchange.sendResponseHeaders(200, items.length());
            exchange.getResponseBody().write(items.getBytes(StandardCharsets.US_ASCII));
        }
    }

    private void send(HttpExchange exchange) throws IOException {
        String name = exchange.getRequestURI().getPath().replaceFirst(".*/", "");
        Optional<String> range =
                Optional.ofNullable(exchange.getRequestHeaders().getFirst("Range"));
        asked.add(name + range.map(r -> " " + r).orElse(""));
        byte[] content = files.getOrDefault(name, new byte[0]).clone();
        if (damaged.equals(Optional.of(name))) {
            content[content.length - 1] ^= 1;
        }
        int from = Integer.parseInt(range.orElse("0").replaceAll("\\D", ""));
        int to = Math.min(content.length, limit);
        try (exchange) {
            exchange.getResponseHeaders().add("ETag", "\"" + name + "\"");
            if (from > 0) {
                exchange.getResponseHeaders()
                        .add("Content-Range", "bytes %d-%d/%d".formatted(from, content.length - 1, content.length));
            }
            exchange.sendResponseHeaders(from > 0 ? 206 : 200, content.length - from);
            exchange.getResponseBody().write(content, from, to - from);
            exchange.getResponseBody().flush();
            if (to < content.length) {
                over.await();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static String sha256(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        over.countDown();
        server.stop(0);
    }
}
