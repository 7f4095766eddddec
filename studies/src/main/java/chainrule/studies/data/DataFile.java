package chainrule.studies.data;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A file of a data set.
 *
 * @param path below a folder of data
 * @param addresses of the originals, whose forms are joined
 * @param sha256 of the file as it is kept
 * @param form what the original is made into
 */
public record DataFile(String path, List<String> addresses, String sha256, Form form) {
    /** Of one original. */
    public DataFile(String path, String address, String sha256, Form form) {
        this(path, List.of(address), sha256, form);
    }

    /** What is kept of an original. */
    public enum Form {
        AS_IS {
            @Override
            byte[] of(byte[] original) {
                return original;
            }
        },
        /** The sentences of a CoNLL-U treebank: its lines {@code # text = ...}, one a line. */
        CONLLU_TEXT {
            @Override
            byte[] of(byte[] original) {
                String marker = "# text = ";
                return new String(original, StandardCharsets.UTF_8)
                        .lines()
                        .filter(line -> line.startsWith(marker))
                        .map(line -> line.substring(marker.length()) + "\n")
                        .collect(Collectors.joining())
                        .getBytes(StandardCharsets.UTF_8);
            }
        },
        /** The dialogues of a schema-guided file, one JSON object a line: id, services, and turns of speaker and words. */
        DIALOGUES {
            @Override
            byte[] of(byte[] original) {
                StringBuilder lines = new StringBuilder();
                for (JsonNode dialogue : JsonMapper.shared().readTree(original)) {
                    List<String> turns = new ArrayList<>();
                    dialogue.required("turns")
                            .forEach(
                                    t -> turns.add("[" + t.required("speaker") + ", " + t.required("utterance") + "]"));
                    List<String> services = new ArrayList<>();
                    dialogue.required("services").forEach(s -> services.add(s.toString()));
                    lines.append("{\"id\": " + dialogue.required("dialogue_id") + ", \"services\": ["
                            + String.join(", ", services) + "], \"turns\": [" + String.join(", ", turns) + "]}\n");
                }
                return lines.toString().getBytes(StandardCharsets.UTF_8);
            }
        },
        /** The pairs of MedQuAD's folder of Genetics Home Reference, of the repository's archive. */
        MEDQUAD_GHR {
            @Override
            byte[] of(byte[] original) {
                return MedQuad.lines(original, "3_GHR_QA");
            }
        },
        /** Some columns of tables with commas between, as they are written; the heading is kept once, and lines end as in RFC 4180. */
        CONGRESS {
            // A comma that is not within quotes.
            private static final Pattern COMMA = Pattern.compile(",(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)");

            private static final List<String> COLUMNS =
                    List.of("last_name", "first_name", "middle_name", "birthday", "gender", "type", "state", "party");

            @Override
            byte[] of(byte[] original) {
                List<String> lines =
                        new String(original, StandardCharsets.UTF_8).lines().toList();
                List<String> heading = List.of(COMMA.split(lines.getFirst(), -1));
                int[] kept = COLUMNS.stream().mapToInt(heading::indexOf).toArray();
                return lines.stream()
                        .skip(1)
                        .map(line -> COMMA.split(line, -1))
                        .map(cells -> Arrays.stream(kept)
                                .mapToObj(k -> cells[k])
                                .collect(Collectors.joining(",", "", "\r\n")))
                        .collect(Collectors.joining())
                        .getBytes(StandardCharsets.UTF_8);
            }

            @Override
            byte[] heading() {
                return (String.join(",", COLUMNS) + "\r\n").getBytes(StandardCharsets.UTF_8);
            }
        };

        abstract byte[] of(byte[] original);

        /** What stands before the forms of all originals. */
        byte[] heading() {
            return new byte[0];
        }
    }

    /** Whether {@code file} has the content that this one should have. */
    boolean matches(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            return false;
        }
        try (InputStream in = Files.newInputStream(file)) {
            return matches(in.readAllBytes());
        }
    }

    boolean matches(byte[] content) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(content))
                    .equals(sha256);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
