package chainrule.studies.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chainrule.BadInput;
import chainrule.studies.data.DataFile.Form;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataFetchTest {
    private final List<String> asked = new ArrayList<>();
    private HttpServer server;

    @TempDir
    Path folder;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            String path = exchange.getRequestURI().getPath();
            asked.add(path);
            byte[] body = switch (path) {
                case "/plain" -> "one\ntwo\n".getBytes(StandardCharsets.UTF_8);
                case "/dialogues" -> """
                    [{"dialogue_id": "1", "services": ["a", "b"], "turns": [
                      {"frames": [], "speaker": "USER", "utterance": "\\"Hi\\""},
                      {"frames": [], "speaker": "SYSTEM", "utterance": "Yes."}]}]
                    """.getBytes(StandardCharsets.UTF_8);
                case "/congress" ->
                    "nick,last_name,first_name,middle_name,birthday,gender,type,state,district,party\n\"a, b\",Roe,Jo,\"X., Jr.\",1950-01-02,F,sen,OH,,Green\n"
                            .getBytes(StandardCharsets.UTF_8);
                case "/tree" -> "# text = Ä b\n1\tÄ\n\n# newdoc\n# text = c\n".getBytes(StandardCharsets.UTF_8);
                default -> new byte[0];
            };
            exchange.sendResponseHeaders(body.length == 0 ? 404 : 200, body.length == 0 ? -1 : body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private static DataFile file(String address, String content, Form form) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(content.getBytes(StandardCharsets.UTF_8));
            String path = "set" + address + ".txt";
            return new DataFile(
                    path, "https://example.org" + address, HexFormat.of().formatHex(digest), form);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private void get(DataFile... files) throws IOException {
        DataFolders folders = new DataFolders(List.of(folder), folder);
        new DataFetch(
                        folders,
                        Map.of(),
                        uri -> URI.create(
                                "http://127.0.0.1:" + server.getAddress().getPort() + uri.getPath()))
                .get(new DataSet("set", "A set", "free", List.of(files)), _ -> {});
    }

    @Test
    void filesAreFetchedOnceAndKeptInTheirForm() throws IOException {
        DataFile plain = file("/plain", "one\ntwo\n", Form.AS_IS);
        DataFile tree = file("/tree", "Ä b\nc\n", Form.CONLLU_TEXT);
        get(plain, tree);
        get(plain, tree);
        assertThat(folder.resolve("set/plain.txt")).hasContent("one\ntwo\n");
        assertThat(folder.resolve("set/tree.txt")).hasContent("Ä b\nc\n");
        assertThat(asked).containsExactly("/plain", "/tree");
    }

    @Test
    void severalOriginalsAreReducedAndJoined() throws IOException {
        String kept = "{\"id\": \"1\", \"services\": [\"a\", \"b\"], \"turns\": [[\"USER\", \"\\\"Hi\\\"\"],"
                + " [\"SYSTEM\", \"Yes.\"]]}\n";
        DataFile one = file("/dialogues", kept + kept, Form.DIALOGUES);
        List<String> twice = List.of(one.addresses().getFirst(), one.addresses().getFirst());
        get(new DataFile("set/dialogues.jsonl", twice, one.sha256(), Form.DIALOGUES));
        assertThat(folder.resolve("set/dialogues.jsonl")).hasContent(kept + kept);
    }

    @Test
    void columnsAreKeptUnderOneHeading() throws IOException {
        String row = "Roe,Jo,\"X., Jr.\",1950-01-02,F,sen,OH,Green\r\n";
        String whole = "last_name,first_name,middle_name,birthday,gender,type,state,party\r\n" + row + row;
        DataFile one = file("/congress", whole, Form.CONGRESS);
        List<String> twice = List.of(one.addresses().getFirst(), one.addresses().getFirst());
        get(new DataFile("set/congress.csv", twice, one.sha256(), Form.CONGRESS));
        assertThat(folder.resolve("set/congress.csv")).hasBinaryContent(whole.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void anotherContentThanTheExpectedOneIsNotKept() {
        DataFile changed = file("/plain", "something else", Form.AS_IS);
        assertThatThrownBy(() -> get(changed)).isInstanceOf(BadInput.class).hasMessageContaining("another content");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void aMissingOriginalIsSaidWithItsAddress() {
        DataFile missing = file("/missing", "x", Form.AS_IS);
        assertThatThrownBy(() -> get(missing))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("https://example.org/missing answers 404");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void nothingIsFetchedOffline() {
        DataFolders folders = new DataFolders(List.of(folder), folder);
        assertThatThrownBy(() -> new DataFetch(folders, Map.of("CHAINRULE_OFFLINE", "1")))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("CHAINRULE_OFFLINE");
    }

    @Test
    void aNamedFolderComesBeforeTheCacheAndIsFetchedInto() throws IOException {
        DataFolders folders =
                DataFolders.of(Map.of("CHAINRULE_DATA", folder.toString(), "CHAINRULE_HOME", folder + "/home"));
        assertThat(folders.own()).isEqualTo(folder);
        assertThat(folders.all().get(1)).isEqualTo(folder.resolve("home/data"));
        DataFile plain = file("/plain", "x", Form.AS_IS);
        DataSet set = new DataSet("set", "A set", "free", List.of(plain));
        assertThatThrownBy(() -> folders.files(set))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("data get set");
        Path cached = folder.resolve("home/data/set/plain.txt");
        Files.createDirectories(cached.getParent());
        Files.writeString(cached, "x");
        assertThat(folders.files(set)).containsExactly(cached);
        Path named = folder.resolve("set/plain.txt");
        Files.createDirectories(named.getParent());
        Files.writeString(named, "x");
        assertThat(folders.files(set)).containsExactly(named);
    }
}
