package chainrule.checkpoint;

import chainrule.BadInput;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/** HTTP requests to a hub. Redirects are followed, but the token goes only to the hub itself. */
final class HubClient implements AutoCloseable {
    private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);
    private static final int MOST_REDIRECTS = 10;

    private final URI endpoint;
    private final Optional<String> token;
    private final Duration patience;
    private final HttpClient http;

    HubClient(Hub.Settings settings) {
        this.endpoint = settings.endpoint();
        this.token = settings.token();
        this.patience = settings.stall();
        this.http = HttpClient.newBuilder()
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(patience)
                .build();
    }

    /** A place on the hub; {@code path} begins with a slash. */
    URI at(String path) {
        return URI.create(endpoint + path);
    }

    boolean isHub(URI uri) {
        return Objects.equals(uri.getScheme(), endpoint.getScheme())
                && Objects.equals(uri.getHost(), endpoint.getHost())
                && uri.getPort() == endpoint.getPort();
    }

    /**
     * The answer to a request, of status 200, 206 or 416; the caller closes its body.
     *
     * @param what what is asked for, in words
     * @throws BadInput where the hub has no such thing or does not give it
     * @throws IOException where another attempt may help
     */
    HttpResponse<InputStream> get(String what, URI uri, Map<String, String> headers) throws IOException {
        URI place = uri;
        for (int hop = 0; hop <= MOST_REDIRECTS; hop++) {
            HttpResponse<InputStream> answer = send(place, headers);
            int status = answer.statusCode();
            if (status == 200 || status == 206 || status == 416) {
                return answer;
            }
            answer.body().close();
            if (status == 401 || status == 403 || status == 404) {
                throw new BadInput(what + ": the hub " + endpoint + " answers " + status
                        + ": there is no such thing, or it needs a token with access to it in HF_TOKEN.");
            }
            if (!REDIRECTS.contains(status)) {
                throw new IOException(what + ": the hub answers " + status);
            }
            place = redirected(what, place, answer);
        }
        throw new BadInput(what + ": the hub redirects more than " + MOST_REDIRECTS + " times.");
    }

    private HttpResponse<InputStream> send(URI place, Map<String, String> headers) throws IOException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(place).timeout(patience).header("User-Agent", "chainrule");
        headers.forEach(request::header);
        if (isHub(place)) {
            token.ifPresent(t -> request.header("Authorization", "Bearer " + t));
        }
        try {
            return http.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw (IOException) new InterruptedIOException("interrupted").initCause(e);
        }
    }

    private static URI redirected(String what, URI from, HttpResponse<?> answer) {
        String location = answer.headers().firstValue("Location").orElse("");
        try {
            URI to = from.resolve(location);
            boolean web = "https".equals(to.getScheme())
                    || ("http".equals(to.getScheme()) && "http".equals(from.getScheme()));
            if (web && to.getHost() != null && !location.isEmpty()) {
                return to;
            }
        } catch (IllegalArgumentException e) {
            throw new BadInput(what + ": the hub redirects to '" + Quote.of(location) + "', which is no address.", e);
        }
        throw new BadInput(what + ": the hub redirects to '" + Quote.of(location) + "', which is not followed.");
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
