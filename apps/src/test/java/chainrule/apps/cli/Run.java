package chainrule.apps.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What a verb did that ran in this process. */
record Run(int code, String out, String err) {
    static Run of(String... args) {
        return hearing("", args);
    }

    /** With lines on standard input. */
    static Run hearing(String in, String... args) {
        return in(Map.of(), in, args);
    }

    /** Under environment variables. */
    static Run in(Map<String, String> environment, String in, String... args) {
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        var console = new Console(
                new ByteArrayInputStream(in.getBytes(StandardCharsets.UTF_8)),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                environment);
        int code = Main.run(args, console);
        return new Run(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    /** The one object on standard output of a verb that did its work. */
    JsonNode json() {
        assertThat(code).as(err).isZero();
        assertThat(out.lines()).hasSize(1);
        return JsonMapper.shared().readTree(out);
    }

    /** Standard output of a verb that did its work. */
    String done() {
        assertThat(code).as(err).isZero();
        return out;
    }

    /** Asserts that the verb failed with one sentence in which all of {@code parts} stand. */
    void refused(int expected, String... parts) {
        assertThat(code).as(out + err).isEqualTo(expected);
        assertThat(err.lines().toList()).as(err).hasSize(1);
        assertThat(err).startsWith("chainrule: ").contains(parts).doesNotContain("Exception", "Error");
        assertThat(out).isEmpty();
    }
}
