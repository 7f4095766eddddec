package chainrule.apps.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class CompletionTest {
    @Test
    void theScriptKnowsEveryVerbAndOption() {
        String script = Run.of("completion").done();
        Main.commandLine(Map.of()).getSubcommands().forEach((verb, line) -> {
            assertThat(script).containsPattern("commands=\"[^\"]*\\b" + verb + "\\b");
            assertThat(script).as(verb).contains(longNames(line));
        });
    }

    private static String[] longNames(CommandLine verb) {
        return verb.getCommandSpec().options().stream()
                .map(o -> "'" + o.longestName() + "'")
                .toArray(String[]::new);
    }

    @Test
    void bashCompletesAVerbAndItsOptions(@TempDir Path folder) throws IOException, InterruptedException {
        boolean there = Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .anyMatch(path -> Files.isExecutable(Path.of(path, "bash")));
        if (!there) {
            System.err.println("CompletionTest: there is no bash here, so only the script's text is tested.");
            return;
        }
        Path script = Files.writeString(
                folder.resolve("completion.sh"), Run.of("completion").done());
        assertThat(bash(folder, "-n", script.toString())).isEmpty();
        String ask = "compopt() { :; }; source " + script
                + "; COMP_WORDS=(chainrule %s); COMP_CWORD=%d; _complete_chainrule chainrule %s;"
                + " printf '%%s\\n' \"${COMPREPLY[@]}\"";
        assertThat(bash(folder, "-c", ask.formatted("temp", 1, "temp")).lines()).containsExactly("template");
        assertThat(bash(folder, "-c", ask.formatted("generate --dec", 2, "--dec"))
                        .lines())
                .containsExactly("--decoding");
    }

    private static String bash(Path folder, String... args) throws IOException, InterruptedException {
        Path output = folder.resolve("output.txt");
        Process process = new ProcessBuilder(
                        Stream.concat(Stream.of("bash"), Stream.of(args)).toList())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        assertThat(process.waitFor(1, TimeUnit.MINUTES)).as("ends in time").isTrue();
        String text = Files.readString(output);
        assertThat(process.exitValue()).as(text).isZero();
        return text;
    }
}
