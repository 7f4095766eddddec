package chainrule.checkpoint;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;

/** A hub on this machine with one repository, {@code some/model}, that can be told to misbehave. */
final class FakeHub implements AutoCloseable {
    /** What a request asked for. */
    record Asked(String path, Optional<String> range, Optional<String> authorization) {}

    final List<Asked> asked = new CopyOnWriteArrayList<>();
    /** The number of bytes after which the next transfer of a file breaks off. */
    final Map<String, Integer> breaks = new HashMap<>();
    /** What the list of files says in place of the truth. */
    final Map<String, String> checksums = new HashMap<>();

    private final Map<String, byte[]> files = new LinkedHashMap<>();
    private final Map<String, byte[]> sent = new HashMap<>();
    private final HttpServer server;
    private String redirects = "";
    private int perPage = 1000;
    private boolean silent;

    FakeHub() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::handle);
        server.start();
    }

    URI address() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    FakeHub put(String path, byte[] content) {
        files.put(path, content);
        return this;
    }

    FakeHub put(String path, String content) {
        return put(path, content.getBytes(StandardCharsets.UTF_8));
    }

    /** Sends other bytes than those of the list. */
    FakeHub send(String path, byte[] content) {
        sent.put(path, content);
        return this;
    }

    FakeHub redirectTo(String address) {
        redirects = address;
        return this;
    }

    FakeHub page(int files) {
        perPage = files;
        return this;
    }

    /** Sends 1,000 bytes of a large file and then nothing for 5 seconds. */
    FakeHub silent() {
        silent = true;
        return this;
    }

    List<String> askedPaths() {
        return asked.stream()
                .map(Asked::path)
                .filter(p -> p.contains("/resolve/"))
                .map(p -> p.replaceFirst(".*/resolve/main/", ""))
                .toList();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            asked.add(new Asked(path, header(exchange, "Range"), header(exchange, "Authorization")));
            if (path.equals("/api/models/some/model/tree/main")) {
                list(exchange);
            } else if (path.startsWith("/some/model/resolve/main/") && files.containsKey(path.substring(25))) {
                content(exchange, path.substring(25));
            } else {
                exchange.sendResponseHeaders(404, -1);
            }
        }
    }

    private static Optional<String> header(HttpExchange exchange, String name) {
        return Optional.ofNullable(exchange.getRequestHeaders().getFirst(name));
    }

    private void list(HttpExchange exchange) throws IOException {
        String query = exchange.getRequestURI().getQuery();
        int from = query.contains("cursor=") ? Integer.parseInt(query.replaceFirst(".*cursor=", "")) : 0;
        List<String> items = new ArrayList<>();
        for (String path : files.keySet()) {
            byte[] content = files.get(path);
            boolean large = content.length > 1000;
            String checksum = checksums.getOrDefault(path, checksum(content, large));
            String lfs = large
                    ? ",\"lfs\":{\"oid\":\"" + checksum + "\",\"size\":" + content.length + ",\"pointerSize\":100}"
                    : "";
            items.add("{\"type\":\"file\",\"path\":\"" + path + "\",\"size\":" + content.length + ",\"oid\":\""
                    + (large ? "0".repeat(40) : checksum) + "\"" + lfs + "}");
        }
        items.add("{\"type\":\"directory\",\"path\":\"onnx\",\"size\":0,\"oid\":\"" + "0".repeat(40) + "\"}");
        int to = Math.min(from + perPage, items.size());
        if (to < items.size()) {
            exchange.getResponseHeaders()
                    .add(
                            "Link",
                            "<" + address() + "/api/models/some/model/tree/main?recursive=true&cursor=" + to
                                    + ">; rel=\"next\"");
        }
        answer(exchange, 200, ("[" + String.join(",", items.subList(from, to)) + "]").getBytes(StandardCharsets.UTF_8));
    }

    private static String checksum(byte[] content, boolean large) {
        try {
            MessageDigest digest = MessageDigest.getInstance(large ? "SHA-256" : "SHA-1");
            if (!large) {
                digest.update(("blob " + content.length + "\0").getBytes(StandardCharsets.US_ASCII));
            }
            return HexFormat.of().formatHex(digest.digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    private void content(HttpExchange exchange, String path) throws IOException {
        if (!redirects.isEmpty()) {
            exchange.getResponseHeaders()
                    .add("Location", redirects + exchange.getRequestURI().getPath());
            exchange.sendResponseHeaders(302, -1);
            return;
        }
        byte[] content = sent.getOrDefault(path, files.getOrDefault(path, new byte[0]));
        String tag = "\"" + checksum(content, true) + "\"";
        exchange.getResponseHeaders().add("ETag", tag);
        int from = header(exchange, "Range")
                .filter(_ -> header(exchange, "If-Range").equals(Optional.of(tag)))
                .map(r -> Integer.parseInt(r.replaceAll("\\D", "")))
                .orElse(0);
        if (from > 0) {
            exchange.getResponseHeaders()
                    .add("Content-Range", "bytes " + from + "-" + (content.length - 1) + "/" + content.length);
        }
        Integer broken = silent && content.length > 1000 ? Integer.valueOf(from == 0 ? 1000 : 0) : breaks.remove(path);
        exchange.sendResponseHeaders(from > 0 ? 206 : 200, content.length == 0 ? -1 : content.length - from);
        OutputStream body = exchange.getResponseBody();
        body.write(content, from, broken == null ? content.length - from : broken);
        body.flush();
        if (silent && broken != null) {
            pause();
        }
    }

    private static void pause() {
        try {
            Thread.sleep(5_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void answer(HttpExchange exchange, int status, byte[] body) throws IOException {
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
